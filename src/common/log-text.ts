/** The log for people: one short line for each of pino's JSON lines. */
import { styleText } from 'node:util';
import { escapeInvisible } from './invisible.ts';
import { describeProblem, type Problem } from './problem.ts';

/** How lines for people look. */
export interface TextStyle {
  readonly hasColour: boolean;
  /** `short` is the local time of day, for a terminal; `full` is ISO 8601; `none` where the reader adds the time. */
  readonly clock: 'short' | 'full' | 'none';
  /** Puts an address that ends a message on a line of its own, where it can be copied. */
  readonly urlAlone: boolean;
}

interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly message: string;
  /** What an operation was refused for. */
  readonly errors?: readonly Problem[];
  readonly warnings?: readonly string[];
  readonly err?: { readonly message?: string; readonly stack?: string };
  readonly [field: string]: unknown;
}

/** Fields that a line shows elsewhere, or whose value is only of use to a program. */
const HIDDEN = new Set(['level', 'time', 'pid', 'message', 'err', 'errors', 'warnings', 'demo', 'call', 'operation', 'cut']);

const COLOURS = { debug: 'dim', info: 'green', warn: 'yellow', error: 'red' } as const;

/**
 * Renders a JSON line with level, time and message. Fields that the message does not contain follow it as `name=value`; problems and
 * warnings follow on lines of their own.
 */
export function renderText(json: string, style: TextStyle): string[] {
  const line = JSON.parse(json) as LogLine;
  const { level, time, errors = [], warnings = [], url } = line;
  const message = onOneLine([line.message, describeError(line)].filter(Boolean).join(': '));
  const endsWithUrl = style.urlAlone && typeof url === 'string' && message.endsWith(url);
  const head = endsWithUrl ? `${message.slice(0, -url.length).replace(/ at $/, '')}:` : message;
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    style.hasColour && text !== '' ? styleText(format, text, { validateStream: false }) : text;
  const draw = (words: string, more = '') => {
    const colour = COLOURS[level as keyof typeof COLOURS] ?? 'reset';
    const parts = [paint('dim', clockOf(time, style)), paint(colour, level.padEnd(5)), words, paint('dim', more)];
    return parts.filter((part) => part !== '').join(' ');
  };
  const details = [...errors.map(describeProblem), ...warnings.map((warning) => `warning: ${warning}`)];
  return [draw(head, fieldsOf(line)), ...details.map((detail) => draw(`  ${onOneLine(detail)}`)), ...(endsWithUrl ? [url] : [])];
}

/** The message of an error, and for a fault the place where it was thrown. */
function describeError({ level, message, err }: LogLine): string {
  if (!err?.message) return '';
  const place = level === 'error' ? /^ *at (.+)$/m.exec(err.stack ?? '')?.[1] : undefined;
  return `${message.includes(err.message) ? '' : err.message}${place === undefined ? '' : ` (at ${place})`}`.trim();
}

function clockOf(time: string, { clock }: TextStyle): string {
  if (clock !== 'short') return clock === 'none' ? '' : time;
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

function fieldsOf(line: LogLine): string {
  return Object.entries(line)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== false && isScalar(value) && !line.message.includes(String(value)))
    .map(([name, value]) => `${name}=${fieldValue(String(value))}`)
    .join(' ');
}

/** Lists of them as well; objects are for programs. */
const isScalar = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 && value.every(isScalar) : ['string', 'number', 'boolean'].includes(typeof value);

const fieldValue = (text: string): string => (/^[\w./:@+-]+$/.test(text) ? text : `"${onOneLine(text)}"`);

/** Joins lines, and shows characters that cannot be seen or would act on a terminal by their number. */
const onOneLine = (text: string): string =>
  escapeInvisible(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' '),
  );
