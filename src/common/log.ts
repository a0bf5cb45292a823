/** Structured lines to stderr. stdout belongs to the protocol and to the commands' answers. */
import { pino } from 'pino';
import { scopeFields } from './log-scope.ts';
import { openWriter } from './stderr.ts';

/** The levels that `ZSCALER_MCP_LOG_LEVEL` accepts. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

type Fields = Record<string, unknown>;

/** What every folder needs of a log: fields first, then the message. To be called as methods; they know their log by `this`. */
export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

export interface RootLog extends Log {
  level: string;
  child(fields: Record<string, unknown>): Log;
  /** Writes a line as it is, at every level: the audit log has a format of its own. */
  line(text: string): void;
  /** Writes what is buffered; nothing is lost before an exec or an exit. */
  flush(): void;
}

export function openLog(level: LogLevel): RootLog {
  const stderr = openWriter(2);
  const timestamp = pino.stdTimeFunctions.isoTime;
  // What a line says of itself comes first: a line about another operation names that one.
  const options = { level, base: { pid: process.pid }, timestamp, messageKey: 'message', mixin: scopeFields, mixinMergeStrategy };
  const root = pino(options, stderr);
  return Object.assign(root, {
    flush: () => stderr.flush(),
    line: (text: string) => stderr.write(`${text}\n`),
  });
}

const mixinMergeStrategy = (own: object, scope: object): object => ({ ...scope, ...own });
