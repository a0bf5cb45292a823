/** Verifies the credentials of an API client with the tenant's token endpoint. */
import { openDeadline } from '../common/deadline.ts';
import { ZscalerMcpError } from '../common/errors.ts';
import { parseJson } from '../common/json.ts';
import { explainNetworkError } from '../common/network-error.ts';
import { AUDIENCE } from './assertion.ts';
import { addressesOf, type CloudConfig } from './config.ts';
import type { HttpAnswer, Transport } from './transport.ts';

export type ClientVerdict =
  /** `lifeMs`: lifetime of the token that was issued for the check. The token itself is discarded. */
  | { readonly kind: 'good'; readonly lifeMs: number }
  | { readonly kind: 'wrong' }
  /** The cloud could not be asked. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number };

const TIMEOUT_MS = 10_000;
const RETRY_S = 5;

/** A single attempt: the client is waiting and may retry. @throws ZscalerMcpError ERR_CLOUD_CONFIG */
export async function checkClient(
  config: CloudConfig,
  transport: Transport,
  { id, secret }: { readonly id: string; readonly secret: string },
): Promise<ClientVerdict> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', audience: AUDIENCE, client_id: id, client_secret: secret });
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  const limit = openDeadline(Math.min(TIMEOUT_MS, config.requestTimeoutMs));
  const url = addressesOf(config).token;
  const { host } = new URL(url);
  let answer: HttpAnswer;
  let text: string;
  try {
    answer = await transport.fetch(url, { method: 'POST', headers, body: form.toString(), signal: limit.signal }, config.proxy);
    text = await answer.text();
  } catch (error) {
    if (error instanceof ZscalerMcpError) throw error;
    const reason = `the token endpoint at ${host} cannot be reached: ${explainNetworkError(error, host).message}`;
    return { kind: 'unavailable', reason, retryAfterSeconds: RETRY_S };
  } finally {
    limit.close();
  }
  if (answer.status === 400 || answer.status === 401 || answer.status === 403) return { kind: 'wrong' };
  const lifeMs = answer.status === 200 ? lifeOf(text) : null;
  if (lifeMs !== null) return { kind: 'good', lifeMs };
  const reason = `the token endpoint at ${host} ${answer.status === 200 ? 'gave no token' : `answered with ${answer.status}`}`;
  return { kind: 'unavailable', reason, retryAfterSeconds: waitOf(answer) };
}

/** Lifetime in milliseconds; null when the answer has no token. */
function lifeOf(text: string): number | null {
  try {
    const { access_token: token, expires_in: seconds } = parseJson(text) as { access_token?: unknown; expires_in?: unknown };
    if (typeof token !== 'string' || token === '') return null;
    // Without a stated lifetime the verdict is not cached.
    return Number(seconds) > 0 ? Number(seconds) * 1_000 : 0;
  } catch {
    return null;
  }
}

const waitOf = ({ headers }: HttpAnswer): number => {
  const asked = Number(headers.get('retry-after'));
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, 300) : RETRY_S;
};
