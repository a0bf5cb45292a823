import { ZscalerMcpError } from '../../common/errors.ts';
import { collection, oneOf, onWire, optional, secret, text, type Compose } from '../define.ts';
import { zia } from './product.ts';

const about =
  'A VPN credential lets the IPsec tunnel of a site identify itself, by a static IP or by a name (UFQDN), with a pre-shared key; a location refers to it.';
const key = secret(text('Pre-shared key. The API never shows it again.', { min: 1 }));
const comments = text('Admin comment. An empty text removes it.');
const shared = {
  noun: 'vpn_credential',
  title: 'VPN credential',
  toolset: 'zia_locations',
  path: '/vpnCredentials',
  id: 'credential_id',
  about,
} as const;

export default [
  ...collection(zia, {
    ...shared,
    only: ['list', 'get', 'create', 'delete'],
    filters: { search: optional(text('Part of the name, address or comment.')) },
    fields: {
      credential_type: onWire('type', oneOf(['IP', 'UFQDN'], 'How the site identifies itself: by ip_address or by fqdn.')),
      pre_shared_key: key,
      ip_address: text('For type IP: a static IP of the tenant that no other credential uses.', { min: 1 }),
      fqdn: text('For type UFQDN: a name like an e-mail address, in a domain of the tenant.', { min: 1 }),
      comments,
    },
    required: ['credential_type', 'pre_shared_key'],
    compose: (_, { input, change }) => {
      requireIdentity(input);
      return change;
    },
    bewareOfDeleting: 'The tunnel of the site that uses it ends.',
  }),
  ...collection(zia, {
    ...shared,
    only: ['update'],
    fields: { pre_shared_key: key, comments },
    beware: 'The present key cannot be read, so a change without pre_shared_key does not repeat it: look at the tunnel afterwards.',
  }),
];

/** A credential has exactly the identity field of its type; checked here because the API's rejection does not name the field. */
function requireIdentity({ credential_type: type, ip_address: address, fqdn }: Parameters<Compose>[1]['input']): void {
  const [wanted, other] = type === 'IP' ? ['ip_address', 'fqdn'] : ['fqdn', 'ip_address'];
  const [has, hasOther] = type === 'IP' ? [address, fqdn] : [fqdn, address];
  if (has !== undefined && hasOther === undefined) return;
  throw new ZscalerMcpError(
    'ERR_TOOL_INPUT',
    `a VPN credential of type ${String(type)} needs ${wanted}${has === undefined ? ', and none was given' : ` alone, and ${other} was given as well`}`,
    { hint: `Give ${wanted}, leave out ${other}.` },
  );
}
