/** What the commands share: their own verdicts, and signals. */
import { ZscalerMcpError } from '../common/errors.ts';
import { explainSystemError, inWords } from '../common/system-error.ts';
import { presenceOf } from './identity.ts';
import type { LifecycleRecord, Operation, OperationKind, Outcome } from './record.ts';
import { exitCodeOf } from './outcomes.ts';
import { describeOperation } from './verdicts.ts';

/** Makes a command's own verdict: one that no server gave. `record` is what the PID file said, if it could be read. */
export type Say = (outcome: Outcome, message: string, record?: LifecycleRecord) => Operation;

/** @param command `startedAt` is on the clock of `performance.now()`, `note` is `Found.note` */
export function speaker({ id, kind, note, startedAt }: { id: string; kind: OperationKind; note: string | null; startedAt: number }): Say {
  return (outcome, message, record) =>
    describeOperation({
      id,
      kind,
      outcome,
      exitCode: exitCodeOf(kind, outcome),
      message,
      pendingRestart: record?.config.pendingRestart ?? [],
      warnings: [...(note === null ? [] : [note]), ...(record?.faults ?? [])],
      envSource: record?.envSource ?? null,
      generation: record?.generation ?? null,
      durationMs: Math.round(performance.now() - startedAt),
    });
}

/** A command's verdict on an error that it met on its way; nothing was asked then. */
export function sayError(say: Say, error: unknown): Operation {
  const words = explainSystemError(error);
  const isUnusable = error instanceof ZscalerMcpError && error.code === 'ERR_RECORD_UNUSABLE';
  if (!words) return say(isUnusable ? 'record-unusable' : 'failed', [inWords(error), hintOf(error)].filter(Boolean).join('. '));
  return say(words.isPermission ? 'not-permitted' : 'record-unusable', `${words.message}. ${words.remedy}`);
}

const hintOf = (error: unknown): string => (error instanceof ZscalerMcpError && error.hint ? error.hint : '');

/**
 * Sends a signal, after proving again that the process is the one that was recorded. What the kernel does not let us do in one
 * step: the number could be given to a new process between the two, and that within microseconds.
 * @returns false when it has ended: the caller waits for that
 */
export function signal({ pid, identity }: LifecycleRecord, name: NodeJS.Signals): boolean {
  if (presenceOf(pid, identity) !== 'alive') return false;
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
