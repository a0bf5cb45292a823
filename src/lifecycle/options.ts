/** What a lifecycle is given by its host. */
import type { Launch } from './launch.ts';
import type { Native } from './native.ts';
import type { PidFile } from './pid-file.ts';
import type { Service } from './service.ts';

/** Where the lifecycle logs: fields first, then one line for people. pino's signature. */
export interface LifecycleLog {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** Holds the record: a `PidFile`, or an object in memory with `path: null` where no PID file can be written. */
export type RecordKeeper = Pick<PidFile, 'record' | 'update' | 'release' | 'isOurs' | 'isPublished' | 'keep' | 'stopKeeping'> & {
  readonly path: string | null;
};

/** Everything a `Lifecycle` works with. `Config` is the host's type for a configuration. */
export interface LifecycleOptions<Config> {
  readonly launch: Launch;
  readonly service: Service<Config>;
  readonly keeper: RecordKeeper;
  readonly log: LifecycleLog;
  /** Loads the FFI on first use; null where there is none. */
  readonly native: () => Native | null;
  /** Ends the process. */
  readonly exit: (code: number) => void;
  /** `Launch.manager` of the first generation: what its service manager told it. */
  readonly manager: Readonly<Record<string, string>>;
  /** How long a rehearsal may take; 20 s unless given. */
  readonly rehearsalLimitMs?: number;
}
