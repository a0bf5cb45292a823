import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import type { LifecycleRecord, Operation } from '../../src/lifecycle/index.ts';
import { runCommand, sized, startServer, type TestServer } from './harness.ts';
import { openSession } from './mcp.ts';

const SECONDS = sized(8, 60);
const RESTARTS = 3;

/** The answer of one command, and the PID file right after it. */
interface Said {
  readonly code: number | null;
  readonly answer: Operation & Partial<LifecycleRecord> & { readonly running?: boolean };
  readonly after: LifecycleRecord;
}

it(`tells the truth in a storm of reload, restart and status from three shells for ${SECONDS} s, and lives`, async () => {
  const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=error\n' });
  const session = await openSession(server.url);
  const time = AbortSignal.timeout(SECONDS * 1_000);
  // On a busy machine a few restarts take longer.
  const isOver = () => time.aborted && server.record().generation > RESTARTS;
  const [reloads, restarts, statuses] = await Promise.all([
    shell(server, ['reload'], isOver, (round) =>
      server.writeDotenv(`ZSCALER_MCP_LOG_LEVEL=error\nZSCALER_MCP_LOG_TOOL_CALLS=${round % 3 === 0}\n`),
    ),
    shell(server, ['restart'], isOver),
    shell(server, ['status'], isOver),
  ]);
  const generations = restarts.filter(({ answer }) => answer.outcome === 'restarted').map(({ answer }) => answer.generation);
  console.error(
    `in ${SECONDS} s: ${[...tally('reload', reloads), ...tally('restart', restarts), ...tally('status', statuses)].join(', ')}`,
  );
  expect([...reloads, ...restarts].flatMap(untruths)).toEqual([]);
  expect(statuses.filter(({ answer }) => answer.running !== true || answer.pid !== server.pid)).toEqual([]);
  expect(undocumented('reload', reloads)).toEqual([]);
  expect(undocumented('restart', restarts)).toEqual([]);
  expect(statuses.filter(({ code }) => code !== 0)).toEqual([]);
  expect(generations, 'each successful restart is one generation').toEqual(generations.map((_, at) => at + 2));
  expect(statuses.map(({ answer }) => answer.generation)).toEqual(
    statuses.map(({ answer }) => answer.generation).toSorted((a = 0, b = 0) => a - b),
  );
  expect(server.isAlive(), server.log()).toBe(true);
  expect(server.record()).toMatchObject({ pid: server.pid, state: 'ready', generation: generations.length + 1, failedCount: 0 });
  expect((await session.send('tools/list')).status).toBe(200);
  expect(generations.length).toBeGreaterThanOrEqual(RESTARTS);
});

/** Repeats commands until the time is over; random pauses vary how they interleave. */
async function shell(
  server: TestServer,
  words: readonly string[],
  isOver: () => boolean,
  before: (round: number) => void = () => undefined,
): Promise<Said[]> {
  const said: Said[] = [];
  while (!isOver()) {
    before(said.length);
    const { code, out, err } = await runCommand([...words, '--json', '--pid-file', server.pidFile], { cwd: server.folder });
    if (out === '') throw new Error(`${words.join(' ')} said nothing on stdout, exit code ${code}: ${err}`);
    said.push({ code, answer: JSON.parse(out) as Said['answer'], after: server.record() });
    await sleep((said.length % 4) * 15);
  }
  return said;
}

/** Contradictions between an answer and its exit code or the server's history. */
function untruths({ code, answer, after }: Said): string[] {
  const past = after.operations.find(({ id }) => id === answer.id);
  const asked = !['busy', 'timed-out'].includes(answer.outcome);
  return [
    ...(code === answer.exitCode ? [] : [`exit code ${code}, said ${answer.exitCode}`]),
    ...(asked === (past !== undefined)
      ? []
      : [`${answer.id} says ${answer.outcome}, the record ${past ? 'knows it' : 'does not know it'}`]),
    ...(past && past.outcome !== answer.outcome ? [`${answer.id} says ${answer.outcome}, the record ${past.outcome}`] : []),
    ...(['failed', 'not-running', 'refused', 'rolled-back'].includes(answer.outcome) ? [`${answer.outcome}: ${answer.message}`] : []),
  ];
}

function undocumented(command: string, said: readonly Said[]): (number | null)[] {
  const known = Object.keys(commands.find(({ name }) => name === command)?.exits ?? {}).map(Number);
  return said.map(({ code }) => code).filter((code) => code === null || !known.includes(code));
}

function tally(command: string, said: readonly Said[]): string[] {
  const counts = Object.entries(Object.groupBy(said, ({ answer }) => answer.outcome ?? 'running'));
  return counts.map(([outcome, list]) => `${command} ${outcome} ${list?.length ?? 0}`);
}
