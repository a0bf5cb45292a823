/** Restarts a server under load and accounts for every request, session, idle client and open stream. */
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from '../../src/lifecycle/index.ts';
import { startCloud, wronglyExecuted } from './cloud.ts';
import { runCommand, startServer, waitFor, type TestServer } from './harness.ts';
import { call, complaints, startLoad, type Ledger } from './load.ts';
import { openSession } from './mcp.ts';
import { openStream, type StreamClient } from './stream.ts';

const SESSIONS = 8;
const IDLE_CLIENTS = 4;
const STREAMS = 4;
/** Longer than the drain and linger times together. */
const IDLE_MS = 9_000;

/** Restarts alternate between these, so that each stream must receive exactly one event per generation. */
const TOOLSETS = ['zia_rule_labels', 'zia_rule_labels,zia_locations'];

export interface Account {
  readonly ledger: Ledger;
  readonly server: TestServer;
  /** Requests that were rejected, reset, unanswered, answered with an error, or not executed exactly once. */
  readonly wrong: readonly string[];
  readonly verdicts: readonly string[];
  readonly idle: readonly IdleClient[];
  readonly streams: readonly StreamClient[];
}

export interface IdleClient {
  /** One entry per request: `ok`, or the failure. */
  readonly spoke: string[];
}

/** @param interpreter runs the server and the commands */
export async function keepLedger({ restarts, interpreter }: { restarts: number; interpreter: string }): Promise<Account> {
  const cloud = await startCloud();
  const dotenv = (round: number) => cloud.dotenv({ ZSCALER_MCP_LOG_LEVEL: 'warn', ZSCALER_MCP_TOOLSETS: TOOLSETS[round % 2] ?? '' });
  const server = await startServer({ demo: false, dotenv: dotenv(0), interpreter });
  const sessionOf = async () => (await openSession(server.url)).id;
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, sessionOf));
  const streams = await Promise.all(Array.from({ length: STREAMS }, async () => openStream(server.url, await sessionOf())));
  await Promise.all(streams.map(({ opened }) => opened));
  const load = startLoad({ url: server.url, perSecond: 60, freshShare: 0.3, keptAlive: 20, sessions });
  const over = new AbortController();
  const idle = await Promise.all(
    Array.from({ length: IDLE_CLIENTS }, async (_, at) => startIdleClient(server.url, at, await sessionOf(), over.signal)),
  );
  const verdicts: string[] = [];
  for (let round = 1; round <= restarts; round++) {
    server.writeDotenv(dotenv(round));
    verdicts.push(await restart(server, interpreter));
    // Waits until each stream has its event of this generation, so that the expected events do not depend on the pace of restarts.
    await waitFor(
      () => streams.every(({ log }) => log.events.length >= round || log.errors.length > 0),
      () => `a stream missed generation ${round + 1}`,
    );
  }
  over.abort();
  await Promise.all(idle.map(({ ended }) => ended));
  const ledger = await load.stop();
  for (const stream of streams) stream.close();
  return { ledger, server, wrong: [...complaints(ledger), ...wronglyExecuted(ledger, cloud)], verdicts, idle, streams };
}

async function restart({ pidFile, folder }: TestServer, interpreter: string): Promise<string> {
  const { out, err } = await runCommand(['restart', '--json', '--pid-file', pidFile], { cwd: folder, interpreter });
  const { outcome, message } = JSON.parse(out || `{"outcome":${JSON.stringify(err)}}`) as Operation;
  return outcome === 'restarted' ? outcome : `${outcome}: ${message}`;
}

/** A client with one connection and one session that idles longer than any linger between requests, and calls once more at the end. */
function startIdleClient(url: string, at: number, session: string, over: AbortSignal): IdleClient & { ended: Promise<void> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const spoke: string[] = [];
  const speak = async () => {
    const { status, ok } = await call({
      url,
      n: 1_000_000 + at * 1_000 + spoke.length,
      agent,
      session: at % 2 === 0 ? session : undefined,
    });
    return ok ? 'ok' : `status ${status}`;
  };
  const say = async () => void spoke.push(await speak().catch(({ code, message }: NodeJS.ErrnoException) => code ?? message));
  const live = async () => {
    await say();
    do {
      await sleep(IDLE_MS);
      await say();
    } while (!over.aborted);
    agent.destroy();
  };
  return { spoke, ended: live() };
}
