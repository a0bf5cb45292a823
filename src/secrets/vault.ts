/** Reads one secret of a KV version 2 engine from HashiCorp Vault or a compatible server. Source: its HTTP API, "Read secret version". */
import { parseJson } from '../common/json.ts';
import { explainNetworkError } from '../common/network-error.ts';
import { unreachable, unreadable, type ReaderOptions, type SecretsReading } from './reader.ts';
import { textsOf } from './values.ts';

/** The secret of a KV version 2 engine to read, and how to sign in. */
export interface VaultPlace {
  readonly kind: 'vault';
  /** Without a trailing slash. */
  readonly address: string;
  readonly mount: string;
  readonly path: string;
  readonly token: string;
  readonly namespace: string | undefined;
}

/** Reads the latest version of the secret. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE, ERR_SECRETS_UNREACHABLE */
export async function readVault(place: VaultPlace, options: ReaderOptions): Promise<SecretsReading> {
  const where = `the secret ${place.mount}/${place.path} of Vault at ${place.address}`;
  const { status, text } = await ask(place, options);
  if (status !== 200) throw refusalOf(status, where, text);
  const data = dataOf(text);
  if (data === undefined)
    throw unreadable(`${where} is not in the format of KV version 2`, 'Check that ZSCALER_MCP_VAULT_MOUNT is a KV version 2 engine.');
  return { place: `Vault ${place.mount}/${place.path}`, values: textsOf(data, where) };
}

async function ask({ address, mount, path, token, namespace }: VaultPlace, { fetch, signal }: ReaderOptions) {
  const headers = { 'x-vault-token': token, 'x-vault-request': 'true', ...(namespace !== undefined && { 'x-vault-namespace': namespace }) };
  try {
    const answer = await fetch(`${address}/v1/${encode(mount)}/data/${encode(path)}`, { method: 'GET', headers, signal });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    if (signal.aborted) throw error;
    throw unreachable(
      `Vault at ${address} cannot be reached: ${reasonOf(error, address)}`,
      'Check VAULT_ADDR and the network connection; start the server with NODE_EXTRA_CA_CERTS if its certificate has an authority of your own.',
    );
  }
}

const encode = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** `fetch` throws a TypeError without a cause for an invalid header, with a message that quotes the token. */
const reasonOf = (error: unknown, address: string): string =>
  error instanceof TypeError && error.cause === undefined
    ? 'the request cannot be sent; check that the token is a single line'
    : explainNetworkError(error, new URL(address).host).message;

function refusalOf(status: number, where: string, text: string) {
  if (status === 403)
    return unreadable(
      `${where} cannot be read: permission denied (Vault answered 403)`,
      'Check that the token is valid and that its policy allows read on the data path.',
    );
  if (status === 404) {
    const isDeleted = wasDeleted(text);
    return unreadable(
      `${where} ${isDeleted ? 'was deleted' : 'does not exist'}: Vault answered 404`,
      isDeleted ? 'Undelete a version, or write a new one.' : 'Correct ZSCALER_MCP_VAULT_MOUNT and ZSCALER_MCP_VAULT_PATH.',
    );
  }
  if (status >= 300 && status < 400)
    return unreadable(
      `${where} is at another address: Vault answered ${status}`,
      'Redirects are not followed, to protect the token: set VAULT_ADDR to the other address.',
    );
  if (status >= 500 || status === 429 || status === 472 || status === 473)
    return unreachable(
      `${where} cannot be read now: Vault answered ${status}${status === 503 ? ' (sealed or in maintenance)' : ''}`,
      'Try again later.',
    );
  return unreadable(`${where} cannot be read: Vault answered ${status}`, 'Check the Vault log.');
}

/** Whether a 404 is for a deleted version: its body still has metadata. */
const wasDeleted = (text: string): boolean => /"deletion_time"\s*:\s*"[^"]/.test(text);

/** The data of the secret; undefined if the answer is not in the format of KV version 2. */
function dataOf(text: string): unknown {
  try {
    const { data } = parseJson(text) as { data?: { data?: unknown; metadata?: unknown } };
    return data?.metadata === undefined || typeof data.data !== 'object' ? undefined : data.data;
  } catch {
    return undefined;
  }
}
