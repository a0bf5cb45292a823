/** The log on stderr: JSON lines for programs, text for people. stdout belongs to the protocol and to the commands' output. */
import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import { pino } from 'pino';
import { count } from './count.ts';
import { ZscalerMcpError } from './errors.ts';
import { inWords, remedyFor } from './system-error.ts';
import { escapeInvisible } from './invisible.ts';
import { scopeFields } from './log-scope.ts';
import { renderText, type TextStyle } from './log-text.ts';
import { openWriter, type LineWriter } from './stderr.ts';

/** Accepted values of `ZSCALER_MCP_LOG_LEVEL`. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
/** One of `logLevels`. */
export type LogLevel = (typeof logLevels)[number];

/** Accepted values of `ZSCALER_MCP_LOG_FORMAT`; `auto` is text on a terminal and JSON elsewhere. */
export const logFormats = ['auto', 'text', 'json'] as const;
/** One of `logFormats`. */
export type LogFormat = (typeof logFormats)[number];

/** The format that a flag or variable names before settings are read; one that is not valid counts as `auto`. */
export const parseLogFormat = (raw: string | undefined): LogFormat =>
  logFormats.find((format) => format === raw?.trim().toLowerCase()) ?? 'auto';

type Fields = Record<string, unknown>;

/** The log interface of every folder: fields first, then the message. Call them as methods; they use `this`. */
export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

/** The log of the process: its level and format can change, and it is flushed before the process ends. */
export interface RootLog extends Log {
  level: string;
  format: LogFormat;
  /** Takes secrets out of every line; set once they are known. */
  mask: (text: string) => string;
  /** Whether lines are text now. A message can then say what fields say otherwise. */
  readonly isText: boolean;
  /** Writes a line at every level; for the audit log, which has its own format. */
  line(text: string): void;
  /** Writes buffered lines; called before an exec or an exit. */
  flush(): void;
}

/** Where the log goes. */
export interface LogTarget {
  readonly isTerminal: boolean;
  /** The journal of systemd reads it: each line begins with its priority, see sd-daemon(3). */
  readonly isJournal: boolean;
  readonly hasColour: boolean;
  readonly writer: LineWriter;
}

/** What a log begins with. */
export interface LogOptions {
  readonly format?: LogFormat;
  /** Of the first start: `JOURNAL_STREAM`, `NO_COLOR`, `FORCE_COLOR` and `TERM` count. */
  readonly env?: Readonly<Record<string, string>>;
  /** stderr unless given. */
  readonly target?: LogTarget;
}

/** Opens the log of the process. */
export function openLog(level: LogLevel, { format: begun = 'auto', env = {}, target = stderrOf(env) }: LogOptions = {}): RootLog {
  const { isTerminal, isJournal, hasColour, writer } = target;
  const style: TextStyle = {
    hasColour,
    clock: isJournal ? 'none' : isTerminal ? 'short' : 'full',
    urlAlone: isTerminal,
  };
  let format = begun;
  let mask = (text: string): string => text;
  const isText = () => format === 'text' || (format === 'auto' && isTerminal);
  const write = (json: string) => {
    // Masked last: a secret may be a word of the line's own structure, which the text is made from.
    const lines = (isText() ? renderText(json, style) : [escapeInvisible(json.trimEnd())]).map((line) => mask(line));
    const prefix = isJournal ? priorityOf(json) : '';
    writer.write(lines.map((line) => `${prefix}${line}\n`).join(''));
  };
  // A line's own fields win over those of its scope: a line about another operation names that one.
  const root = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      formatters: { level: (name) => ({ level: name }) },
      mixin: scopeFields,
      mixinMergeStrategy,
    },
    { write },
  );
  // At every level: audit lines may be among them.
  writer.onDropped = (lines) => {
    const message = `${count(lines, 'line')} of this log dropped: its reader was too slow`;
    write(`${JSON.stringify({ level: 'warn', time: new Date().toISOString(), pid: process.pid, message })}\n`);
  };
  const log = Object.assign(root, {
    flush: () => writer.flush(),
    line: (text: string) => writer.write(`${isJournal ? PRIORITIES.info : ''}${text}\n`),
  });
  return Object.defineProperties(log, {
    format: {
      get: () => format,
      set(next: LogFormat) {
        format = next;
      },
    },
    isText: { get: isText },
    mask: {
      get: () => mask,
      set(next: typeof mask) {
        mask = next;
      },
    },
  }) as typeof log & RootLog;
}

/** Logs the error that ends a start, at every level. */
export function logFailure(log: RootLog, error: unknown): void {
  const { code, hint = remedyFor(error) } = error instanceof ZscalerMcpError ? error : {};
  log.level = 'info';
  log.error(code ? { code } : { err: error }, `zscaler-mcp does not start: ${inWords(error)}${hint ? ` (${hint})` : ''}`);
  log.flush();
}

const mixinMergeStrategy = (own: object, scope: object): object => ({ ...scope, ...own });

/** Those of syslog(3). */
const PRIORITIES = { debug: '<7>', info: '<6>', warn: '<4>', error: '<3>' } as const;

/** The level is the first field that pino writes. */
const priorityOf = (json: string): string => PRIORITIES[/^\{"level":"(\w+)"/.exec(json)?.[1] as keyof typeof PRIORITIES] ?? PRIORITIES.info;

/** What stderr is. */
export function stderrOf(env: Readonly<Record<string, string>>): LogTarget {
  const isTerminal = isatty(2);
  return { isTerminal, isJournal: isJournal(env['JOURNAL_STREAM']), hasColour: wantsColour(env, isTerminal), writer: openWriter(2) };
}

/** Whether stderr is the stream that systemd connected to the journal: an inherited variable may describe another one. */
function isJournal(stream: string | undefined): boolean {
  if (!stream) return false;
  try {
    const { dev, ino } = fstatSync(2, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

/** Colour on terminals unless NO_COLOR (no-color.org) is set; FORCE_COLOR (force-color.org) overrides both, as in Node.js. */
function wantsColour(
  { NO_COLOR: unwanted, FORCE_COLOR: wanted, TERM: kind }: Readonly<Record<string, string>>,
  isTerminal: boolean,
): boolean {
  if (wanted) return wanted !== '0' && wanted !== 'false';
  return isTerminal && !unwanted && kind !== 'dumb';
}
