import { expect, it } from 'vitest';
import { holdingsOf, type Holdings } from './generations.ts';
import { missing, sized, startServer } from './harness.ts';
import { percentile } from './load.ts';
import { callTool, openSession } from './mcp.ts';

const GENERATIONS = sized(30, 200);

it.skipIf(missing('linux'))(
  `${GENERATIONS} generations hold no more than the first few: descriptors, threads, children, watches, memory`,
  { timeout: 600_000 },
  async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=error\nZSCALER_MCP_WATCH_ENV=true\n' });
    const session = await openSession(server.url);
    const seen: Holdings[] = [];
    for (let generation = 2; generation <= GENERATIONS; generation++) {
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation });
      expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
      expect((await session.send('ping')).status).toBe(200);
      seen.push(holdingsOf(server.pid));
    }
    console.error(report(seen));
    const [first, last] = ends(seen);
    for (const what of ['descriptors', 'threads', 'watches'] as const)
      expect(middle(last, what), what).toBeLessThanOrEqual(middle(first, what));
    expect(seen.filter(({ children, zombies }) => children + zombies > 0)).toEqual([]);
    expect(middle(last, 'rssMiB')).toBeLessThan(middle(first, 'rssMiB') * 1.15);
    expect(server.record()).toMatchObject({ pid: server.pid, generation: GENERATIONS, failedCount: 0 });
  },
);

/** The first and the last third of the samples. */
function ends(seen: readonly Holdings[]): [Holdings[], Holdings[]] {
  const third = Math.ceil(seen.length / 3);
  return [seen.slice(0, third), seen.slice(-third)];
}

const most = (seen: readonly Holdings[], what: keyof Holdings): number => Math.max(...seen.map((holdings) => holdings[what]));

const middle = (seen: readonly Holdings[], what: keyof Holdings): number =>
  percentile(
    seen.map((holdings) => holdings[what]),
    0.5,
  );

function report(seen: readonly Holdings[]): string {
  const [first, last] = ends(seen);
  const line = (what: keyof Holdings) =>
    `${what}: ${middle(first, what).toFixed(0)} in the first third, ${middle(last, what).toFixed(0)} in the last, at most ${most(seen, what).toFixed(0)}`;
  return [`${seen.length + 1} generations`, ...(['descriptors', 'threads', 'zombies', 'watches', 'rssMiB'] as const).map(line)].join(
    '\n  ',
  );
}
