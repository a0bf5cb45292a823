import type { LifecycleRecord, OtherServer } from '../lifecycle/index.ts';

/** The content of the PID file, and what is true at the moment of the question. */
export interface StatusReport extends LifecycleRecord {
  readonly running: boolean;
  /** Whether it answered when it was asked; null when it is dead, or its program is being replaced and cannot answer. */
  readonly responding: boolean | null;
  readonly uptimeSeconds: number | null;
  /** Path, label and when it was read, on one line. */
  readonly environment: string;
  readonly envMounted: boolean;
  readonly envAdvice: string;
  readonly envWarnings: readonly string[];
  /** Whether the file's content differs from what was loaded; null when that cannot be told. */
  readonly envChanged: boolean | null;
  /** Whether what is on disk, Node.js included, is not what runs; null when that cannot be told. */
  readonly codeChanged: boolean | null;
  /** Whether the program's file is gone; `codeChanged` then, too. */
  readonly codeGone: boolean;
  /** Why a restart could not start the program, and what to do; null when nothing that can be seen is in its way. */
  readonly restartObstacle: string | null;
  /** Files of secrets that were written since they were read, or are gone. */
  readonly secretFilesChanged: readonly string[];
  /** Values without effect, as of the last load, and the ones above them; null for those of a secret. */
  readonly shadowed: readonly {
    readonly setting: string;
    readonly value: string | null;
    readonly from: string;
    readonly inForce: string | null;
    readonly by: string;
    /** ISO time; null for what no command reads again. */
    readonly readAt: string | null;
  }[];
  readonly pidFile: string;
  /** Living servers of the same user that commands do not ask. */
  readonly others: readonly OtherServer[];
}
