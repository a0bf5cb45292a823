/** Reads GCP Secret Manager, one secret per setting, through the Google SDK, which finds credentials the standard way. */
import { ZscalerMcpError } from '../common/errors.ts';
import { explainNetworkError } from '../common/network-error.ts';
import { explainSystemError } from '../common/system-error.ts';
import { loadSdk, unreachable, unreadable, type FetchSecrets, type ReaderOptions, type SecretsReading } from './reader.ts';

const SDK = '@google-cloud/secret-manager';

/** The secrets of GCP Secret Manager to read: one for each setting. */
export interface GcpPlace {
  readonly kind: 'gcp';
  readonly project: string;
  /** Names of settings; the IDs of their secrets are derived from them. */
  readonly names: readonly string[];
  /** Whether all of them must exist. */
  readonly isComplete: boolean;
  /** Without a trailing slash. */
  readonly endpoint: string | undefined;
}

/** Maximum number of concurrent requests; below every quota. */
const LANES = 8;

/** Loads the SDK. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE if it is not installed */
export const loadGcp = () => loadSdk(SDK, () => import('@google-cloud/secret-manager'));

/** Reads the latest version of each secret. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE, ERR_SECRETS_UNREACHABLE */
export async function readGcp(place: GcpPlace, { signal, fetch }: ReaderOptions): Promise<SecretsReading> {
  const { project, names, endpoint, isComplete } = place;
  const { SecretManagerServiceClient } = await loadGcp();
  const failures: unknown[] = [];
  const client = new SecretManagerServiceClient({
    fallback: true,
    projectId: project,
    ...endpointOf(endpoint),
    ...senderOf(fetch, signal, failures),
  });
  const read = async (name: string): Promise<readonly [string, string] | null> => {
    const id = idOf(name);
    try {
      const [{ payload }] = await client.accessSecretVersion(
        { name: `projects/${project}/secrets/${id}/versions/latest` },
        { retry: null },
      );
      const text = textOf(payload?.data);
      if (text.trim() === '') throw unreadable(`the secret ${id} of GCP project ${project} is empty`, 'Add a version with the value.');
      return [name, text];
    } catch (error) {
      if (codeOf(error) === NOT_FOUND && !isComplete) return null;
      throw describe(error, `the secret ${id} of GCP project ${project}`, signal, failures.at(-1));
    }
  };
  const pending = [...names];
  const found: (readonly [string, string])[] = [];
  const lane = async () => {
    for (let name = pending.shift(); name !== undefined && !signal.aborted; name = pending.shift()) {
      const entry = await read(name);
      if (entry) found.push(entry);
    }
  };
  try {
    // Called here, because the calls below leave its failure to nobody, which ends the process.
    await client.initialize().catch((error: unknown) => {
      throw signal.aborted ? error : noCredentials(error, project);
    });
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    // Starts no further requests after a failure.
    pending.length = 0;
    client.close().catch(() => undefined);
  }
  if (found.length === 0) throw nothingThere(project);
  return { place: `GCP Secret Manager, project ${project}`, values: Object.fromEntries(found) };
}

/** The ID of the secret for a setting: `zscaler-client-id` for `ZSCALER_CLIENT_ID`. */
const idOf = (name: string): string => name.toLowerCase().replaceAll('_', '-');

function endpointOf(endpoint: string | undefined) {
  if (endpoint === undefined) return {};
  const { hostname, port, protocol } = new URL(endpoint);
  return { apiEndpoint: hostname, protocol: protocol.replace(':', ''), ...(port !== '' && { port: Number(port) }) };
}

/**
 * SDK options that send requests with our `fetch`: that of the SDK supports neither proxies nor aborting.
 * @param failures gets what the requests failed with, which the SDK reduces to a code
 */
