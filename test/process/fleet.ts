/**
 * An open-loop load on several replicas behind a balancer. Each call is followed to its end: a client whose stream breaks
 * reconnects with the last event's ID, and a client that is told that nothing was done repeats the call.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from './cloud.ts';
import { percentile } from './load.ts';

export interface Fate {
  /** Outcomes of the call; exactly one is expected. */
  readonly ends: ('answered' | 'unknown' | `wrong: ${string}`)[];
  /** Number of resumed streams. */
  resumed: number;
  /** Number of answers that said that nothing was done. */
  refused: number;
  ms: number;
}

export interface FleetLoad {
  readonly fates: ReadonlyMap<number, Fate>;
  /** Stops sending and waits for calls in flight. */
  stop(): Promise<void>;
}

const TOOL = 'zia_list_rule_labels';
const GIVE_UP_MS = 100_000;

/** Every fourth call is of revision 2026-07-28, which has no sessions. */
export function startFleetLoad({ url, perSecond, sessions }: { url: string; perSecond: number; sessions: readonly string[] }): FleetLoad {
  const fates = new Map<number, Fate>();
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  let next = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    while (next < due) {
      const n = next++;
      const session = n % 4 === 3 ? null : (sessions[n % sessions.length] ?? null);
      const following = follow(url, n, session, fates);
      pending.add(following);
      void following.finally(() => pending.delete(following));
    }
  }, 5);
  return {
    fates,
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}

async function follow(url: string, n: number, session: string | null, fates: Map<number, Fate>): Promise<void> {
  const fate: Fate = { ends: [], resumed: 0, refused: 0, ms: 0 };
  fates.set(n, fate);
  const startedAt = performance.now();
  let lastId: string | null = null;
  while (fate.ends.length === 0) {
    const isLate = performance.now() - startedAt > GIVE_UP_MS;
    const { outcome, id }: { outcome: Outcome; id: string | null } = isLate
      ? { outcome: 'wrong: no end in time', id: null }
      : await attempt(url, n, session, lastId);
    lastId = id ?? lastId;
    if (outcome === 'broken' && lastId !== null) fate.resumed++;
    else if (outcome === 'broken') fate.ends.push(session === null ? 'unknown' : 'wrong: cut without a word');
    else if (outcome === 'refused') fate.refused++;
    else fate.ends.push(...(Array.isArray(outcome) ? outcome : [outcome]));
    if (fate.ends.length === 0) await sleep(100);
  }
  fate.ms = performance.now() - startedAt;
}

type Outcome = 'broken' | 'refused' | Fate['ends'][number] | Fate['ends'];

async function attempt(
  url: string,
  n: number,
  session: string | null,
  lastId: string | null,
): Promise<{ outcome: Outcome; id: string | null }> {
  let id: string | null = null;
  let text = '';
  try {
    const response = await (lastId === null ? send(url, n, session) : resume(url, session ?? '', lastId));
    const decoder = new TextDecoder();
    for await (const part of response.body ?? []) {
      text += decoder.decode(part, { stream: true });
      id = [...text.matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? id;
    }
    return { outcome: judge(response.status, text, n), id };
  } catch {
    // The stream broke. The answer may have arrived before.
    const outcome = judge(200, text, n);
    return { outcome, id };
  }
}

/** Resuming executes nothing, so it is retried when the balancer reports a failure. */
function judge(status: number, text: string, n: number): Outcome {
  if (status === 503 && text.includes('Nothing was done')) return 'refused';
  if (status >= 502 && text.includes('Outcome unknown')) return 'unknown';
  if (status !== 200) return `wrong: status ${status} ${text.slice(0, 100)}`;
  const ends = [...text.matchAll(new RegExp(`^.*"id":${n}[,}].*$`, 'gm'))].map(([line]): Fate['ends'][number] => {
    if (line.includes('Outcome unknown')) return 'unknown';
    return line.includes('"content"') && !line.includes('"isError":true') ? 'answered' : `wrong: ${line.slice(0, 200)}`;
  });
  return ends.length > 0 ? ends : 'broken';
}

const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };

const send = (url: string, n: number, session: string | null): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(session === null
        ? { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': TOOL }
        : { 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': session }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: n,
      method: 'tools/call',
      params: { name: TOOL, arguments: { search: `n-${n}` }, ...(session === null && { _meta: meta }) },
    }),
  });

async function resume(url: string, session: string, lastId: string): Promise<Response> {
  const headers = { accept: 'text/event-stream', 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': session, 'last-event-id': lastId };
  const response = await fetch(url, { headers });
  if (response.status < 502) return response;
  const text = await response.text();
  // The resumption failed, not the call.
  return new Response(text.replace('Outcome unknown', 'Nothing was done'), { status: 503 });
}

/** Compares the executions seen by the cloud with the answers to the client; empty if they agree. */
export function accountFor(fates: ReadonlyMap<number, Fate>, cloud: Cloud): string[] {
  const executions = new Map<string, number>();
  for (const { path, query } of cloud.requests()) {
    if (!path.endsWith('/ruleLabels') || query['search'] === undefined) continue;
    const search = String(query['search']);
    executions.set(search, (executions.get(search) ?? 0) + 1);
  }
  return [...fates].flatMap(([n, { ends }]) => {
    const times = executions.get(`n-${n}`) ?? 0;
    const [end = 'none'] = ends;
    const isRight = ends.length === 1 && (end === 'answered' ? times === 1 : end === 'unknown' && times <= 1);
    return isRight ? [] : [`${n}: ${ends.join(' and ') || 'no end'}, executed ${times} times`];
  });
}

/** The figures of a load in one line. */
export function figures(fates: ReadonlyMap<number, Fate>): string {
  const all = [...fates.values()];
  const count = (end: string): number => all.filter(({ ends }) => ends[0] === end).length;
  const [p50, p99, max] = [0.5, 0.99, 1].map((share) =>
    percentile(
      all.map(({ ms }) => ms),
      share,
    ).toFixed(0),
  );
  const resumed = all.reduce((sum, fate) => sum + fate.resumed, 0);
  const refused = all.reduce((sum, fate) => sum + fate.refused, 0);
  return `${all.length} calls: ${count('answered')} answered, ${count('unknown')} outcome unknown, each once; ${resumed} streams resumed, ${refused} times asked again after "nothing was done"; p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
}
