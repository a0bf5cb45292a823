/** Interprets an answer of the cloud: its content, or the error it stands for. */
import { parseJson } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import type { Answer } from './attempts.ts';
import type { Clock } from './clock.ts';
import { CloudError } from './error.ts';
import { readGraphqlErrors, readRefusal } from './refusal.ts';
import { askedWaitMs } from './wait.ts';

/** The content: JSON with exact integers, text as it is (CSV, PEM), null for an empty body. @throws CloudError for a web page */
export function contentOf({ status, headers, text }: Answer, what: string): unknown {
  const type = headers.get('content-type') ?? '';
  if (text === '') return null;
  if (type.includes('html'))
    throw new CloudError('ERR_CLOUD_ANSWER', `${what} was answered with a web page instead of an API answer`, {
      status,
      hint: 'Something between this machine and the cloud answers in its place: a captive portal, a proxy, or a wrong API address.',
    });
  return type === '' || type.includes('json') ? parseLenient(text) : text;
}

/** Some APIs label bare words and PEM as JSON. */
function parseLenient(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

export interface RefusalContext {
  readonly what: string;
  readonly secrets: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** The error that an unsuccessful answer stands for. 4xx is logged as information, 5xx as an error. */
export function refusalOf(answer: Answer, { what, secrets, clock, log }: RefusalContext): CloudError {
  const { status, headers, text, attempts } = answer;
  const { reason, message } = readRefusal(text, headers.get('content-type') ?? '', secrets);
  const retryAfterMs = status === 429 || status === 503 ? (askedWaitMs(answer, parseLenient(text), clock.now()) ?? undefined) : undefined;
  const said = [reason, message].filter((part) => part !== undefined).join(': ');
  const redirect = status >= 300 && status < 400 ? `redirected to ${hostOf(headers.get('location'))}, which is not followed` : '';
  const fields = { cloudRequest: what, status, reason, attempts };
  if (status >= 500) log.error(fields, 'the cloud failed');
  else log.info(fields, 'the cloud refused');
  return new CloudError(
    status === 429 ? 'ERR_CLOUD_RATE_LIMIT' : 'ERR_CLOUD_ANSWER',
    `${what} was answered with ${status}${redirect || said ? `: ${redirect || said}` : ''}`,
    {
      status,
      reason,
      retryAfterMs,
      hint: hintFor(status, reason, what, attempts, retryAfterMs),
    },
  );
}

/** GraphQL reports errors with status 200. Partial data beside errors is not used. Null when there are no errors. */
export function graphqlRefusalOf(content: unknown, what: string, log: Log): CloudError | null {
  const refusal = readGraphqlErrors(content);
  if (!refusal) return null;
  const { reason, message } = refusal;
  const isIncident = reason === 'INTERNAL_ERROR';
  const fields = { cloudRequest: what, status: 200, reason };
  if (isIncident) log.error(fields, 'the cloud failed');
  else log.info(fields, 'the cloud refused');
  const said = [reason, message].filter((part) => part !== undefined).join(': ') || 'errors without words';
  return new CloudError('ERR_CLOUD_ANSWER', `${what} was answered with ${said}`, {
    status: 200,
    reason,
    hint: (Object.hasOwn(graphqlHints, reason ?? '') && graphqlHints[reason ?? '']) || 'Correct what the message names and call again.',
  });
}

/** Hints by the classification of the first error. */
const graphqlHints: Readonly<Record<string, string>> = {
  INTERNAL_ERROR: 'The fault is on the side of the cloud: try again later, or with another time range; report it to Zscaler if it stays.',
  BAD_REQUEST: 'The API does not accept an input: check the values and the time range, and call again.',
  ValidationError: 'The API has changed what it understands; please report it.',
  UNAUTHORIZED: 'The role of the API client does not cover this, or the tenant has no entitlement for it: check both in ZIdentity.',
  FORBIDDEN: 'The role of the API client does not cover this, or the tenant has no entitlement for it: check both in ZIdentity.',
  NOT_FOUND: 'There is no such record: list the records to find the right ID.',
};

function hostOf(location: string | null): string {
  return location !== null && URL.canParse(location) ? new URL(location).host : 'another address';
}

function hintFor(status: number, reason: string | undefined, what: string, attempts: number, retryAfterMs: number | undefined): string {
  if (reason === 'NOT_SUBSCRIBED') return 'The tenant is not subscribed to this feature; nothing in the request can change that.';
  if (reason === 'EDIT_LOCK_NOT_AVAILABLE')
    return 'Another administrator or another call is changing the configuration; try again in a minute.';
  if (status === 404 && what.startsWith('DELETE') && attempts > 1) return 'An earlier attempt of this call may have deleted it.';
  if (status === 429)
    return `Wait ${retryAfterMs === undefined ? 'a minute' : `${Math.ceil(retryAfterMs / 1_000)} s`} before the next call to this API.`;
  if (status >= 500) return 'The fault is on the side of the cloud: try again later, and report it to Zscaler if it stays.';
  return hints[status] ?? 'Correct what the message names and call again.';
}

const hints: Readonly<Record<number, string>> = {
  301: 'Check the API address and ZSCALER_CLOUD.',
  302: 'Check the API address and ZSCALER_CLOUD.',
  307: 'Check the API address and ZSCALER_CLOUD.',
  308: 'Check the API address and ZSCALER_CLOUD.',
  401: 'The API does not accept the token: check in ZIdentity that the API client is enabled and has a role for this service.',
  403: 'The role of the API client does not cover this, or the tenant has no entitlement for it: check both in ZIdentity.',
  404: 'There is no such record, or this tenant does not have the API: list the records to find the right ID.',
  406: 'The API does not offer this answer: check that the tenant has the feature.',
  409: 'The record conflicts with another one, or is in use: read the message, change the name or remove the use, and call again.',
  415: 'The API expects another content type; this is a fault of the tool, please report it.',
};