function senderOf(fetch: FetchSecrets, signal: AbortSignal, failures: unknown[]) {
  const fetchImplementation = async (
    input: string | URL | Request,
    { method = 'GET', headers, body }: RequestInit = {},
  ): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    const given = Object.fromEntries(new Headers(headers));
    try {
      const answer = await fetch(url, { method, headers: given, signal, ...(typeof body === 'string' && { body }) });
      const text = await answer.text();
      const type = answer.headers.get('content-type') ?? 'application/json';
      return new Response(text === '' ? null : text, { status: answer.status, headers: { 'content-type': type } });
    } catch (error) {
      failures.push(error);
      throw error;
    }
  };
  return { clientOptions: { transporterOptions: { fetchImplementation } } };
}

const textOf = (data: string | Uint8Array | null | undefined): string =>
  typeof data === 'string' ? Buffer.from(data, 'base64').toString('utf8') : new TextDecoder().decode(data ?? new Uint8Array());

/** Canonical codes of google.rpc.Code. */
const [NOT_FOUND, PERMISSION_DENIED, FAILED_PRECONDITION, UNAUTHENTICATED] = [5, 7, 9, 16] as const;
/** Those that have no words of their own here. */
const NAMES: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  8: 'RESOURCE_EXHAUSTED',
  10: 'ABORTED',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
};
const TRANSIENT: ReadonlySet<number> = new Set([4, 8, 10, 13, 14]);

const codeOf = (error: unknown): number | undefined => {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
};

/** Uses only the code of the error, since its message may quote the request. @param failure of the network, if there was one */
function describe(error: unknown, where: string, signal: AbortSignal, failure: unknown) {
  if (signal.aborted || error instanceof ZscalerMcpError) return error;
  const code = codeOf(error);
  if (failure !== undefined && (code === undefined || TRANSIENT.has(code)))
    return unreachable(`${where} cannot be reached: ${explainNetworkError(failure).message}`, NETWORK);
  if (code === undefined) return unreachable(`${where} cannot be reached: no credentials, or no connection`, CREDENTIALS);
  if (hints[code] !== undefined) return unreadable(`${where} ${hints[code][0]}`, hints[code][1]);
  const named = NAMES[code] === undefined ? `${code}` : `${NAMES[code]}, code ${code}`;
  if (TRANSIENT.has(code) || code >= 500) return unreachable(`${where} cannot be read now (${named})`, 'Try again later.');
  return unreadable(`${where} cannot be read (${named})`, 'Look up the code in the reference of google.rpc.Code.');
}

/** Without the message of the error, which may quote a file of credentials. */
function noCredentials(error: unknown, project: string) {
  const { code } = error as { code?: unknown };
  const network = explainNetworkError(error);
  const file = code === 'ENOENT' ? 'the file that GOOGLE_APPLICATION_CREDENTIALS names does not exist' : explainSystemError(error)?.message;
  const reason = file ?? (network.fault === 'unknown' ? 'none were found, or they are not valid' : network.message);
  return unreachable(`the credentials for GCP project ${project} cannot be used: ${reason}`, CREDENTIALS);
}

const NETWORK = 'Check the network connection, and HTTPS_PROXY if this machine needs a proxy.';

const CREDENTIALS =
  'Give the server a service account, or GOOGLE_APPLICATION_CREDENTIALS in the environment that it is started with; the SDK does not read the .env.';

const hints: Readonly<Record<number, readonly [string, string]>> = {
  [NOT_FOUND]: ['does not exist', 'Create it, or correct ZSCALER_MCP_GCP_SECRETS or GCP_PROJECT_ID.'],
  [PERMISSION_DENIED]: [
    'cannot be read: permission denied',
    'The service account needs roles/secretmanager.secretAccessor; if it has the role for some secrets only, list their settings in ZSCALER_MCP_GCP_SECRETS.',
  ],
  [FAILED_PRECONDITION]: ['has a latest version that is not enabled', 'Enable it, or add a version.'],
  [UNAUTHENTICATED]: ['cannot be read: the credentials were rejected', CREDENTIALS],
};

const nothingThere = (project: string) =>
  unreadable(
    `GCP project ${project} contains none of the secrets that this server looks for`,
    'Store ZSCALER_CLIENT_ID as zscaler-client-id, and so on; docs/operations/secrets.md has the list.',
  );
