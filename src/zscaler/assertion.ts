/** The signed client assertion that replaces a client secret: RFC 7523, `private_key_jwt`. */
import { createPrivateKey, randomUUID, type KeyObject, type webcrypto } from 'node:crypto';
import { ZscalerMcpError } from '../common/errors.ts';
import { readNamedFile, UnreadableFile } from '../common/named-file.ts';
import { describeFileError } from '../common/system-error.ts';

export const AUDIENCE = 'https://api.zscaler.com';
const LIFETIME_S = 600;
const MINIMUM_BITS = 2_048;
const MAX_KEY_BYTES = 65_536;
const FORMS = 'an RSA key as PEM (BEGIN PRIVATE KEY), as a JWK in JSON, or the path of a file with either';

/** Loads the library, which the first assertion does otherwise. */
export async function loadAssertions() {
  const { SignJWT } = await import('jose');
  return { SignJWT };
}

/** Signs an assertion that is valid for ten minutes. @param privateKey PEM, JWK or a path @throws ZscalerMcpError ERR_CLOUD_CONFIG */
export async function signAssertion(clientId: string, privateKey: string): Promise<string> {
  const { key, kid } = loadKey(privateKey);
  const { SignJWT } = await loadAssertions();
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid && { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(AUDIENCE)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${LIFETIME_S}s`)
    .sign(key);
}

/** Loads the key exactly as a call would. @throws ZscalerMcpError ERR_CLOUD_CONFIG */
export function checkPrivateKey(given: string): void {
  loadKey(given);
}

interface LoadedKey {
  key: KeyObject;
  kid?: string;
}

function loadKey(given: string): LoadedKey {
  const text = isKeyText(given) ? given : readKeyFile(given);
  const loaded = parseKey(text.trim());
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = loaded.key;
  if (type !== 'rsa') throw refuse(`the private key must be an RSA key, got ${type ?? 'another kind'}`);
  const bits = details?.modulusLength ?? 0;
  if (bits < MINIMUM_BITS) throw refuse(`the private key must have at least ${MINIMUM_BITS} bits, it has ${bits}`);
  return loaded;
}

const isKeyText = (text: string): boolean => text.trimStart().startsWith('{') || text.includes('-----BEGIN');

/** Anything but key text is a path. It may also be a damaged key, so it never appears in a message. */
function readKeyFile(path: string): string {
  try {
    const text = readNamedFile(path.trim(), MAX_KEY_BYTES).bytes.toString('utf8');
    if (isKeyText(text)) return text;
  } catch (error) {
    const isKind = error instanceof UnreadableFile && error.stats !== null;
    const why = isKind ? `it ${error.message}` : describeFileError(error instanceof UnreadableFile ? error.cause : error);
    throw refuse(`the private key is neither key text nor the path of a readable file: ${why}`);
  }
  throw refuse('the private key file does not contain a private key');
}

function parseKey(text: string): LoadedKey {
  if (text.includes('BEGIN ENCRYPTED PRIVATE KEY'))
    throw refuse('the private key is encrypted, and there is no setting for its passphrase');
  try {
    if (!text.startsWith('{')) return { key: createPrivateKey(unfold(text)) };
    const jwk = JSON.parse(text) as webcrypto.JsonWebKey & { kid?: unknown };
    return { key: createPrivateKey({ key: jwk, format: 'jwk' }), kid: typeof jwk.kid === 'string' ? jwk.kid : undefined };
  } catch {
    throw refuse('the private key cannot be read');
  }
}

/** Environment variables often hold a PEM with its line ends written as `\n`. */
const unfold = (pem: string): string => (pem.includes('\n') ? pem : pem.replaceAll(String.raw`\n`, '\n'));

const refuse = (message: string): ZscalerMcpError =>
  new ZscalerMcpError('ERR_CLOUD_CONFIG', message, { hint: `Set ZSCALER_PRIVATE_KEY to ${FORMS}.` });
