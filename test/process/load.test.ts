import { expect, it } from 'vitest';
import { startCloud, wronglyExecuted } from './cloud.ts';
import { startServer } from './harness.ts';
import { complaints, startLoad, summary } from './load.ts';

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
    expect(wronglyExecuted(ledger, cloud)).toEqual([]);
    console.error(`${ledger.sent.length} requests, ${RESTARTS} restarts: ${summary(ledger)}`);
  },
);
