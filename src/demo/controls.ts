/** What a test may do to the demo tenant and learn from it. */
import type { Answer } from './answer.ts';

/** An answer to give instead of the real one. */
export interface Failure {
  readonly status: number;
  /** JSON when it is not a string. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many requests fail; default 1. */
  readonly times?: number;
  /** Only requests with this method, and whose path contains this text. The token endpoint fails only when its path is named. */
  readonly method?: string;
  readonly path?: string;
  /** Breaks the connection instead of answering. */
  readonly disconnect?: boolean;
  /** The request takes effect, and only then the failure is sent: an answer that was lost. */
  readonly afterEffect?: boolean;
}

/** A request that arrived. Never holds the Authorization header; a token request's body comes without its secret. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly body: unknown;
  /** What was sent back; 0 when the connection was broken. */
  readonly status: number;
}

export interface Controls {
  /** Answers the next matching requests with a failure. */
  fail(failure: Failure): void;
  /** Lets requests whose path contains `path` wait. */
  delay(path: string, ms: number): void;
  /** What arrived, oldest first; the newest 10,000. */
  journal(): readonly Received[];
  count(method: string, path: string): number;
  /** Requests whose path contains this text and that wait for their delay to pass. */
  waiting(path: string): number;
  /** Requests whose path contains this text and whose client hung up before the answer. */
  dropped(path: string): number;
  clear(): void;
}

export interface ControlDesk extends Controls {
  /** The failure that waits for such a request; each call uses it up once. */
  takeFailure(method: string, path: string): Failure | undefined;
  delayFor(path: string): number;
  /** Runs `wait` while the request counts as waiting. */
  hold(path: string, wait: () => Promise<unknown>): Promise<void>;
  note(received: Received): void;
  noteDropped(path: string): void;
}

/** The journal keeps the newest; a server that runs for weeks on the demo tenant must not grow. */
const JOURNAL_MAX = 10_000;
export const TOKEN_PATH = '/oauth2/v1/token';

export function openControls(): ControlDesk {
  let failures: { readonly failure: Failure; left: number }[] = [];
  const delays = new Map<string, number>();
  const journal: Received[] = [];
  const counts = new Map<string, number>();
  const held: string[] = [];
  const dropped: string[] = [];
  return {
    fail: (failure) => void failures.push({ failure, left: failure.times ?? 1 }),
    delay: (path, ms) => void delays.set(path, ms),
    journal: () => [...journal],
    count: (method, path) => counts.get(`${method} ${path}`) ?? 0,
    waiting: (path) => held.filter((one) => one.includes(path)).length,
    dropped: (path) => dropped.filter((one) => one.includes(path)).length,
    noteDropped: (path) => void dropped.push(path),
    clear() {
      failures = [];
      delays.clear();
      journal.length = 0;
      counts.clear();
      dropped.length = 0;
    },
    takeFailure(method, path) {
      const waiting = failures.find(({ failure }) => concerns(failure, method, path));
      if (!waiting) return undefined;
      waiting.left -= 1;
      if (waiting.left <= 0) failures = failures.filter((one) => one !== waiting);
      return waiting.failure;
    },
    delayFor: (path) => Math.max(0, ...[...delays].filter(([part]) => path.includes(part)).map(([, ms]) => ms)),
    async hold(path, wait) {
      held.push(path);
      try {
        await wait();
      } finally {
        held.splice(held.indexOf(path), 1);
      }
    },
    note(received) {
      const key = `${received.method} ${received.path}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      journal.push(received);
      if (journal.length > JOURNAL_MAX) journal.shift();
    },
  };
}

function concerns({ method, path }: Failure, requestMethod: string, requestPath: string): boolean {
  if (requestPath === TOKEN_PATH && path === undefined) return false;
  return (method === undefined || method === requestMethod) && (path === undefined || requestPath.includes(path));
}

export const answerOf = ({ status, body, headers }: Failure): Answer => ({
  status,
  ...(typeof body === 'string' ? { text: body } : { body }),
  ...(headers ? { headers } : {}),
});
