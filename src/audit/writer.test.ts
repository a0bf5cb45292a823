import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { formatEvent, type AuditEvent } from './event.ts';
import { AuditLog, complaintOn } from './index.ts';

const caller = { session: 'a session', client: 'tester 1', address: '10.0.0.1', principal: 'alice' };
const called: AuditEvent = {
  event: 'call',
  call: 'c1',
  tool: 't',
  args: { clientSecret: 'hush', id: 12_345_678_901_234_567_890n },
  caller,
};
const done: AuditEvent = {
  event: 'done',
  call: 'c1',
  tool: 't',
  decision: 'confirmed',
  by: 'token',
  ms: 12.6,
  result: { items: [1, 2] },
  caller,
};

const claimOn = (path: string): string | null => (path.endsWith('/claimed') ? 'the .env of this server' : null);

function open(path: string | undefined) {
  const [lines, told]: [string[], string[]] = [[], []];
  const problems: (string | null)[] = [];
  const mask = (text: string) => text.replaceAll('known-secret', '[redacted]');
  const log = new AuditLog(
    { format: 'line', path },
    { line: (text) => lines.push(text), claimOn, mask, tell: (message) => told.push(message), onProblem: () => problems.push(log.problem) },
  );
  return { log, lines, told, problems };
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('an audit log in JSON', () => {
  it('tells what came, who sent it, what was decided, and what it came to', () => {
    const who = { principal: 'alice', session: expect.stringMatching(/^[\da-f]{8}$/) as string, client: 'tester 1', address: '10.0.0.1' };
    const text = formatEvent(called, 'json', 'T');
    expect(text).toContain('"id":12345678901234567890');
    expect(JSON.parse(text)).toMatchObject({
      time: 'T',
      event: 'call',
      call: 'c1',
      tool: 't',
      args: { clientSecret: '[redacted]' },
      caller: who,
    });
    expect(JSON.parse(formatEvent(done, 'json', 'T'))).toEqual({
      time: 'T',
      event: 'done',
      call: 'c1',
      tool: 't',
      decision: 'confirmed',
      by: 'token',
      ms: 13,
      rows: 2,
      caller: who,
    });
  });

  it('is one line an event, whatever is in it', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: false }), fc.string({ unit: 'binary' }), (args, more) => {
        const text = `${more}\n\u2028\u202E\u0085`;
        const failed = { ...called, event: 'failed', decision: 'refused', ms: 1, type: 'E', message: text } as const;
        for (const event of [{ ...called, args, tool: text, caller: { client: text, principal: text } }, failed]) {
          const line = formatEvent(event, 'json', 'T');
          expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
          JSON.parse(line);
        }
      }),
    );
  });
});

describe('an audit log in lines', () => {
  it('says what was decided, and who called', () => {
    expect(formatEvent(done, 'line', 'T')).toMatch(
      /^T \[TOOL OK\] {3}t \| 13ms \| 2 items \| decision: confirmed \| by: token \| session: [\da-f]{8} \| client: tester 1 \| principal: alice \| from: 10\.0\.0\.1$/,
    );
    expect(formatEvent({ ...done, decision: 'allowed', by: undefined, caller: {} }, 'line', 'T')).toBe(
      'T [TOOL OK]   t | 13ms | 2 items | decision: allowed',
    );
    const failed = { ...done, event: 'failed', decision: 'refused', by: undefined, type: 'E', message: 'no', caller: {} } as const;
    expect(formatEvent(failed, 'line', 'T')).toBe('T [TOOL ERR]  t | 13ms | E: no | decision: refused');
  });

  it('masks known secrets, whatever name they go under', () => {
    const { log, lines } = open(undefined);
    log.write({ ...called, args: { search: 'a known-secret b' } });
    expect(lines[0]).toContain('"a [redacted] b"');
  });
});

