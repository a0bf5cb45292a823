/** What a verdict holds, and the exit code of each outcome. What each code means is in cli/exit-codes.ts. */
import type { Operation, OperationKind, Outcome } from './record.ts';

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

type Head = Pick<Operation, 'outcome' | 'exitCode' | 'message'> & { readonly id: string | null; readonly kind: string | null };
type Details = Omit<Operation, keyof Head>;

/**
 * An operation with the given facts. Everything else says that there is nothing to report: no changes, nothing that waits
 * for a restart, no errors or warnings, environment and generation not known, no time spent.
 */
export const describeOperation = <Given extends Head & Partial<Details>>(given: Given): Given & Details => ({
  // Twice, so that the JSON begins with what was given.
  ...given,
  ...NOTHING_TO_REPORT,
  ...given,
});

const NOTHING_TO_REPORT: Details = {
  changes: [],
  pendingRestart: [],
  errors: [],
  warnings: [],
  envSource: null,
  generation: null,
  durationMs: 0,
};
