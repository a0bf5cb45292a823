import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startCloud } from './cloud.ts';
import { failures, makeSite, type Failure, type Site } from './failures.ts';
import { holdingsOf } from './generations.ts';
import { isSoak, missing, startServer, waitFor } from './harness.ts';
import { complaints, percentile, startLoad, type Ledger } from './load.ts';
import { callTool, openSession } from './mcp.ts';
import { expectUnbroken, openGetStream, openSubscription } from './raw-stream.ts';

const rows: string[][] = [['what fails', 'verdict', 'requests', 'refused', 'reset', 'lost', 'wrong', 'p50 ms', 'max ms', 'gap ms']];

afterAll(() => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  console.error(rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n'));
});

describe('a restart into', () => {
  it.skipIf(missing('linux')).each(failures.filter(({ onlyInSoak }) => isSoak || !onlyInSoak))(
    '$title is $outcome, and no client notices more than a pause',
    { timeout: 120_000 },
    async (failure) => {
      const site = await startSite(failure);
      const { server } = site;
      const session = await openSession(server.url);
      const streams = [await openGetStream(server.url, session.id), await openSubscription(server.url, 1)];
      const load = startLoad({ url: server.url, perSecond: 40, freshShare: 0.3, keptAlive: 10, sessions: [session.id] });
      await sleep(500);
      const { descriptors } = holdingsOf(server.pid);
      failure.arrange?.(site);
      const verdict = await restartInto(failure, site);
      await sleep(500);
      const ledger = await load.stop();
      rows.push([failure.title, `${verdict.outcome} (${verdict.exitCode})`, ...effects(ledger)]);
      expect(verdict).toMatchObject({
        outcome: failure.outcome,
        exitCode: failure.outcome === 'refused' ? 4 : 5,
        generation: 1,
        message: expect.stringContaining(failure.says) as string,
      });
      expect(complaints(ledger)).toEqual([]);
      expect(server.record()).toMatchObject({ pid: server.pid, state: 'ready', generation: 1, failedCount: 1 });
      failure.mend(site);
      expect(await server.ask('restart', '--keep-sessions')).toMatchObject({ outcome: 'restarted', generation: 2 });
      expect((await session.send('tools/list')).status).toBe(200);
      for (const stream of streams) expectUnbroken(stream);
      // What was made for the one that failed would survive every exec.
      expect(holdingsOf(server.pid).descriptors).toBeLessThanOrEqual(descriptors);
    },
  );
});

async function startSite({ descriptorLimit }: Failure): Promise<Site> {
  const cloud = await startCloud();
  cloud.tenant.delay('/locations', 1_000);
  const base = { ZSCALER_MCP_LOG_LEVEL: 'warn', ZSCALER_MCP_PORT: '0', ZSCALER_MCP_TOOLSETS: 'zia_rule_labels,zia_locations' };
  const site = makeSite((change) => server.writeDotenv(cloud.dotenv({ ...base, ...change })));
  const server = await startServer({
    demo: false,
    anyPort: false,
    dotenv: cloud.dotenv(base),
    program: site.program,
    interpreter: site.interpreter,
    cwd: site.cwd,
    ...(descriptorLimit !== undefined && { through: ['sh', '-c', `ulimit -n ${descriptorLimit}; exec "$@"`, 'sh'] }),
  });
  onTestFinished(() => site.opened.forEach((thing) => thing.end()));
  return { ...site, server };
}

/** Spoils before the restart is asked for, or when its rehearsal is over; a slow call makes that moment long enough. */
async function restartInto({ when, spoil }: Failure, site: Site): ReturnType<Site['server']['ask']> {
  const { server } = site;
  if (when === 'before') await spoil(site);
  const slow = callTool(server.url, 'zia_list_locations');
  const verdict = server.ask('restart', '--keep-sessions', '--timeout', '60');
  if (when === 'draining') {
    await waitFor(() => server.record().state === 'draining');
    await spoil(site);
  }
  expect((await slow).status).toBe(200);
  return verdict;
}

/** What clients noticed, in the order of the columns. */
function effects({ sent, answered, failed, latenciesMs, longestGapMs }: Ledger): string[] {
  const codes = [...failed.values()];
  const refused = codes.filter((code) => code === 'ECONNREFUSED').length;
  const lost = codes.filter((code) => code === 'NO_ANSWER').length + sent.filter((n) => !answered.has(n) && !failed.has(n)).length;
  const wrong = [...answered.values()].filter(({ ok }) => !ok).length;
  const times = [percentile(latenciesMs, 0.5), percentile(latenciesMs, 1), longestGapMs];
  return [sent.length, refused, codes.length - refused - lost, lost, wrong, ...times].map((figure) => figure.toFixed(0));
}
