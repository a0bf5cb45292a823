/** For the tests of this folder: a running tenant and an HTTP client that is independent of the server's own. */
import { parseJson } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import { startDemoTenant, type DemoOptions, type DemoTenant } from './index.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, the text when it is not JSON, `undefined` when empty. */
  readonly body: unknown;
  readonly text: string;
}

export interface Fixture extends AsyncDisposable {
  readonly tenant: DemoTenant;
  readonly lines: readonly string[];
  readonly call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>;
  /** The `segmentGroup` path of the tenant's customer. */
  readonly segmentGroups: string;
}

export async function openFixture(options: Partial<DemoOptions> = {}): Promise<Fixture> {
  const lines: string[] = [];
  const write = (fields: Record<string, unknown>, message: string): void => void lines.push(JSON.stringify({ ...fields, message }));
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const tenant = await startDemoTenant({ log, ...options });
  let token: string | undefined;
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> => {
    token ??= await signIn(tenant);
    return send(`${tenant.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  };
  return {
    tenant,
    lines,
    call,
    segmentGroups: `/zpa/mgmtconfig/v1/admin/customers/${tenant.credentials.customerId}/segmentGroup`,
    [Symbol.asyncDispose]: () => tenant.close(),
  };
}

export async function send(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parse(text), text };
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

export const secretForm = ({ credentials }: DemoTenant): Record<string, string> => ({
  grant_type: 'client_credentials',
  client_id: credentials.clientId,
  client_secret: credentials.clientSecret,
  audience: 'https://api.zscaler.com',
});

export const postForm = (tenant: DemoTenant, form: Record<string, string>): Promise<Reply> =>
  send(tenant.tokenUrl, { method: 'POST', body: new URLSearchParams(form) });

export async function signIn(tenant: DemoTenant): Promise<string> {
  const { body } = await postForm(tenant, secretForm(tenant));
  return (body as { access_token: string }).access_token;
}
