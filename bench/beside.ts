/** Compares restarts of this server and of others under the same load in one run: gap, added latency, failures. */
import { setTimeout as sleep } from 'node:timers/promises';
import { complaints, percentile, startLoad, type Ledger } from '../test/process/load.ts';
import { peers, versionOf, type RunningPeer } from './peers.ts';
import { median, startServer } from './server.ts';

const ROUNDS = 5;
const QUIET_MS = 2_000;
/** Measured from the restart on; long enough for the slowest, which replaces one worker after another. */
const AFTER_MS = 5_000;
const LOAD = { perSecond: 100, freshShare: 0.3, keptAlive: 20 };

export interface Comparison {
  readonly name: string;
  readonly renews: string;
  readonly version: string;
  /** Medians over the rounds, in milliseconds. */
  readonly gapMs: number;
  readonly quietP99Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Sums over all rounds. */
  readonly sent: number;
  /** Failures by kind, with their number. */
  readonly failures: Readonly<Record<string, number>>;
  /** Failures without a restart, caused by the load itself. */
  readonly quietFailures: Readonly<Record<string, number>>;
}

export interface Beside {
  readonly compared: readonly Comparison[];
  /** Reasons why a peer was skipped. */
  readonly skipped: readonly string[];
}

export async function compareRestarts(say: (line: string) => void): Promise<Beside> {
  const compared: Comparison[] = [];
  const skipped: string[] = [];
  const ours = { name: 'zscaler-mcp restart', renews: 'everything, by exec', version: 'this one' };
  const compare = async (what: Pick<Comparison, 'name' | 'renews' | 'version'>, start: () => Promise<RunningPeer>) => {
    const result = { ...what, ...(await measure(start)) };
    compared.push(result);
    say(
      `${result.name}: gap ${result.gapMs.toFixed(0)} ms, p99 ${result.p99Ms.toFixed(0)} ms, failed ${JSON.stringify(result.failures)} of ${result.sent}, quiet ${JSON.stringify(result.quietFailures)}`,
    );
  };
  await compare(ours, startOurs);
  for (const peer of peers) {
    const version = versionOf(peer);
    if (version === null) skipped.push(`${peer.name}: ${peer.version[0]} is not installed`);
    else await compare({ name: peer.name, renews: peer.renews, version }, () => peer.start());
  }
  for (const reason of skipped) say(`skipped ${reason}`);
  return { compared, skipped };
}

async function startOurs(): Promise<RunningPeer> {
  const server = await startServer();
  return { url: server.url, restart: () => server.askBeside('restart'), stop: () => server.stop() };
}

async function measure(start: () => Promise<RunningPeer>): Promise<Omit<Comparison, 'name' | 'renews' | 'version'>> {
  const quiet: Ledger[] = [];
  const restarted: Ledger[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const peer = await start();
    await load(peer.url, QUIET_MS);
    quiet.push(await load(peer.url, QUIET_MS));
    restarted.push(await load(peer.url, AFTER_MS, () => peer.restart()));
    await peer.stop();
  }
  const share = (ledgers: readonly Ledger[], part: number) => median(ledgers.map(({ latenciesMs }) => percentile(latenciesMs, part)));
  return {
    gapMs: median(restarted.map(({ longestGapMs }) => longestGapMs)),
    quietP99Ms: share(quiet, 0.99),
    p99Ms: share(restarted, 0.99),
    maxMs: share(restarted, 1),
    failures: failuresOf(restarted),
    quietFailures: failuresOf(quiet),
    sent: restarted.reduce((sum, ledger) => sum + ledger.sent.length, 0),
  };
}

async function load(url: string, forMs: number, meanwhile?: () => Promise<void>): Promise<Ledger> {
  const load = startLoad({ url, ...LOAD });
  if (meanwhile) {
    await sleep(500);
    load.ledger.longestGapMs = 0;
  }
  await Promise.all([sleep(forMs), meanwhile?.()]);
  return load.stop();
}

/** Number of failures by kind: the text after the request's number. */
function failuresOf(ledgers: readonly Ledger[]): Record<string, number> {
  const words = ledgers.flatMap(complaints).map((complaint) => complaint.replace(/^\d+: /, ''));
  return Object.fromEntries(Object.entries(Object.groupBy(words, (word) => word)).map(([word, same]) => [word, same?.length ?? 0]));
}
