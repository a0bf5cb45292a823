import { ZscalerMcpError } from '../../common/errors.ts';
import { collection, oneOf, secret, text, type Compose } from '../define.ts';
import { described, filters, zpa } from './product.ts';

type Row = Readonly<Record<string, unknown>>;

/** The fields of each type. The API never returns a secret, and a write without it would erase it. */
const PARTS = {
  USERNAME_PASSWORD: ['userName', 'password'],
  PASSWORD: ['password'],
  SSH_KEY: ['userName', 'privateKey'],
} as const;

const inputOf = { userName: 'username', password: 'password', privateKey: 'private_key' } as const;
type Part = keyof typeof inputOf;

const compose: Compose = (_, { change, current }) => {
  const body: Row = { ...current, ...change };
  const type = body['credentialType'];
  if (current && change['credentialType'] !== undefined && change['credentialType'] !== current['credentialType'])
    throw refuse(
      `the credential is of the type ${String(current['credentialType'])}, and the type cannot be changed`,
      'Create another one and delete this one.',
    );
  const parts: readonly Part[] | undefined = Object.hasOwn(PARTS, String(type)) ? PARTS[type as keyof typeof PARTS] : undefined;
  if (!parts) return body;
  const missing = parts.filter((part) => typeof body[part] !== 'string' || body[part] === '');
  if (missing.length > 0) throw refuse(`a credential of the type ${String(type)} needs ${namesOf(missing)}`, needs(current));
  const strange = (['password', 'privateKey'] as const).filter((part) => change[part] !== undefined && !parts.includes(part));
  if (strange.length > 0)
    throw refuse(`a credential of the type ${String(type)} has no ${namesOf(strange)}`, 'Leave it out, or choose another type.');
  return body;
};

const namesOf = (parts: readonly Part[]): string => parts.map((part) => inputOf[part]).join(' and ');

const needs = (current: Row | undefined): string =>
  current ? 'Give the secret again with each change: the API does not show it, and would forget it.' : 'Give what is missing.';

const refuse = (message: string, hint: string) => new ZscalerMcpError('ERR_TOOL_INPUT', message, { hint });

export default collection(zpa, {
  noun: 'pra_credential',
  title: 'privileged credential',
  toolset: 'zpa_pra',
  path: '/credential',
  id: 'credential_id',
  about: 'A privileged credential signs users in to consoles without their seeing the password or key.',
  filters,
  fields: {
    name: text('Name of the credential; no two share one.', { min: 1 }),
    credential_type: oneOf(
      ['USERNAME_PASSWORD', 'PASSWORD', 'SSH_KEY'],
      'What the credential is made of; it cannot be changed afterwards.',
    ),
    username: { ...text('Name to sign in with; needed unless the type is PASSWORD.', { min: 1 }), wire: 'userName' },
    password: secret(text('Password, for the types USERNAME_PASSWORD and PASSWORD. Each change needs it again.', { min: 1 })),
    private_key: secret(
      text('Private key as PEM text (OpenSSH, RSA or EC), for the type SSH_KEY. Each change needs it again.', {
        pattern: /^\s*-----BEGIN (OPENSSH|RSA|EC) PRIVATE KEY-----/,
        like: 'PEM text that begins with -----BEGIN OPENSSH, RSA or EC PRIVATE KEY-----',
      }),
    ),
    ...described,
    user_domain: text('Domain of the user, such as CORP. An empty text removes it.'),
  },
  required: ['name', 'credential_type'],
  compose,
  bewareOfDeleting: 'Consoles can no longer be opened with it.',
});
