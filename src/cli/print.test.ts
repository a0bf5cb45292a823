import { describe, expect, it } from 'vitest';
import type { Operation, Outcome } from '../lifecycle/index.ts';
import { printOperation } from './print.ts';

const changes = [
  { setting: 'ZSCALER_MCP_LOG_LEVEL', applies: 'reload', from: 'info', to: 'debug' },
  { setting: 'ZSCALER_MCP_TOOLSETS', applies: 'restart', from: 'none', to: 'zia_locations' },
] as const;

/** What is said of each change. */
function standings(change: Pick<Operation, 'kind' | 'outcome'> & Partial<Operation>): string[] {
  const lines: string[] = [];
  const operation: Operation = {
    id: '1',
    exitCode: 0,
    message: '',
    changes,
    pendingRestart: [],
    errors: [],
    warnings: [],
    envSource: null,
    generation: 1,
    durationMs: 1,
    ...change,
  };
  printOperation(operation, false, {
    out: (text) => lines.push(text),
    err: () => undefined,
    canvas: { width: 80, hasColour: false },
  });
  return lines.filter((line) => line.startsWith('  ')).map((line) => line.split(/ {2,}/).at(-1) ?? '');
}

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
