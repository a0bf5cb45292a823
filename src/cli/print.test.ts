import { describe, expect, it } from 'vitest';
import type { Operation, Outcome } from '../lifecycle/index.ts';
import { printOperation } from './print.ts';

const changes = [
  { setting: 'ZSCALER_MCP_LOG_LEVEL', applies: 'reload', from: 'info', to: 'debug' },
  { setting: 'ZSCALER_MCP_TOOLSETS', applies: 'restart', from: 'none', to: 'zia_locations' },
] as const;

type Given = Pick<Operation, 'kind' | 'outcome'> & Partial<Operation>;

/** The printed lines, of both streams. */
function linesOf(given: Given): string[] {
  const lines: string[] = [];
  const operation: Operation = {
    id: '1',
    exitCode: 0,
    message: '',
    changes: [],
    pendingRestart: [],
    errors: [],
    warnings: [],
    envSource: null,
    generation: 1,
    durationMs: 1,
    ...given,
  };
  const print = (text: string) => lines.push(text);
  printOperation(operation, false, { out: print, err: print, canvas: { width: null, hasColour: false } });
  return lines;
}

/** What is said of each change. */
const standings = (given: Given): string[] =>
  linesOf({ ...given, changes })
    .filter((line) => line.startsWith('  '))
    .map((line) => line.split(/ {2,}/).at(-1) ?? '');

describe('a changed setting is said to be', () => {
  it.each<[Outcome, Operation['kind'], string[]]>([
    ['applied', 'reload', ['in force', 'waits for a restart']],
    ['applied-restart-pending', 'reload', ['in force', 'waits for a restart']],
    ['restarted', 'restart', ['in force', 'in force']],
    ['refused', 'reload', ['not in force', 'not in force']],
    ['rolled-back', 'restart', ['not in force', 'not in force']],
    ['failed', 'restart', ['not in force', 'not in force']],
  ])('after %s of %s: %j', (outcome, kind, expected) => expect(standings({ outcome, kind })).toEqual(expected));

  it('what it would be, where only that was asked', () => {
    expect(standings({ outcome: 'valid', kind: 'reload', dryRun: true })).toEqual(['would be in force', 'would wait for a restart']);
    expect(standings({ outcome: 'valid', kind: 'restart', dryRun: true })).toEqual(['would be in force', 'would be in force']);
  });
});

const ENDED =
  'The server has ended: its log says why, unless it was killed. Start it again, or name the PID file of another server with --pid-file.';
const ELSEWHERE = 'If the server runs elsewhere, name its PID file with --pid-file, or run the command inside its container.';

describe('the advice', () => {
  it.each<[string, string]>([
    ['no server is running: the PID file /run/x.pid names PID 7, and that process is gone', ENDED],
    ['no server is running: the PID file /run/x.pid names PID 7, and that number belongs to another process now', ENDED],
    ['no server is running: there is no PID file at /run/x.pid', ELSEWHERE],
  ])('where no server runs says that it has ended, if that is known: %s', (message, advice) => {
    for (const kind of ['reload', 'restart'] as const)
      expect(linesOf({ kind, outcome: 'not-running', exitCode: 7, message }).join('\n')).toContain(advice);
  });

  const errors = [{ setting: 'ZSCALER_MCP_PORT', file: null, line: null, message: 'expected a number', hint: '' }];
  const fix = 'Fix the problems listed above.';
  const judge = '`zscaler-mcp check` judges a configuration without touching the server.';
  const former = 'The former generation keeps serving.';

  it.each<[string, Given, string]>([
    ['a refused reload with problems', { kind: 'reload', outcome: 'refused', exitCode: 4, errors }, `${fix} ${judge}`],
    ['a configuration that check refuses', { kind: 'check', outcome: 'refused', exitCode: 4, errors }, fix],
    [
      'a restart that was rolled back with problems',
      { kind: 'restart', outcome: 'rolled-back', exitCode: 5, errors },
      `${former} Fix the problems listed above, then restart again.`,
    ],
    [
      'a reload that leaves something waiting',
      { kind: 'reload', outcome: 'applied-restart-pending', exitCode: 3 },
      'Run `zscaler-mcp restart` to apply what waits.',
    ],
    ['its dry run', { kind: 'reload', outcome: 'valid', exitCode: 3 }, 'What would wait needs a `zscaler-mcp restart`.'],
    [
      'a restart that was rolled back without one',
      { kind: 'restart', outcome: 'rolled-back', exitCode: 5 },
      `${former} Remove the cause, then restart again.`,
    ],
  ])('after %s', (_, given, advice) => expect(linesOf(given).at(-1)).toBe(advice));

  it('names no problems where none are listed', () => {
    const message = 'generation 9 was expected, generation 1 runs; nothing was changed';
    expect(linesOf({ kind: 'reload', outcome: 'refused', exitCode: 4, message })).toEqual([`reload: refused: ${message}`]);
  });
});
