/** GCP Secret Manager, through the SDK of Google: one secret a setting, credentials found as every tool of Google finds them. */
import { ZscalerMcpError } from '../common/errors.ts';
import { loadSdk, unreachable, unreadable, type FetchSecrets, type ReaderOptions, type SecretsReading } from './reader.ts';

const SDK = '@google-cloud/secret-manager';

/** The secrets of GCP Secret Manager to read: one for each setting. */
export interface GcpPlace {
  readonly kind: 'gcp';
  readonly project: string;
  /** Names of settings; the ids of their secrets follow from them. */
  readonly names: readonly string[];
  /** Whether every one of them has to be there. */
  readonly isComplete: boolean;
  /** Without a slash at the end. */
  readonly endpoint: string | undefined;
}

/** Requests at a time: below every quota. */
const LANES = 8;

/** @throws ZscalerMcpError ERR_SECRETS_UNREADABLE, ERR_SECRETS_UNREACHABLE */
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
    // What is under way is of no use any more.
    pending.length = 0;
    client.close().catch(() => undefined);
  }
  if (found.length === 0) throw nothingThere(project);
  return { place: `GCP Secret Manager, project ${project}`, values: Object.fromEntries(found) };
}

/** `ZSCALER_CLIENT_ID` is kept as `zscaler-client-id`. */
const idOf = (name: string): string => name.toLowerCase().replaceAll('_', '-');

function endpointOf(endpoint: string | undefined) {
  if (endpoint === undefined) return {};
  const { hostname, port, protocol } = new URL(endpoint);
  return { apiEndpoint: hostname, protocol: protocol.replace(':', ''), ...(port !== '' && { port: Number(port) }) };
}

/** The SDK's own way to send knows no proxy, and cannot be called off. */
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
const PASSING: ReadonlySet<number> = new Set([4, 8, 10, 13, 14]);

const codeOf = (error: unknown): number | undefined => {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
};

/** Only the code of the error is taken over: its sentences may quote what was sent. */
function describe(error: unknown, where: string, signal: AbortSignal) {
  if (signal.aborted || error instanceof ZscalerMcpError) return error;
  const code = codeOf(error);
  if (code !== undefined && hints[code] !== undefined) return unreadable(`${where} ${hints[code][0]}`, hints[code][1]);
  if (code === undefined) {
    const { code: word } = error as { code?: unknown };
    const reason = typeof word === 'string' && /^\w{1,60}$/.test(word) ? word : 'no credentials, or no connection';
    return unreachable(`${where} cannot be asked for: ${reason}`, CREDENTIALS);
  }
  if (PASSING.has(code) || code >= 500) return unreachable(`${where} cannot be read now: code ${code}`, 'Try again later.');
  return unreadable(`${where} cannot be read: code ${code}`, 'Look up the code in the reference of google.rpc.Code.');
}

const CREDENTIALS =
  'Give the server a service account, or GOOGLE_APPLICATION_CREDENTIALS in the environment that it is started with; a .env does not reach the SDK.';

const hints: Readonly<Record<number, readonly [string, string]>> = {
  [NOT_FOUND]: ['is not there', 'Make it, or correct ZSCALER_MCP_GCP_SECRETS and GCP_PROJECT_ID.'],
  [PERMISSION_DENIED]: [
    'may not be read',
    'The service account needs roles/secretmanager.secretAccessor; if it has it for single secrets, name their settings in ZSCALER_MCP_GCP_SECRETS.',
  ],
  [FAILED_PRECONDITION]: ['has no latest version that is enabled', 'Enable it, or add a version.'],
  [UNAUTHENTICATED]: ['may not be read: the credentials are not accepted', CREDENTIALS],
};

const nothingThere = (project: string) =>
  unreadable(
    `GCP project ${project} has none of the secrets that this server looks for`,
    'Keep ZSCALER_CLIENT_ID as zscaler-client-id, and so on; docs/operations/secrets.md has the list.',
  );
