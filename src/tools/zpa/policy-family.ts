/** The rules of one policy. They belong to a policy set, whose ID is looked up for every request; writes use version 2 of the API. */
import { ZscalerMcpError } from '../../common/errors.ts';
import { collection, oneOf, text, tool, type Call, type Compose, type Fields } from '../define.ts';
import type { Tool } from '../tool.ts';
import { idOf } from './lookup.ts';
import { conditions, toWritten, type Condition } from './policy-conditions.ts';
import { described, filters, v2, zpa } from './product.ts';

type Row = Readonly<Record<string, unknown>>;

export interface Policy {
  /** `access_policy_rule`. */
  readonly noun: string;
  readonly title: string;
  readonly type: 'ACCESS_POLICY' | 'CLIENT_FORWARDING_POLICY' | 'ISOLATION_POLICY' | 'INSPECTION_POLICY' | 'TIMEOUT_POLICY';
  readonly about: string;
  readonly beware?: string;
  readonly actions: readonly [string, ...string[]];
  /** Description of the actions. */
  readonly actionAbout: string;
  readonly more?: Fields;
  readonly required: readonly string[];
  readonly initially?: Row;
  /** Checks or completes the body of a write. @throws ZscalerMcpError to reject it */
  readonly finish?: (body: Row) => Row;
}

export function policyRules({
  noun,
  title,
  type,
  about,
  beware,
  actions,
  actionAbout,
  more,
  required,
  initially,
  finish = (body) => body,
}: Policy): Tool[] {
  const compose: Compose = (_, { change, current }) => {
    const isKept = change['conditions'] === undefined && current?.['conditions'] !== undefined;
    return finish({ ...current, ...(isKept && { conditions: rewritten(current['conditions']) }), ...change });
  };
  const fields: Fields = {
    name: text('Name of the rule; no two of this policy share one.', { min: 1 }),
    action_type: { ...word(actions, actionAbout), wire: 'action' },
    ...described,
    ...more,
    conditions,
  };
  const rules = collection(zpa, {
    noun,
    title,
    toolset: 'zpa_access_policies',
    path: '/policySet/{policySetId}/rule',
    id: 'rule_id',
    only: ['get', 'create', 'update', 'delete'],
    about,
    fields,
    required: [...required],
    ...(initially && { initially }),
    compose,
    ...(beware !== undefined && { beware }),
    bewareOfCreating: 'It comes last; rules are tried in order, and the first that fits decides.',
    bewareOfDeleting: 'What it decided is decided by the rules after it from then on.',
  });
  const list = tool(zpa, `list_${noun}s`, {
    toolset: 'zpa_access_policies',
    action: 'read',
    about: `List ${title}s in the order in which they are tried. ${about} Returns the rules with their IDs and conditions.`,
    input: filters,
    call: `GET /policySet/rules/policyType/${type}` as const,
    returns: 'page',
  });
  return [list, ...rules.map((rule) => inSet(rule, type))];
}

/** Case-insensitive, as in the Python server. */
const word = (values: Policy['actions'], about: string) => ({
  ...oneOf(values, about),
  read: (given: unknown) => (typeof given === 'string' ? values.find((value) => value === given.toUpperCase()) : undefined),
});

function inSet(rule: Tool, type: Policy['type']): Tool {
  return {
    ...rule,
    run: async (call, input) => {
      const { microtenant_id: microtenantId } = input;
      const set = await call(`GET /policySet/policyType/${type}`, microtenantId === undefined ? {} : { query: { microtenantId } });
      return rule.run(below(call, encodeURIComponent(idOf(set))), input);
    },
  };
}

const below =
  (call: Call, setId: string): Call =>
  (route, parts) => {
    const whole = route.replace('{policySetId}', setId).replace(/^(POST|PUT) /, `$1 ${v2}`);
    return call(whole as typeof route, parts);
  };

/** Nothing is written if any condition cannot be converted, since the write would drop it. @throws ZscalerMcpError ERR_CLOUD_ANSWER */
function rewritten(present: unknown): Condition[] {
  const list = Array.isArray(present) ? present.map(toWritten) : [undefined];
  if (list.every((condition) => condition !== undefined)) return list;
  throw new ZscalerMcpError('ERR_CLOUD_ANSWER', 'the present conditions of the rule have a form that cannot be written back', {
    hint: 'Give all conditions again, or change the rule in the admin portal; nothing was changed.',
  });
}

/** Some actions require a profile. @throws ZscalerMcpError ERR_TOOL_INPUT */
export function needProfile(body: Row, action: string, wire: string, input: string, hint: string): Row {
  if (body['action'] === action && typeof body[wire] !== 'string')
    throw new ZscalerMcpError('ERR_TOOL_INPUT', `a rule with the action ${action} needs ${input}, and it would have none`, { hint });
  return body;
}
