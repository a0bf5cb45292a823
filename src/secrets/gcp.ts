/** Reads GCP Secret Manager, one secret per setting, through the Google SDK, which finds credentials the standard way. */
import { ZscalerMcpError } from '../common/errors.ts';
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

/** Reads the latest version of each secret. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE, ERR_SECRETS_UNREACHABLE */
export async function readGcp(place: GcpPlace, { signal, fetch }: ReaderOptions): Promise<SecretsReading> {
  const { project, names, endpoint, isComplete } = place;
  const { SecretManagerServiceClient } = await loadSdk(SDK, () => import('@google-cloud/secret-manager'));
  const client = new SecretManagerServiceClient({
    fallback: true,
    projectId: project,
    ...endpointOf(endpoint),
    ...senderOf(fetch, signal),
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
      throw describe(error, `the secret ${id} of GCP project ${project}`, signal);
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

/** SDK options that send requests with our `fetch`: that of the SDK supports neither proxies nor aborting. */
function senderOf(fetch: FetchSecrets, signal: AbortSignal) {
  const fetchImplementation = async (
    input: string | URL | Request,
    { method = 'GET', headers, body }: RequestInit = {},
  ): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    const given = Object.fromEntries(new Headers(headers));
    const answer = await fetch(url, { method, headers: given, signal, ...(typeof body === 'string' && { body }) });
    const text = await answer.text();
    const type = answer.headers.get('content-type') ?? 'application/json';
    return new Response(text === '' ? null : text, { status: answer.status, headers: { 'content-type': type } });
  };
  return { clientOptions: { transporterOptions: { fetchImplementation } } };
}

const textOf = (data: string | Uint8Array | null | undefined): string =>
  typeof data === 'string' ? Buffer.from(data, 'base64').toString('utf8') : new TextDecoder().decode(data ?? new Uint8Array());

/** Canonical codes of google.rpc.Code. */
const [NOT_FOUND, PERMISSION_DENIED, FAILED_PRECONDITION, UNAUTHENTICATED] = [5, 7, 9, 16] as const;
const TRANSIENT: ReadonlySet<number> = new Set([4, 8, 10, 13, 14]);

const codeOf = (error: unknown): number | undefined => {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
};

/** Uses only the code of the error, since its message may quote the request. */
function describe(error: unknown, where: string, signal: AbortSignal) {
  if (signal.aborted || error instanceof ZscalerMcpError) return error;
  const code = codeOf(error);
  if (code !== undefined && hints[code] !== undefined) return unreadable(`${where} ${hints[code][0]}`, hints[code][1]);
  if (code === undefined) {
    const { code: word } = error as { code?: unknown };
    const reason = typeof word === 'string' && /^\w{1,60}$/.test(word) ? word : 'no credentials, or no connection';
    return unreachable(`${where} cannot be reached: ${reason}`, CREDENTIALS);
  }
  if (TRANSIENT.has(code) || code >= 500) return unreachable(`${where} cannot be read now: code ${code}`, 'Try again later.');
  return unreadable(`${where} cannot be read: code ${code}`, 'Look up the code in the reference of google.rpc.Code.');
}

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
