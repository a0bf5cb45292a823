/** Test controls: make requests fail or wait, and see what arrived. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answer.ts';

/** An answer to send in place of the real one. */
export interface Failure {
  readonly status: number;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Number of requests that fail; 1 by default. */
  readonly times?: number;
  /** Applies to requests with this method whose path contains this text. The token endpoint fails only when its path is given. */
  readonly method?: string;
  readonly path?: string;
  /** Breaks the connection instead of answering. */
  readonly disconnect?: boolean;
  /** Lets the request take effect before sending the failure: an answer that was lost. */
  readonly afterEffect?: boolean;
}

/** A request that arrived. Never contains the Authorization header; a token request's body comes without its secret. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly body: unknown;
  /** Status of the answer; 0 when the connection was broken. */
  readonly status: number;
}

export interface Controls {
  /** Makes the next matching requests fail. */
  fail(failure: Failure): void;
  /** Delays requests whose path contains `path`. */
  delay(path: string, ms: number): void;
  /** Holds back requests whose path contains `path` until the returned function is called. */
  hold(path: string): () => void;
  /** Requests that arrived, oldest first; the last 10,000. */
  journal(): readonly Received[];
  count(method: string, path: string): number;
  /** Number of delayed or held requests whose path contains this text. */
  waiting(path: string): number;
  /** Number of requests whose path contains this text and whose client hung up before the answer. */
  dropped(path: string): number;
  clear(): void;
}

export interface ControlDesk extends Controls {
  /** The failure to apply to this request; uses up one of its count. */
  takeFailure(method: string, path: string): Failure | undefined;
  /** Resolves when the request may be answered: after `latencyMs` and its delay, and once nothing holds it. */
  wait(path: string, latencyMs: number): Promise<void>;
  note(received: Received): void;
  noteDropped(path: string): void;
}

/** Bounded, since a demo server may run for weeks. */
const JOURNAL_MAX = 10_000;
export const TOKEN_PATH = '/oauth2/v1/token';

export function openControls(): ControlDesk {
  let failures: { readonly failure: Failure; left: number }[] = [];
  const delays = new Map<string, number>();
  const journal: Received[] = [];
  const counts = new Map<string, number>();
  const holds = new Set<{ readonly part: string; readonly released: Promise<void>; readonly release: () => void }>();
  const waiting: string[] = [];
  const dropped: string[] = [];
  return {
    fail: (failure) => void failures.push({ failure, left: failure.times ?? 1 }),
    delay: (path, ms) => void delays.set(path, ms),
    hold(part) {
      const { promise: released, resolve } = Promise.withResolvers<void>();
      const held = { part, released, release: () => (holds.delete(held), resolve()) };
      holds.add(held);
      return held.release;
    },
    journal: () => [...journal],
    count: (method, path) => counts.get(`${method} ${path}`) ?? 0,
    waiting: (path) => waiting.filter((one) => one.includes(path)).length,
    dropped: (path) => dropped.filter((one) => one.includes(path)).length,
    noteDropped: (path) => void dropped.push(path),
    clear() {
      failures = [];
      delays.clear();
      for (const { release } of holds) release();
      journal.length = 0;
      counts.clear();
      dropped.length = 0;
    },
    takeFailure(method, path) {
      const next = failures.find(({ failure }) => concerns(failure, method, path));
      if (!next) return undefined;
      next.left -= 1;
      if (next.left <= 0) failures = failures.filter((one) => one !== next);
      return next.failure;
    },
    async wait(path, latencyMs) {
      let delayMs = 0;
      for (const [part, ms] of delays) if (path.includes(part)) delayMs = Math.max(delayMs, ms);
      const held = [...holds].filter(({ part }) => path.includes(part)).map(({ released }) => released);
      const ms = latencyMs + delayMs;
      if (ms === 0 && held.length === 0) return;
      waiting.push(path);
      try {
        await Promise.all([sleep(ms), ...held]);
      } finally {
        waiting.splice(waiting.indexOf(path), 1);
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
