/** Several servers of one user: one holds the place that commands look at, the others are listed, and the next takes it. */
import { describe, expect, it } from 'vitest';
import { missing, untilInShell } from './harness.ts';
import { inPrivatePlaces } from './private-places.ts';

const PLACE = '/var/run/zscaler-mcp.pid';

/** A stdio server in a folder of its own; it lives until the last holder of the pipe has ended. */
const stdio = (name: string): string =>
  `mkdir $HOME/${name}; cd $HOME/${name}; $N $S --demo <$HOME/in 3>&- 2>$HOME/${name}.log >/dev/null & ${name}=$!; cd $HOME; `;

const holds = (pid: string): string =>
  untilInShell(`grep -q '"pid": '${pid}, ${PLACE} 2>/dev/null`) + untilInShell(`grep -q '"ready"' ${PLACE}`);
const waits = (pid: string): string => untilInShell(`[ -e ${PLACE}.d/waiting-${pid} ]`);
const say = (label: string, command: string): string => `echo "${label} $($N $S ${command} 2>/dev/null)"; `;

/** What a script printed, by label: JSON. */
function answersIn(text: string): Record<string, Record<string, unknown>> {
  const lines = text.split('\n').flatMap((line) => /^([a-z]\w+) (\{.*\}|\d+)$/.exec(line) ?? []);
  return Object.fromEntries(
    Array.from({ length: lines.length / 3 }, (_, at) => [
      lines[at * 3 + 1] ?? '',
      JSON.parse(lines[at * 3 + 2] ?? '') as Record<string, unknown>,
    ]),
  );
}

const begin = `mkfifo $HOME/in; exec 3<>$HOME/in; ${stdio('a')}${holds('$a')}${stdio('b')}${waits('$b')}${stdio('c')}${waits('$c')}echo "pids [$a,$b,$c]"; `;

describe.skipIf(missing('root', 'linux', 'unshare'))('several stdio servers of one user', () => {
  it(
    'are listed, and the next takes the place: after a kill -9, after a clean end, and from an HTTP server',
    { timeout: 180_000 },
    async () => {
      const text = await inPrivatePlaces(
        begin +
          say('first', 'status --json') +
          say('reloaded', 'reload --json') +
          `kill -9 $a; wait $a || true; ` +
          say('gap', 'status --json') +
          untilInShell(`! grep -q '"pid": '$a, ${PLACE}`) +
          say('second', 'status --json') +
          say('stopped', 'stop --json') +
          untilInShell(`[ -e ${PLACE} ]`) +
          say('third', 'status --json') +
          say('again', 'reload --json') +
          `$N $S --transport streamable-http --port 0 --demo >/dev/null 2>$HOME/http.log & H=$!; ${holds('$H')}` +
          untilInShell(`ls ${PLACE}.d | grep -q waiting-`) +
          say('http', 'status --json') +
          say('gone', 'stop --json') +
          untilInShell(`grep -q '"stdio"' ${PLACE} 2>/dev/null`) +
          say('fourth', 'status --json') +
          `$N $S stop >/dev/null; [ ! -e ${PLACE} ]; [ ! -e ${PLACE}.d ]; exec 3>&-; wait; grep -h 'took the PID file' $HOME/*.log | wc -l`,
      );
      const answers = answersIn(text);
      const [a, b, c] = JSON.parse(/^pids (.*)$/m.exec(text)?.[1] ?? '[]') as [number, number, number];
      const pidsOf = (label: string) => ((answers[label]?.['others'] ?? []) as { pid: number }[]).map(({ pid }) => pid);
      expect(answers['first']).toMatchObject({
        pid: a,
        running: true,
        others: [{ pid: b, transport: 'stdio', pidFile: null }, { pid: c }],
      });
      expect(answers['reloaded']).toMatchObject({ outcome: 'unchanged' });
      const company = ((answers['reloaded']?.['warnings'] ?? []) as string[]).join();
      expect(company).toMatch(
        new RegExp(`^3 servers of this user run\\. Asked: PID ${a} .*not asked: PID ${b} .*kill -HUP ${b}\\); PID ${c} `),
      );
      if (answers['gap']?.['running'] !== true)
        expect(answers['gap']?.['message']).toMatch(/PIDs \d+, \d+ run, and one of them takes its place within seconds/);
      const heir = answers['second']?.['pid'] as number;
      const last = heir === b ? c : b;
      expect([b, c]).toContain(heir);
      expect(pidsOf('second')).toEqual([last]);
      expect(answers['stopped']).toMatchObject({ outcome: 'stopped', warnings: [expect.stringContaining(`not asked: PID ${last} `)] });
      expect(answers['third']).toMatchObject({ pid: last, running: true, state: 'ready', others: [] });
      expect(answers['again']).toMatchObject({ outcome: 'unchanged', warnings: [] });
      expect(answers['http']).toMatchObject({ transport: 'streamable-http', others: [{ pid: last, pidFile: null }] });
      expect(answers['gone']).toMatchObject({ outcome: 'stopped' });
      expect(answers['fourth']).toMatchObject({ pid: last, running: true, others: [] });
    },
  );

  it('keep waiting through a restart of their own, and take no request that was meant for the other', { timeout: 120_000 }, async () => {
    const text = await inPrivatePlaces(
      begin +
        `kill -USR2 $b; ${untilInShell('grep -q "restart: restarted" $HOME/b.log')}` +
        `kill -HUP $c; ${untilInShell('grep -q "reload: unchanged" $HOME/c.log')}` +
        say('first', 'status --json') +
        say('reloaded', 'reload --json') +
        say('restarted', 'restart --json') +
        `kill $a $b $c; wait; [ ! -e ${PLACE} ]; [ ! -e ${PLACE}.d ]`,
    );
    const answers = answersIn(text);
    const [a, b, c] = JSON.parse(/^pids (.*)$/m.exec(text)?.[1] ?? '[]') as [number, number, number];
    expect(answers['first']).toMatchObject({ pid: a, operations: [], others: [{ pid: b, generation: 2 }, { pid: c }] });
    expect(answers['reloaded']).toMatchObject({ outcome: 'unchanged', generation: 1 });
    expect(answers['restarted']).toMatchObject({ outcome: 'restarted', generation: 2 });
  });
});
