/** HashiCorp Vault and compatible servers: one secret of a KV version 2 engine. Source: its HTTP API, "Read secret version". */
import { messageOf } from '../common/errors.ts';
import { parseJson } from '../common/json.ts';
import { unreachable, unreadable, type ReaderOptions, type SecretsReading } from './reader.ts';
import { textsOf } from './values.ts';

/** The secret of a KV version 2 engine to read, and how to sign in. */
export interface VaultPlace {
  readonly kind: 'vault';
  /** Without a slash at the end. */
  readonly address: string;
  readonly mount: string;
  readonly path: string;
  readonly token: string;
  readonly namespace: string | undefined;
}

/** @throws ZscalerMcpError ERR_SECRETS_UNREADABLE, ERR_SECRETS_UNREACHABLE */
export async function readVault(place: VaultPlace, options: ReaderOptions): Promise<SecretsReading> {
  const where = `the secret ${place.mount}/${place.path} of Vault at ${place.address}`;
  const { status, text } = await ask(place, options);
  if (status !== 200) throw refusalOf(status, where, text);
  const data = dataOf(text);
  if (data === undefined)
    throw unreadable(`${where} did not come as the KV engine version 2 sends it`, 'Is ZSCALER_MCP_VAULT_MOUNT an engine of version 2?');
  return { place: `Vault ${place.mount}/${place.path}`, values: textsOf(data, where) };
}

async function ask({ address, mount, path, token, namespace }: VaultPlace, { fetch, signal }: ReaderOptions) {
  const headers = { 'x-vault-token': token, 'x-vault-request': 'true', ...(namespace !== undefined && { 'x-vault-namespace': namespace }) };
  try {
    const answer = await fetch(`${address}/v1/${encode(mount)}/data/${encode(path)}`, { method: 'GET', headers, signal });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    if (signal.aborted) throw error;
    throw unreachable(`Vault at ${address} cannot be reached: ${reasonOf(error)}`, 'Is VAULT_ADDR right, and the network open?');
  }
}

const encode = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** `fetch failed` alone helps nobody; a header that is no header is quoted in its message. */
function reasonOf(error: unknown): string {
  const { cause } = error as Error;
  const { code } = (cause ?? error) as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  return error instanceof TypeError && cause === undefined
    ? 'the request cannot be sent; is the token one line?'
    : messageOf(cause ?? error);
}

function refusalOf(status: number, where: string, text: string) {
  if (status === 403)
    return unreadable(
      `${where} may not be read: Vault says 403`,
      'Is the token still good, and does its policy allow read on the data path?',
    );
  if (status === 404) {
    const isDeleted = wasDeleted(text);
    return unreadable(
      `${where} ${isDeleted ? 'was deleted' : 'is not there'}: Vault says 404`,
      isDeleted ? 'Bring a version back, or write a new one.' : 'Correct ZSCALER_MCP_VAULT_MOUNT and ZSCALER_MCP_VAULT_PATH.',
    );
  }
  if (status >= 300 && status < 400)
    return unreadable(`${where} is elsewhere: Vault says ${status}`, 'A token is sent to one address only: set VAULT_ADDR to the other.');
  if (status >= 500 || status === 429 || status === 472 || status === 473)
    return unreachable(
      `${where} cannot be read now: Vault says ${status}${status === 503 ? ', sealed or in maintenance' : ''}`,
      'Try again later.',
    );
  return unreadable(`${where} cannot be read: Vault says ${status}`, 'Look into the log of Vault.');
}

/** The 404 of a deleted version still has its metadata. */
const wasDeleted = (text: string): boolean => /"deletion_time"\s*:\s*"[^"]/.test(text);

/** Undefined for any other answer. */
function dataOf(text: string): unknown {
  try {
    const { data } = parseJson(text) as { data?: { data?: unknown; metadata?: unknown } };
    return data?.metadata === undefined || typeof data.data !== 'object' ? undefined : data.data;
  } catch {
    return undefined;
  }
}
