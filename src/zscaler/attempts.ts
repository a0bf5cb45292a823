/** Sends one request until it has a final answer: what may be retried, and what must not be sent twice. */
import { openDeadline } from '../common/deadline.ts';
import type { Log } from '../common/log.ts';
import { ZscalerMcpError } from '../common/errors.ts';
import { explainNetworkError, rootOf, type NetworkErrorWords, type NetworkFault } from '../common/network-error.ts';
import type { Clock } from './clock.ts';
import { CloudError } from './error.ts';
import { AnswerTooLarge } from './held-answers.ts';
import { parseErrorBody } from './refusal.ts';
import type { HttpAnswer, HttpRequest } from './transport.ts';
import { askedWaitMs, backoffMs, editLockWaitMs, spread } from './wait.ts';

/** `read` may always be repeated, `replace` when an answer says so, `once` only if the cloud certainly did not act on it. */
export type Repeat = 'read' | 'replace' | 'once';

export interface Answer {
  readonly status: number;
  readonly headers: HttpAnswer['headers'];
  readonly text: string;
  /** Number of attempts made. */
  readonly attempts: number;
}

export interface AttemptOptions {
  /** Method and path, for messages: `GET /zia/api/v1/ruleLabels`. */
  readonly what: string;
  /** Where it is sent, for messages. */
  readonly host: string;
  readonly repeat: Repeat;
  readonly maxRetries: number;
  readonly timeoutMs: number;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly log: Log;
}

/** The time limit of one call, over all its attempts and waits. */
export interface Budget {
  readonly totalMs: number;
  readonly deadline: number;
  /** Aborted at the deadline or when the caller cancels. */
  readonly signal: AbortSignal;
  readonly caller: AbortSignal | undefined;
  /** Call when the call has ended. */
  readonly close: () => void;
}

export function openBudget(totalMs: number, caller: AbortSignal | undefined, clock: Clock): Budget {
  const { signal, close } = openDeadline(totalMs, caller);
  return { totalMs, deadline: clock.now() + totalMs, signal, caller, close };
}

type Send = (request: Pick<HttpRequest, 'signal'>) => Promise<HttpAnswer>;

/** Sends until there is an answer of any status. @throws CloudError when there is none in time */
export async function attempt(send: Send, options: AttemptOptions): Promise<Answer> {
  for (let attempts = 1; ; attempts += 1) {
    const outcome = await tryOnce(send, options, attempts);
    const waitMs = attempts > options.maxRetries ? null : waitFor(outcome, options, attempts - 1);
    if (waitMs === null || waitMs >= options.budget.deadline - options.clock.now()) return settle(outcome);
    const { what, log, budget, clock } = options;
    log.info(
      { cloudRequest: what, host: options.host, attempts, waitMs: Math.round(waitMs), because: reasonFor(outcome) },
      'the cloud is asked again after a wait',
    );
    await clock.sleep(waitMs, budget.signal).catch(() => {
      throw gaveUp(options, false);
    });
  }
}

type Outcome = Answer | { readonly error: CloudError; readonly why: string; readonly unsent: boolean };

async function tryOnce(send: Send, options: AttemptOptions, attempts: number): Promise<Outcome> {
  const { budget, timeoutMs, log, what, clock } = options;
  if (budget.signal.aborted) throw gaveUp(options, false);
  const startedAt = clock.now();
  const limit = openDeadline(timeoutMs, budget.signal);
  try {
    const answer = await send({ signal: limit.signal });
    const text = await answer.text();
    log.debug({ cloudRequest: what, status: answer.status, ms: clock.now() - startedAt, attempts }, 'the cloud answered');
    return { status: answer.status, headers: answer.headers, text, attempts };
  } catch (error) {
    if (error instanceof ZscalerMcpError) throw error;
    if (error instanceof AnswerTooLarge) throw tooLarge(options, error);
    if (budget.signal.aborted) throw gaveUp(options, true);
    if (limit.isOver()) throw timedOut(options, timeoutMs);
    const words = explainNetworkError(error, options.host);
    return { error: unreachable(options, error, words), why: words.message, unsent: isUnsent(error) };
  } finally {
    limit.close();
  }
}