describe('an audit log in a file', () => {
  // Windows has no file modes of this kind.
  it.skipIf(process.platform === 'win32')('is readable for its owner alone, and goes on in a new file after a rotation', () => {
    const path = join(makeFolder(), 'audit.log');
    const { log, lines, told } = open(path);
    log.write(called);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    renameSync(path, `${path}.1`);
    log.write({ ...called, call: 'c2' });
    writeFileSync(path, '', { mode: 0o600 });
    log.write(done);
    expect(readFileSync(`${path}.1`, 'utf8').split('\n')).toHaveLength(3);
    expect(readFileSync(path, 'utf8')).toMatch(/^\S+ \[TOOL OK\][^\n]*\n$/);
    truncateSync(path);
    log.write({ ...done, call: 'c2' });
    expect(readFileSync(path, 'utf8')).toMatch(/^\S+ \[TOOL OK\][^\n]*\n$/);
    expect([lines, told]).toEqual([[], [`the audit log was rotated: lines go to the new ${path}`]]);
  });

  it('is made again where it was deleted, moved away or lost with its folder, without a line and after a while', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const ways: Readonly<Record<string, (path: string, folder: string) => void>> = {
      deleted: (path) => unlinkSync(path),
      'moved away': (path) => renameSync(path, `${path}.1`),
      'lost with its folder': (_, folder) => {
        renameSync(folder, `${folder}.1`);
        mkdirSync(folder);
      },
    };
    for (const [way, lose] of Object.entries(ways)) {
      const folder = join(makeFolder(), 'logs');
      mkdirSync(folder);
      const path = join(folder, 'audit.log');
      const { log, told } = open(path);
      lose(path, folder);
      vi.advanceTimersByTime(5_000);
      expect(existsSync(path), way).toBe(true);
      log.write(called);
      expect(readFileSync(path, 'utf8'), way).toContain('[TOOL CALL]');
      expect(told, way).toEqual([`the audit log was rotated: lines go to the new ${path}`]);
    }
  });

  it('says that it cannot follow, and loses no line: those of a deleted file go to the log of the server', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const path = join(makeFolder(), 'audit.log');
    const { log, lines, told, problems } = open(path);
    renameSync(path, `${path}.1`);
    // A folder can be opened by nobody, root included.
    mkdirSync(path);
    log.write(called);
    expect([log.problem, told]).toEqual([null, []]);
    vi.advanceTimersByTime(5_000);
    expect(log.problem).toMatch(
      /^the audit log goes to the former file: \S+ cannot be opened: it is a folder; move the folder away, or name another file$/,
    );
    expect(readFileSync(`${path}.1`, 'utf8')).toContain('[TOOL CALL]');
    unlinkSync(`${path}.1`);
    log.write(done);
    expect(lines).toEqual([expect.stringContaining('[TOOL OK]')]);
    expect(log.problem).toContain('to the log of the server');
    rmSync(path, { recursive: true });
    writeFileSync(path, '');
    log.write({ ...called, call: 'c2' });
    expect(readFileSync(path, 'utf8')).toContain('[TOOL CALL]');
    expect(problems).toEqual([expect.stringContaining('former file'), expect.stringContaining('deleted'), null]);
  });

  it('ends each call once: one that was cut is ended with "outcome unknown", and its late end is dropped', () => {
    const { log, lines } = open(undefined);
    log.write(called);
    log.write({ ...called, call: 'c2' });
    log.write({ ...done, call: 'c2' });
    log.cut('the server stopped');
    log.cut('the server ended');
    log.write(done);
    expect(
      lines.map((line) => /\[.*?\] +t( \| \d+ms \| outcome unknown: the server stopped)?/.exec(line)?.[0].replace(/\d+ms/, 'ms')),
    ).toEqual(['[TOOL CALL] t', '[TOOL CALL] t', '[TOOL OK]   t', '[TOOL ERR]  t | ms | outcome unknown: the server stopped']);
  });

  it('says why it cannot be opened, and what helps, as long as that is so', () => {
    const folder = makeFolder();
    const path = join(folder, 'in', 'audit.log');
    const cases: readonly (readonly [path: string, message: string, hint: RegExp])[] = [
      [path, `there is no folder ${join(folder, 'in')}`, /^Make the folder/],
      [folder, 'it is a folder', /^Move the folder away/],
      ['/dev/null', 'it is not a regular file', /^Name another file\.$/],
      [join(folder, 'claimed'), 'it is the .env of this server', /^Name another file\.$/],
      [join(folder, 'x'.repeat(300)), 'the path is too long', /^Name another file\.$/],
    ];
    for (const [at, message, hint] of cases) {
      expect(() => open(at), at).toThrow();
      const complaint = complaintOn(at, claimOn);
      expect(complaint?.message, at).toContain(`${at} cannot be opened: ${message}`);
      expect(complaint?.hint, at).toMatch(hint);
    }
    mkdirSync(join(folder, 'in'));
    expect(complaintOn(path, claimOn)).toBeNull();
    expect(existsSync(path)).toBe(false);
  });

  it('changes its place and its words together, or not at all', () => {
    const folder = makeFolder();
    const [one, other] = [join(folder, 'one'), join(folder, 'other')];
    const { log } = open(one);
    expect(() => log.prepare({ format: 'json', path: join(folder, 'no', 'where') })).toThrow('ENOENT');
    log.prepare({ format: 'json', path: other }).discard();
    log.write(called);
    expect(readFileSync(one, 'utf8')).toContain('[TOOL CALL]');
    log.prepare({ format: 'json', path: other }).commit();
    log.write(called);
    expect(JSON.parse(readFileSync(other, 'utf8'))).toMatchObject({ event: 'call' });
  });
});
