/** The exit code of each outcome. What a code means for a command is in the record of the command, in cli/commands/. */
import type { OperationKind, Outcome } from './record.ts';

const codes: Readonly<Record<Outcome, number>> = {
  applied: 0,
  unchanged: 0,
  restarted: 0,
  stopped: 0,
  requested: 0,
  valid: 0,
  failed: 1,
  'applied-restart-pending': 3,
  refused: 4,
  'record-unusable': 4,
  'rolled-back': 5,
  'timed-out': 6,
  'not-running': 7,
  busy: 75,
  'not-permitted': 77,
};

/**
 * The exit code of an outcome. `stop` succeeds when nothing runs. A success that `isPartial` exits with 3, and so does its dry
 * run: some of what was edited waits for a restart, or cannot be seen from here.
 */
export function exitCodeOf(kind: OperationKind, outcome: Outcome, isPartial = false): number {
  if (kind === 'stop' && outcome === 'not-running') return 0;
  const isSuccess = outcome === 'valid' || (kind === 'restart' && outcome === 'restarted');
  return isPartial && isSuccess && kind !== 'check' ? codes['applied-restart-pending'] : codes[outcome];
}

/** Whether a word names an outcome. */
export const isOutcome = (word: string): word is Outcome => Object.hasOwn(codes, word);

/** The exit codes with which a command can report an outcome. */
export const exitCodesOf = (outcome: Outcome): readonly number[] =>
  KINDS.flatMap((kind) => [exitCodeOf(kind, outcome), exitCodeOf(kind, outcome, true)]);

const KINDS: readonly OperationKind[] = ['reload', 'restart', 'stop', 'check'];
