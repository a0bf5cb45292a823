/** Fake secrets managers: each implements as much of its protocol as the real client needs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openStandIn, type Asked, type StandInAnswer } from './stand-in.ts';

/** What a stand-in does instead of answering well. */
export type Trouble = 'hang' | 'broken' | (StandInAnswer & { readonly delayMs?: number });

export interface Manager {
  /** Environment variables that make a server use it. */
  readonly env: Readonly<Record<string, string>>;
  /** What it holds from now on. */
  keep(values: Readonly<Record<string, unknown>>): void;
  /** How it answers from now on; null: well. */
  trouble(trouble: Trouble | null): void;
  /** Requests for secrets; those for credentials do not count. */
  asked(): number;
  close(): Promise<void>;
}

type Answering = (asked: Asked, values: Readonly<Record<string, unknown>>) => StandInAnswer;

async function open(
  isForSecrets: (asked: Asked) => boolean,
  answer: Answering,
  envOf: (url: string) => Record<string, string>,
): Promise<Manager> {
  let values: Readonly<Record<string, unknown>> = {};
  let trouble: Trouble | null = null;
  const standIn = await openStandIn(async (asked, response) => {
    if (!isForSecrets(asked) || trouble === null) return answer(asked, values);
    if (trouble === 'hang') return undefined;
    if (trouble === 'broken') return void response.destroy();
    const { delayMs = 0, ...given } = trouble;
    if (delayMs > 0) await sleep(delayMs);
    return given;
  });
  return {
    env: envOf(standIn.url),
    keep: (next) => (values = next),
    trouble: (next) => (trouble = next),
    asked: () => standIn.asked.filter(isForSecrets).length,
    close: () => standIn.close(),
  };
}

export const VAULT_TOKEN = 'hvs.of-the-stand-in';

/** KV version 2 at the mount `secret`, the secret `zscaler/mcp`. Source: HashiCorp Vault HTTP API. */
export const openVault = (isToken: (token: string) => boolean = (token) => token === VAULT_TOKEN): Promise<Manager> =>
  open(
    () => true,
    ({ method, path, headers }, values) => {
      if (!isToken(String(headers['x-vault-token']))) return { status: 403, body: '{"errors":["permission denied"]}' };
      if (method !== 'GET' || path !== '/v1/secret/data/zscaler/mcp') return { status: 404, body: '{"errors":[]}' };
      const metadata = { created_time: '2026-01-01T00:00:00Z', deletion_time: '', destroyed: false, version: 1 };
      return { body: JSON.stringify({ request_id: 'r', lease_id: '', renewable: false, data: { data: values, metadata } }) };
    },
    (url) => ({ ZSCALER_MCP_VAULT_PATH: 'zscaler/mcp', VAULT_ADDR: url, VAULT_TOKEN }),
  );

const KEY_ID = 'AKIAOFTHESTANDIN0000';

/** The secret `prod/zscaler`, for the SDK of AWS. Source: AWS Secrets Manager API reference, GetSecretValue. */
export const openAws = (): Promise<Manager> =>
  open(
    () => true,
    ({ headers, body }, values) => {
      const refusal = (name: string): StandInAnswer => ({
        status: 400,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify({ __type: name, message: `about ${body}` }),
      });
      if (headers['x-amz-target'] !== 'secretsmanager.GetSecretValue') return refusal('InvalidAction');
      if (!String(headers.authorization).includes(`Credential=${KEY_ID}/`)) return refusal('UnrecognizedClientException');
      if (body !== '{"SecretId":"prod/zscaler"}') return refusal('ResourceNotFoundException');
      const answer = {
        ARN: 'arn:aws:secretsmanager:eu-central-1:1:secret:prod/zscaler-a',
        Name: 'prod/zscaler',
        SecretString: JSON.stringify(values),
      };
      return { headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(answer) };
    },
    (url) => ({
      ZSCALER_SECRET_NAME: 'prod/zscaler',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: KEY_ID,
      AWS_SECRET_ACCESS_KEY: 'of-the-stand-in',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      // Nothing of this machine.
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    }),
  );

const GCP_TOKEN = 'ya29.of-the-stand-in';

/** Secrets of the project `acme` and the metadata server that gives tokens. Source: Secret Manager REST reference. */
export const openGcp = (): Promise<Manager> =>
  open(
    ({ path }) => path.startsWith('/v1/projects/'),
    ({ path, headers }, values) => {
      if (path.startsWith('/computeMetadata/')) return metadata(path);
      const failed = (code: number, status: string): StandInAnswer => ({
        status: code,
        body: JSON.stringify({ error: { code, status, message: `about ${path}` } }),
      });
      if (headers.authorization !== `Bearer ${GCP_TOKEN}`) return failed(401, 'UNAUTHENTICATED');
      const id = /^\/v1\/projects\/acme\/secrets\/([a-z-]+)\/versions\/latest:access$/.exec(path)?.[1] ?? '';
      const value = values[id.toUpperCase().replaceAll('-', '_')];
      if (value === undefined) return failed(404, 'NOT_FOUND');
      const data = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
      return { body: JSON.stringify({ name: `projects/acme/secrets/${id}/versions/1`, payload: { data } }) };
    },
    (url) => ({
      ZSCALER_MCP_GCP_SECRET_MANAGER: 'true',
      GCP_PROJECT_ID: 'acme',
      ZSCALER_MCP_GCP_ENDPOINT: url,
      GCE_METADATA_HOST: url.replace('http://', ''),
      METADATA_SERVER_DETECTION: 'assume-present',
      HOME: '/nonexistent',
    }),
  );

function metadata(path: string): StandInAnswer {
  const headers = { 'metadata-flavor': 'Google' };
  if (path.endsWith('/token'))
    return { headers, body: JSON.stringify({ access_token: GCP_TOKEN, expires_in: 3_600, token_type: 'Bearer' }) };
  if (path.endsWith('/universe-domain') || path.endsWith('/universe_domain')) return { headers, body: 'googleapis.com' };
  if (path.endsWith('/project-id')) return { headers, body: 'acme' };
  return { headers, body: '{}' };
}
