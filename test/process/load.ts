/**
 * An open-loop load of numbered MCP calls: each is sent on schedule, whether or not earlier ones have been answered, so that a
 * stall shows as latency and not as fewer requests. Only a machine that does not keep up at all is spared: its backlog would
 * grow until the kernel drops connections, which says nothing about the server.
 */
import { Agent, request, type ClientRequest } from 'node:http';

export interface LoadOptions {
  readonly url: string;
  readonly perSecond: number;
  /** Share of requests on new connections; the others use keep-alive connections. */
  readonly freshShare: number;
  readonly keptAlive: number;
  /** Sessions of revision 2025-11-25; every second request names one of them, in turn. */
  readonly sessions?: readonly string[];
}

export interface Ledger {
  /** Numbers of the requests sent. */
  readonly sent: number[];
  readonly answered: Map<number, { status: number; ok: boolean; ms: number }>;
  readonly failed: Map<number, string>;
  readonly latenciesMs: number[];
  /** Longest time between two accepted answers. */
  longestGapMs: number;
}

export interface Load {
  readonly ledger: Ledger;
  /** Stops sending and waits for requests in flight. */
  stop(): Promise<Ledger>;
}

/** Calls without an answer from which on no further ones are sent; less than the kernel queues for the server. */
const MOST_WAITING = 400;

const TOOL = 'zia_list_rule_labels';

/** Calls the tool with `search: "n-<number>"`, so that the cloud's side can count what arrived. */
export function startLoad({ url, perSecond, freshShare, keptAlive, sessions = [] }: LoadOptions): Load {
  const ledger: Ledger = { sent: [], answered: new Map(), failed: new Map(), latenciesMs: [], longestGapMs: 0 };
  const kept = Array.from({ length: keptAlive }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  let lastAnswerAt = startedAt;
  let number = 0;
  let heldBackMs = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - heldBackMs - startedAt) / 1_000) * perSecond);
    while (number < due && pending.size < MOST_WAITING) send(number++);
    heldBackMs += Math.max(0, due - number) * (1_000 / perSecond);
  }, 2);

  function send(n: number): void {
    // Round-robin over the keep-alive connections, so that each is used at least once a second.
    const fresh = (n * 0.618_033_988_7) % 1 < freshShare;
    const agent = fresh ? new Agent({ keepAlive: false }) : kept[n % kept.length];
    const dueAt = startedAt + heldBackMs + (n / perSecond) * 1_000;
    ledger.sent.push(n);
    const exchange = follow(n, dueAt, call({ url, n, agent, session: n % 2 === 1 ? sessions[(n >> 1) % sessions.length] : undefined }));
    pending.add(exchange);
    void exchange.finally(() => pending.delete(exchange));
  }

  async function follow(n: number, dueAt: number, answer: Promise<{ status: number; ok: boolean }>): Promise<void> {
    try {
      const { status, ok } = await answer;
      const now = performance.now();
      ledger.answered.set(n, { status, ok, ms: now - dueAt });
      ledger.latenciesMs.push(now - dueAt);
      if (!ok) return;
      ledger.longestGapMs = Math.max(ledger.longestGapMs, now - lastAnswerAt);
      lastAnswerAt = now;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      ledger.failed.set(n, code ?? message);
    }
  }

  return {
    ledger,
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
      for (const agent of kept) agent.destroy();
      return ledger;
    },
  };
}

export interface Call {
  readonly url: string;
  readonly n: number;
  readonly agent: Agent | undefined;
  /** Of revision 2025-11-25; without one the call is of revision 2026-07-28. */
  readonly session?: string | undefined;
}

/** Sends one numbered call and checks that the answer belongs to it. */
export function call({ url, n, agent, session }: Call): Promise<{ status: number; ok: boolean }> {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: n,
    method: 'tools/call',
    params: { name: TOOL, arguments: { search: `n-${n}` }, ...(session === undefined && { _meta: meta }) },
  });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'content-length': Buffer.byteLength(body),
    ...(session === undefined
      ? { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': TOOL }
      : { 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': session }),
  };
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest = request(url, { method: 'POST', agent, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => (text += part));
      incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, ok: incoming.statusCode === 200 && isGood(text, n) }));
      incoming.once('error', reject);
    });
    outgoing.setTimeout(100_000, () => outgoing.destroy(Object.assign(new Error('no answer in 100 s'), { code: 'NO_ANSWER' })));
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'load', version: '1' },
};

const isGood = (text: string, n: number): boolean =>
  text.includes('"content"') && !text.includes('"isError":true') && new RegExp(`"id":${n}\\b`).test(text);

/** Failures as text for an assertion; empty if there are none. */
export function complaints({ sent, answered, failed }: Ledger): string[] {
  const bad = [...answered].filter(([, { ok }]) => !ok).map(([n, { status }]) => `${n}: status ${status}`);
  const errors = [...failed].map(([n, code]) => `${n}: ${code}`);
  const lost = sent.filter((n) => !answered.has(n) && !failed.has(n)).map((n) => `${n}: no answer`);
  return [...errors, ...bad, ...lost];
}

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};

/** A histogram of latencies, one line per range. */
export function histogram(values: readonly number[]): string {
  const bounds = [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, Infinity];
  const counts = bounds.map((bound, at) => values.filter((value) => value < bound && value >= (bounds[at - 1] ?? 0)).length);
  const unit = Math.max(...counts) / 40;
  const label = (at: number) => (bounds[at] === Infinity ? `from ${bounds[at - 1]} ms` : `under ${bounds[at]} ms`);
  return counts
    .map((count, at) => `${label(at).padStart(14)} ${String(count).padStart(6)} ${'#'.repeat(Math.ceil(count / unit))}`.trimEnd())
    .join('\n');
}

/** The common figures of a load report. */
export function summary({ latenciesMs, longestGapMs }: Ledger): string {
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => percentile(latenciesMs, share).toFixed(1));
  return `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms, longest gap ${longestGapMs.toFixed(0)} ms`;
}
