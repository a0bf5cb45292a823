/** What a server needs of the process that it runs in; `main.ts` supplies it. */
import type { Writable } from 'node:stream';
import type { Launch } from '../lifecycle/index.ts';
import type { FlagLayer } from '../settings/index.ts';

/** The process, as far as the server may touch it. */
export interface Stage {
  readonly launch: Launch;
  /** Whether this process only rehearses a restart: it builds everything, reports, and serves nothing. */
  readonly isRehearsal: boolean;
  /** Why compiled code of earlier starts is not used; null when it is, or none is wanted. */
  readonly compileCacheRefusal: string | null;
  /** Writes one line to standard output. */
  readonly out: (text: string) => void;
  /** Writes one line to standard error. */
  readonly err: (text: string) => void;
  /** Sets the handler of signals; those that came before are delivered to it at once. */
  onSignals(handler: (signal: NodeJS.Signals) => void): void;
  /** Ends the process. */
  exit(code: number): void;
  /** Passes to `stream` what the program prints on standard error from then on. */
  takeStderr(stream: Writable): void;
}

/** What a server is started with. */
export interface ServeOptions {
  /** From the command line, by environment name. */
  readonly flags: FlagLayer;
  /** Whether to serve the demo tenant. */
  readonly demo: boolean;
  /** The exit code that an error means. */
  readonly exitCodeOf: (error: unknown) => number;
}
