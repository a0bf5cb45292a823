import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { node24, sized } from './harness.ts';
import { keepLedger } from './ledger.ts';
import { histogram, summary } from './load.ts';

const restarts = sized(10, 50);

describe.each([
  [process.version, process.execPath],
  ['v24', node24()],
])('on Node.js %s', (version, interpreter) => {
  const title = `${restarts} restarts lose no request, no session and no event, and disturb no idle client`;
  it.skipIf(interpreter === null)(title, { timeout: 300_000 }, async () => {
    const { ledger, server, wrong, verdicts, idle, streams } = await keepLedger({ restarts, interpreter: interpreter ?? '' });
    expect(verdicts).toEqual(verdicts.map(() => 'restarted'));
    expect(wrong).toEqual([]);
    expect(idle.flatMap(({ spoke }) => spoke.filter((word) => word !== 'ok'))).toEqual([]);
    for (const { log } of streams) {
      expect(log.errors).toEqual([]);
      expect(log.connections, 'the connection of the beginning').toBe(1);
      expect(log.methods, 'one event a generation').toEqual(Array.from({ length: restarts }, () => 'notifications/tools/list_changed'));
      expect(new Set(log.events).size, 'no event twice').toBe(restarts);
    }
    expect(server.record()).toMatchObject({ pid: server.pid, generation: restarts + 1, failedCount: 0 });
    expect(versionOf(server.record().interpreter)).toContain(version);
    console.error(
      `Node.js ${versionOf(server.record().interpreter)}, ${restarts} restarts, ${ledger.sent.length} requests: ${summary(ledger)}\n${histogram(ledger.latenciesMs)}`,
    );
  });
});

const versionOf = (interpreter: string): string => execFileSync(interpreter, ['--version'], { encoding: 'utf8' }).trim();
