import { encoded, oneOf, type Compose } from '../define.ts';
import { ruleFamily } from './rules.ts';

/** The input is a single word; the API requires an object and answers 400 to the bare word (recorded). */
const action = encoded(
  oneOf(
    ['DECRYPT', 'DO_NOT_DECRYPT', 'BLOCK'],
    'Whether to decrypt and inspect, pass undecrypted, or block. For more, such as TLS versions and certificates, leave it out and give advanced.action as an object.',
  ),
  (type) => ({ type }),
);

/** Keeps the details when the type is unchanged; drops those of the previous type otherwise. */
const compose: Compose = (_, { input, change, current }) => {
  if (input['action'] === undefined || !current) return { ...current, ...change };
  const former = (current['action'] ?? {}) as Readonly<Record<string, unknown>>;
  if (former['type'] === input['action']) return { ...current, ...change, action: former };
  const { decryptSubActions: _decrypting, doNotDecryptSubActions: _passing, ...kept } = former;
  return { ...current, ...change, action: { ...kept, type: input['action'] } };
};

export default ruleFamily({
  noun: 'ssl_inspection_rule',
  title: 'SSL inspection rule',
  toolset: 'zia_ssl_inspection',
  path: '/sslInspectionRules',
  about: 'SSL inspection rules decide which TLS traffic is decrypted; what is not decrypted escapes the policies that look at content.',
  action,
  actionIsOptional: true,
  conditions:
    'action as an object, url_categories, cloud_applications, platforms, source_ip_groups, dest_ip_groups, locations, groups, users',
  search: 'none',
  compose,
  bewareOfCreating: 'It needs action or advanced.action.',
});
