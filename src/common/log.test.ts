import { fstatSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ZscalerMcpError } from './errors.ts';
import { logFailure, logLevels, openLog, parseLogFormat, stderrOf, type LogFormat, type LogTarget } from './log.ts';

function opened(format: LogFormat, target: Partial<LogTarget> = {}) {
  const lines: string[] = [];
  const writer = { write: (text: string) => void lines.push(text), flush: () => undefined, onDropped: null };
  const log = openLog('debug', { format, target: { isTerminal: false, isJournal: false, hasColour: false, writer, ...target } });
  return { log, lines, writer };
}

const ESCAPE = String.fromCodePoint(27);
const levels = ['debug', 'info', 'warn', 'error'] as const;

describe('JSON lines', () => {
  it.each(levels)('name the level %s', (level) => {
    const { log, lines } = opened('auto');
    log[level]({ some: 1 }, 'words');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level, some: 1, message: 'words', pid: process.pid });
    expect(lines[0]).toMatch(/^\{"level":"\w+","time":"20.+\}\n$/);
  });

  it('tell at every level how many lines a slow reader missed', () => {
    const { log, lines, writer } = opened('json');
    log.level = 'silent';
    (writer as { onDropped: ((count: number) => void) | null }).onDropped?.(3);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', message: expect.stringContaining('3 lines') as unknown });
  });
});

describe('lines for people', () => {
  const onTerminal = { isTerminal: true };

  it.each(levels)('are short and have no number for the level %s', (level) => {
    const { log, lines } = opened('auto', onTerminal);
    log[level]({ pid: 1, posture: { on: [] } }, 'words');
    expect(lines[0]).toMatch(new RegExp(String.raw`^\d\d:\d\d:\d\d ${level.padEnd(5)} words\n$`));
  });

  it('add what the message does not say, and an error with its place', () => {
    const { log, lines } = opened('text');
    log.warn({ status: 503, what: 'a b', product: 'zia', said: 'words' }, 'words of zia');
    log.error({ err: new Error('boom') }, 'a request failed');
    log.warn({ err: new Error('no\nway') }, 'a message was lost');
    const problem = { setting: 'ZSCALER_MCP_PORT', file: '/x/.env', line: 2, message: 'expected a number', hint: '' };
    log.error({ errors: [problem], warnings: ['w'], codes: ['A', 'B'], changes: [{ from: 1 }], dryRun: false }, 'reload: refused');
    expect(lines[0]).toMatch(/^20\S+Z warn {2}words of zia status=503 what="a b"\n$/);
    expect(lines[1]).toMatch(/ error a request failed: boom \(at .+log\.test\.ts:\d+:\d+\)?\)\n$/);
    expect(lines[2]).toMatch(/ warn {2}a message was lost: no way\n$/);
    const [, ...rest] = (lines[3] ?? '').split('\n').map((line) => line.replace(/^20\S+ /, ''));
    expect(lines[3]).toMatch(/ error reload: refused codes="A,B"\n/);
    expect(rest).toEqual(['error   /x/.env:2: ZSCALER_MCP_PORT: expected a number', 'error   warning: w', '']);
  });

  it('end with the address alone on a terminal, and are one line elsewhere', () => {
    const url = 'http://127.0.0.1:8000/mcp';
    for (const [target, end] of [
      [onTerminal, `serving:\n${url}\n`],
      [{}, `serving at ${url}\n`],
    ] as const) {
      const { log, lines } = opened('text', target);
      log.info({ url }, `serving at ${url}`);
      expect(lines.join('').endsWith(end), lines.join('')).toBe(true);
    }
  });

  it('show control characters by number, so that nothing acts on the terminal', () => {
    const { log, lines } = opened('text', onTerminal);
    log.info({ name: `${ESCAPE}[2J\u202e` }, `one\ntwo ${ESCAPE}[31m`);
    expect(lines).toEqual([expect.stringMatching(/ one two \\u001b\[31m name="\\u001b\[2J\\u202e"\n$/)]);
  });

  it.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }, true],
    [{ FORCE_COLOR: '0' }, false],
  ])('outside a terminal, %j decides on colour', (env, expected) => {
    expect(stderrOf(env).hasColour).toBe(expected);
  });

  it('have colour only where it is wanted', () => {
    const coloured = opened('text', { hasColour: true });
    coloured.log.error({}, 'words');
    expect(coloured.lines[0]).toContain(`${ESCAPE}[31merror`);
    const plain = opened('text', onTerminal);
    plain.log.error({}, 'words');
    expect(plain.lines[0]).not.toContain(ESCAPE);
  });
});

describe('under the journal', () => {
  const inJournal = { isJournal: true };

  it.each(['json', 'text'] as const)('each %s line begins with its priority and is one line', (format) => {
    const { log, lines } = opened(format, inJournal);
    for (const level of levels) log[level]({ url: 'x' }, 'first\nsecond at x');
    log.line('[TOOL CALL] x');
    expect(lines.map((line) => line.slice(0, 3))).toEqual(['<7>', '<6>', '<4>', '<3>', '<6>']);
    for (const line of lines) expect(line.indexOf('\n')).toBe(line.length - 1);
    log.warn({ warnings: ['a', 'b\nc'] }, 'reload: applied');
    for (const line of (lines.at(-1) ?? '').trimEnd().split('\n')) expect(line).toMatch(/^<4>/);
  });

  it('is where JOURNAL_STREAM names stderr, not where it was inherited', () => {
    const { dev, ino } = fstatSync(2, { bigint: true });
    const streams = [`${dev}:${ino}`, `${dev}:${ino + 1n}`, 'nonsense', ''];
    expect(streams.map((JOURNAL_STREAM) => stderrOf({ JOURNAL_STREAM }).isJournal)).toEqual([true, false, false, false]);
  });
});

it('changes its format while it runs', () => {
  const { log, lines } = opened('auto');
  log.info({}, 'one');
  log.format = 'text';
  log.info({}, 'two');
  expect(log.isText).toBe(true);
  log.format = 'json';
  log.info({}, 'three');
  expect(lines.map((line) => line[0])).toEqual(['{', '2', '{']);
});

it('takes a format that is not valid for auto', () => {
  expect(['text', ' JSON ', 'auto', 'xml', undefined].map(parseLogFormat)).toEqual(['text', 'json', 'auto', 'auto', 'auto']);
});

it('logs why a start failed at every level', () => {
  for (const level of logLevels) {
    const { log, lines } = opened('json');
    log.level = level;
    logFailure(log, new ZscalerMcpError('ERR_LISTEN', 'the port is taken', { hint: 'Choose another' }));
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'error',
      code: 'ERR_LISTEN',
      message: 'zscaler-mcp does not start: the port is taken (Choose another)',
    });
  }
});
