/** The account of a server that is restarted under load: every request, session, idle client and open stream is followed. */
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
/** Longer than requests are drained and lingered for, together. */
const IDLE_MS = 9_000;

/** Each restart offers the other of these, so that each stream is due exactly one event a generation. */
const TOOLSETS = ['zia_rule_labels', 'zia_rule_labels,zia_locations'];

export interface Account {
  readonly ledger: Ledger;
  readonly server: TestServer;
  /** Requests refused, reset, without an answer, answered with an error, or executed other than once. */
  readonly wrong: readonly string[];
  readonly verdicts: readonly string[];
  readonly idle: readonly IdleClient[];
  readonly streams: readonly StreamClient[];
}

export interface IdleClient {
  /** One for each time it spoke: `ok`, or what went wrong. */
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
    // Until each stream was told of this generation: what a stream is due must not depend on how fast we restart.
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
  const { out, err } = await runCommand(['restart', '--keep-sessions', '--json', '--pid-file', pidFile], { cwd: folder, interpreter });
  const { outcome, message } = JSON.parse(out || `{"outcome":${JSON.stringify(err)}}`) as Operation;
  return outcome === 'restarted' ? outcome : `${outcome}: ${message}`;
}

/** Speaks over one connection and in one session, and is silent in between for longer than any linger; once more at the end. */
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
