import { ZscalerMcpError } from '../../common/errors.ts';
import { collection, optional, text, type Compose } from '../define.ts';
import { zia } from './product.ts';
import { orUndo } from './undo.ts';

/** The validation requested before a signature is created, since the API rejects a bad one without a reason. */
const compose: Compose = async (call, { change, current }) => {
  if (current) return { ...current, ...change };
  const body = { ruleText: change['ruleText'] };
  const ask = () => call('POST /ipsSignatureRules/validateRuleText', { body });
  const verdict = ((await orUndo('Checking the rule_text', undefined, ask)) ?? {}) as Verdict;
  if (verdict.errMsg || (verdict.status ?? 0) !== 0) throw badRule(verdict);
  return change;
};

interface Verdict {
  /** 0 when the text is valid. */
  readonly status?: number;
  readonly errMsg?: string;
  readonly errSuggestion?: string;
}

const badRule = ({ status, errMsg, errSuggestion }: Verdict): ZscalerMcpError =>
  new ZscalerMcpError('ERR_TOOL_INPUT', `the API does not accept the rule_text: ${errMsg || `status ${status}`}`, {
    hint: ['Nothing was created; correct the text and call again.', errSuggestion].filter(Boolean).join(' '),
  });

export default collection(zia, {
  noun: 'ips_signature_rule',
  title: 'IPS signature rule',
  toolset: 'zia_cloud_firewall',
  path: '/ipsSignatureRules',
  id: 'rule_id',
  about:
    'An IPS signature of your own says, in the language of Snort, by what an attack is known; IPS rules of the cloud firewall decide what happens then.',
  filters: { search: optional(text('Part of the name or of another text of the signature.')) },
  fields: {
    name: text('Name of the signature; no two share one.', { min: 1 }),
    rule_text: text('The signature on one line: alert tcp any any -> any 80 (msg:"…"; content:"…"; sid:1000001; rev:1;)', { min: 1 }),
    description: text('Admin description. An empty text removes it.'),
  },
  required: ['name', 'rule_text'],
  compose,
  beware: 'The API checks the text at once when it is created, and may still reject it after trials on traffic.',
});
