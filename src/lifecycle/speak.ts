/** What the commands share: their own verdicts, and signals. */
import { messageOf } from '../common/errors.ts';
import { explainSystemError } from '../common/system-error.ts';
import type { LifecycleRecord, Operation, OperationKind, Outcome } from './record.ts';
import { describeOperation, exitCodeOf } from './verdicts.ts';

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
  if (!words) return say('failed', messageOf(error));
  return say(words.isPermission ? 'not-permitted' : 'record-unusable', `${words.message}. ${words.remedy}`);
}

/** A process that has just ended is not an error: the caller waits for that. */
export function signal({ pid }: LifecycleRecord, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
