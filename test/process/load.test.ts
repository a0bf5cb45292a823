import { expect, it } from 'vitest';
import { startCloud } from './cloud.ts';
import { startServer } from './harness.ts';
import { complaints, percentile, startLoad } from './load.ts';

const RESTARTS = 30;

it(
  `loses nothing through ${RESTARTS} restarts under an open-loop load: none refused, reset, lost or executed twice, one PID`,
  { timeout: 240_000 },
  async () => {
    const cloud = await startCloud();
    const server = await startServer({ demo: false, dotenv: `${cloud.dotenv()}ZSCALER_MCP_LOG_LEVEL=warn\n` });
    const load = startLoad({ url: server.url, perSecond: 60, freshShare: 0.3, keptAlive: 20 });
    for (let round = 0; round < RESTARTS; round++) {
      const verdict = await server.ask('restart');
      expect(verdict, JSON.stringify(verdict)).toMatchObject({ outcome: 'restarted', generation: round + 2 });
    }
    const ledger = await load.stop();
    expect(complaints(ledger)).toEqual([]);
    expect(server.record()).toMatchObject({ pid: server.pid, generation: RESTARTS + 1, failedCount: 0 });
    const executions = new Map<string, number>();
    for (const { path, query } of cloud.requests()) {
      const search = path.endsWith('/ruleLabels') ? String(query['search']) : null;
      if (search) executions.set(search, (executions.get(search) ?? 0) + 1);
    }
    const wrong = ledger.sent
      .filter((n) => executions.get(`n-${n}`) !== 1)
      .map((n) => `${n}: executed ${executions.get(`n-${n}`) ?? 0} times`);
    expect(wrong).toEqual([]);
    const { latenciesMs, sent, longestGapMs } = ledger;
    console.error(
      `${sent.length} requests, ${RESTARTS} restarts: p50 ${percentile(latenciesMs, 0.5).toFixed(1)} ms, p99 ${percentile(latenciesMs, 0.99).toFixed(1)} ms, max ${percentile(latenciesMs, 1).toFixed(1)} ms, longest gap ${longestGapMs.toFixed(0)} ms`,
    );
  },
);
