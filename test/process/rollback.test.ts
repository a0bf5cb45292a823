import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { startCloud, type Cloud } from './cloud.ts';
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
  it.skipIf(missing('linux', 'prlimit')).each(failures.filter(({ onlyInSoak }) => isSoak || !onlyInSoak))(
    '$title is $outcome, and no client notices more than a pause',
    async (failure) => {
      const { site, cloud } = await startSite();
      const { server } = site;
      const session = await openSession(server.url);
      const streams = [await openGetStream(server.url, session.id), await openSubscription(server.url, 1)];
      const load = startLoad({ url: server.url, perSecond: 40, freshShare: 0.3, keptAlive: 10, sessions: [session.id] });
      const answers = (more: number, from = load.ledger.answered.size) => waitFor(() => load.ledger.answered.size >= from + more);
      await answers(20);
      const { descriptors } = holdingsOf(server.pid);
      await failure.arrange?.(site);
      const verdict = await restartInto(failure, site, cloud);
      await answers(20);
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
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
      expect((await session.send('tools/list')).status).toBe(200);
      for (const stream of streams) expectUnbroken(stream);
      // Descriptors created for the failed generation would survive every exec.
      await waitFor(
        () => holdingsOf(server.pid).descriptors <= descriptors,
        () => `${descriptors} descriptors have become ${holdingsOf(server.pid).descriptors}`,
      );
    },
  );
});

async function startSite(): Promise<{ site: Site; cloud: Cloud }> {
  const cloud = await startCloud();
  const base = { ZSCALER_MCP_LOG_LEVEL: 'warn', ZSCALER_MCP_PORT: '0', ZSCALER_MCP_TOOLSETS: 'zia_rule_labels,zia_locations' };
  const site = makeSite((change) => server.writeDotenv(cloud.dotenv({ ...base, ...change })));
  const server = await startServer({
    demo: false,
    anyPort: false,
    dotenv: cloud.dotenv(base),
    program: site.program,
    interpreter: site.interpreter,
    execArgv: site.execArgv,
    cwd: site.cwd,
  });
  onTestFinished(() => site.opened.forEach((thing) => thing.end()));
  return { site: { ...site, server }, cloud };
}

/** Injects the fault before the restart, or after its rehearsal while it drains a call that is held until then. */
async function restartInto({ when, spoil }: Failure, site: Site, cloud: Cloud): ReturnType<Site['server']['ask']> {
  const { server } = site;
  if (when === 'before') await spoil(site);
  const release = cloud.tenant.hold('/locations');
  const slow = callTool(server.url, 'zia_list_locations');
  await waitFor(() => cloud.tenant.waiting('/locations') === 1);
  const verdict = server.ask('restart', '--timeout', '100');
  if (when === 'draining') {
    await waitFor(() => server.record().state === 'draining');
    await spoil(site);
  }
  release();
  expect((await slow).status).toBe(200);
  return verdict;
}

/** Effects seen by clients, in the order of the columns. */
function effects({ sent, answered, failed, latenciesMs, longestGapMs }: Ledger): string[] {
  const codes = [...failed.values()];
  const refused = codes.filter((code) => code === 'ECONNREFUSED').length;
  const lost = codes.filter((code) => code === 'NO_ANSWER').length + sent.filter((n) => !answered.has(n) && !failed.has(n)).length;
  const wrong = [...answered.values()].filter(({ ok }) => !ok).length;
  const times = [percentile(latenciesMs, 0.5), percentile(latenciesMs, 1), longestGapMs];
  return [sent.length, refused, codes.length - refused - lost, lost, wrong, ...times].map((figure) => figure.toFixed(0));
}
