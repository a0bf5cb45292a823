/** Which exit code each outcome has, for each command. The words for the codes are in cli/exit-codes.ts. */
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
 * `stop` is content when nothing runs; the others wanted something of a server. A reload that is only tried says by its
 * code, too, that something `wouldWait` for a restart.
 */
export function exitCodeOf(kind: OperationKind, outcome: Outcome, wouldWait = false): number {
  if (kind === 'stop' && outcome === 'not-running') return 0;
  return kind === 'reload' && outcome === 'valid' && wouldWait ? codes['applied-restart-pending'] : codes[outcome];
}