/** Milliseconds until the next attempt; null when another would be useless or unsafe. */
function waitFor(outcome: Outcome, { repeat, clock }: AttemptOptions, retry: number): number | null {
  if ('error' in outcome) return outcome.unsent || repeat === 'read' ? backoffMs(retry, clock) : null;
  if (outcome.status === 409)
    return reasonOf(parseErrorBody(outcome.text)) === 'EDIT_LOCK_NOT_AVAILABLE' ? editLockWaitMs(retry, clock) : null;
  const isWorthIt = outcome.status === 429 || ((outcome.status === 503 || outcome.status === 504) && repeat !== 'once');
  if (!isWorthIt) return null;
  const asked = askedWaitMs(outcome, parseErrorBody(outcome.text), clock.now());
  return asked === null ? backoffMs(retry, clock) : spread(asked, clock);
}

function settle(outcome: Outcome): Answer {
  if ('error' in outcome) throw outcome.error;
  return outcome;
}

const reasonFor = (outcome: Outcome): string => ('error' in outcome ? outcome.why : `status ${outcome.status}`);

const reasonOf = (body: unknown): unknown =>
  typeof body === 'object' && body !== null ? (body as Record<string, unknown>)['code'] : undefined;

/** Connection failures before any byte of the request was sent. */
const unsentCodes = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'UND_ERR_CONNECT_TIMEOUT'];

function isUnsent(error: unknown): boolean {
  const { code, syscall } = rootOf(error);
  return unsentCodes.includes(code ?? '') || syscall === 'connect';
}

function gaveUp({ what, host, budget, repeat }: AttemptOptions, inFlight: boolean): CloudError {
  const doubt = inFlight ? doubtOf(repeat) : '';
  if (budget.caller?.aborted) return new CloudError('ERR_CALL_CANCELLED', `${what} was cancelled${doubt}`, { cause: budget.caller.reason });
  return new CloudError(
    'ERR_CLOUD_TIMEOUT',
    `${what} was not answered within ${seconds(budget.totalMs)}, waits and attempts included${doubt}`,
    {
      hint: slowHint(host),
    },
  );
}

/** Not repeated: the next answer would be as large. */
const tooLarge = ({ what, repeat }: AttemptOptions, { message, hint }: AnswerTooLarge): CloudError =>
  new CloudError('ERR_CLOUD_SIZE', `${what} was answered with ${message}${doubtOf(repeat)}`, { hint });

const timedOut = ({ what, host, repeat }: AttemptOptions, timeoutMs: number): CloudError =>
  new CloudError('ERR_CLOUD_TIMEOUT', `${what} was not answered within ${seconds(timeoutMs)}${doubtOf(repeat)}`, { hint: slowHint(host) });

function unreachable({ what, host, repeat }: AttemptOptions, error: unknown, { fault, message }: NetworkErrorWords): CloudError {
  const doubt = isUnsent(error) ? '' : doubtOf(repeat);
  return new CloudError('ERR_CLOUD_UNREACHABLE', `${what} failed on the way to ${host}: ${message}${doubt}`, {
    hint: hints[fault] ?? HINT,
    cause: error,
  });
}

/** As settings give it. */
export const seconds = (ms: number): string => `${ms / 1_000} s`;

export const slowHint = (host: string): string =>
  `Try again later, narrow the request, or raise ZSCALER_REQUEST_TIMEOUT. If nothing is ever answered, check that this machine reaches ${host}.`;

/** Appended for a change that may or may not have taken effect. */
const doubtOf = (repeat: Repeat): string =>
  repeat === 'read' ? '' : '; it may or may not have taken effect, read the record before repeating it';

const HINT = 'Check that this machine reaches the Zscaler cloud, and HTTPS_PROXY and NO_PROXY if it needs a proxy.';

const hints: Readonly<Partial<Record<NetworkFault, string>>> = {
  name: 'Check ZSCALER_VANITY_DOMAIN, ZSCALER_CLOUD, and the DNS of this machine.',
  certificate: 'Behind a TLS-inspecting proxy, start the server with NODE_EXTRA_CA_CERTS set to a file that holds the CA of the proxy.',
  proxy: 'Check HTTPS_PROXY with its user and password, NO_PROXY, and what the proxy permits.',
  machine: 'Check the limits and the network of this machine.',
  answer: 'Something between this machine and the cloud may answer in its place: check HTTPS_PROXY and the API address.',
  request: 'Check the API address and HTTPS_PROXY.',
};
