/** Interprets an answer of the cloud: its content, or the error it stands for. */
import { parseAnswer, TooComplex } from '../common/json.ts';
import type { Log } from '../common/log.ts';
import type { Answer } from './attempts.ts';
import type { Clock } from './clock.ts';
import { CloudError } from './error.ts';
import { parseErrorBody, readGraphqlErrors, readRefusal, type Refusal } from './refusal.ts';
import { askedWaitMs } from './wait.ts';

/** Completes "was answered with". */
export const A_PAGE = 'a web page instead of an API answer';
const PAGE_HINT = 'Something between this machine and the cloud answers in its place: a captive portal, a proxy, or a wrong API address.';

/** The content: JSON with exact integers, text as it is (CSV, PEM), null for an empty body. @throws CloudError for a web page */
export function contentOf({ status, headers, text }: Answer, what: string): unknown {
  const type = headers.get('content-type') ?? '';
  if (text === '') return null;
  if (type.includes('html')) throw new CloudError('ERR_CLOUD_ANSWER', `${what} was answered with ${A_PAGE}`, { status, hint: PAGE_HINT });
  return type === '' || type.includes('json') ? parseLenient(text, what) : text;
}

/** Some APIs label bare words and PEM as JSON. */
function parseLenient(text: string, what: string): unknown {
  try {
    return parseAnswer(text);
  } catch (error) {
    if (error instanceof TooComplex)
      throw new CloudError('ERR_CLOUD_SIZE', `${what} was answered with more than is handled: ${error.message}`, { hint: NARROW });
    return text;
  }
}

const NARROW = 'Narrow the request, or ask for one page after the other without all.';

export interface RefusalContext {
  readonly what: string;
  readonly secrets: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** The error that an unsuccessful answer stands for. 4xx is logged as information, 5xx as an error. */
export function refusalOf(answer: Answer, { what, secrets, clock, log }: RefusalContext): CloudError {
  const { status, headers, text, attempts } = answer;
  const refusal = readRefusal(text, headers.get('content-type') ?? '', secrets);
  const { reason } = refusal;
  const retryAfterMs = status === 429 || status === 503 ? (askedWaitMs(answer, parseErrorBody(text), clock.now()) ?? undefined) : undefined;
  const fields = { cloudRequest: what, status, reason, attempts };
  if (status >= 500) log.error(fields, 'the cloud failed');
  else log.info(fields, 'the cloud refused');
  return new CloudError(
    status === 429 ? 'ERR_CLOUD_RATE_LIMIT' : 'ERR_CLOUD_ANSWER',
    `${what} was answered with ${sayRefusal(answer, refusal)}`,
    { status, reason, retryAfterMs, hint: hintFor(answer, refusal, what, retryAfterMs) },
  );
}

/** The status, and what the cloud says of it: `404: resource.not.found: There is no such record`. */
export function sayRefusal({ status, headers }: Pick<Answer, 'status' | 'headers'>, { reason, message, isPage }: Refusal): string {
  if (isRedirect(status)) return `${status}: redirected to ${hostOf(headers.get('location'))}, which is not followed`;
  if (isPage) return `${status} and ${A_PAGE}`;
  const said = [reason === String(status) ? undefined : reason, message === reason ? undefined : message];
  return [`${status}`, ...said.filter((part) => part !== undefined)].join(': ');
}

const isRedirect = (status: number): boolean => status >= 300 && status < 400;

/** GraphQL reports errors with status 200. Partial data beside errors is not used. Null when there are no errors. */
export function graphqlRefusalOf(content: unknown, what: string, log: Log): CloudError | null {
  const refusal = readGraphqlErrors(content);
  if (!refusal) return null;
  const { reason, message } = refusal;
  const isIncident = reason === 'INTERNAL_ERROR';
  const fields = { cloudRequest: what, status: 200, reason };
  if (isIncident) log.error(fields, 'the cloud failed');
  else log.info(fields, 'the cloud refused');
  const said = [reason, message].filter((part) => part !== undefined).join(': ') || 'errors that it does not explain';
  return new CloudError('ERR_CLOUD_ANSWER', `${what} was answered with ${said}`, {
    status: 200,
    reason,
    hint: (Object.hasOwn(graphqlHints, reason ?? '') && graphqlHints[reason ?? '']) || CORRECT,
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

function hintFor({ status, attempts }: Answer, { reason, message, isPage }: Refusal, what: string, retryAfterMs?: number): string {
  if (isRedirect(status)) return 'Check the API address and ZSCALER_CLOUD.';
  if (reason === 'NOT_SUBSCRIBED') return 'The tenant is not subscribed to this feature; nothing in the request can change that.';
  if (reason === 'EDIT_LOCK_NOT_AVAILABLE')
    return 'Another administrator or another call is changing the configuration; try again in a minute.';
  if (status === 404 && what.startsWith('DELETE') && attempts > 1) return 'An earlier attempt of this call may have deleted it.';
  if (status === 429)
    return `Wait ${retryAfterMs === undefined ? 'a minute' : `${Math.ceil(retryAfterMs / 1_000)} s`} before the next call to this API.`;
  if (status >= 500) return 'The fault is on the side of the cloud: try again later, and report it to Zscaler if it stays.';
  if (isPage) return PAGE_HINT;
  const isMute = reason === undefined && message === undefined;
  return hints[status] ?? (isMute ? 'The API gives no reason: check the inputs, and call again.' : CORRECT);
}

const CORRECT = 'Correct what the message names and call again.';

const hints: Readonly<Record<number, string>> = {
  401: 'The API does not accept the token: check in ZIdentity that the API client is enabled and has a role for this service.',
  403: 'The role of the API client does not cover this, or the tenant has no entitlement for it: check both in ZIdentity.',
  404: 'There is no such record, or this tenant does not have the API: list the records to find the right ID.',
  406: 'The API does not offer this answer: check that the tenant has the feature.',
  405: 'The API does not offer this for the record or the feature; please report it.',
  409: 'The record conflicts with another one, or is in use: read the message, change the name or remove the use, and call again.',
  415: 'The API expects another content type; this is a fault of the tool, please report it.',
};
