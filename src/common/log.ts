/** Structured log lines on stderr. stdout belongs to the protocol and to the commands' output. */
import { pino } from 'pino';
import { scopeFields } from './log-scope.ts';
import { openWriter } from './stderr.ts';

/** Accepted values of `ZSCALER_MCP_LOG_LEVEL`. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** One of `logLevels`. */
export type LogLevel = (typeof logLevels)[number];

type Fields = Record<string, unknown>;

/** The log interface of every folder: fields first, then the message. Call them as methods; they use `this`. */
export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

/** The log of the process: its level can change, and it is flushed before the process ends. */
export interface RootLog extends Log {
  level: string;
  child(fields: Record<string, unknown>): Log;
  /** Writes a line unchanged, at every level; for the audit log, which has its own format. */
  line(text: string): void;
  /** Writes buffered lines; called before an exec or an exit. */
  flush(): void;
}

/** Opens the log of the process, which writes JSON lines to stderr. */
export function openLog(level: LogLevel): RootLog {
  const stderr = openWriter(2);
  const timestamp = pino.stdTimeFunctions.isoTime;
  // A line's own fields win over those of its scope: a line about another operation names that one.
  const options = { level, base: { pid: process.pid }, timestamp, messageKey: 'message', mixin: scopeFields, mixinMergeStrategy };
  const root = pino(options, stderr);
  return Object.assign(root, {
    flush: () => stderr.flush(),
    line: (text: string) => stderr.write(`${text}\n`),
  });
}

const mixinMergeStrategy = (own: object, scope: object): object => ({ ...scope, ...own });
