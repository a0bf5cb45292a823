/**
 * Keeps errors short and in words: those that the SDK writes quote what was sent, list everything that is wrong with it, or are the
 * report of its schema library. Applied where answers leave, since the SDK builds them in several places.
 */
import { INTERNAL_ERROR, INVALID_PARAMS } from '@modelcontextprotocol/server';
import { sayFew } from '../common/few.ts';
import { parseJson, stringifyJson } from '../common/json.ts';

/** Of an answer in bytes; shorter ones are not looked at. */
const SHORT = 6_000;
const LONGEST_MESSAGE = 2_000;
/** IDs have at most 256 characters. */
const LOOKED_AT = 1_000;
const MAY_BE_ERROR = /"error":\{/;
/** In the JSON of an error whose message is a report of the schema library. */
const OF_REPORT = Buffer.from('\\"path\\":');

interface WithError {
  error?: { readonly code: unknown; readonly message: unknown; readonly data?: unknown };
}

/** A message with its error shortened; the same one when it has none, or a short one. */
export function shortenError<Message extends object>(message: Message): Message {
  const { error } = message as WithError;
  if (typeof error !== 'object' || error === null) return message;
  const { message: text, data } = error;
  const report = typeof text === 'string' ? sayReport(text) : null;
  if (report !== null) return { ...message, error: { code: error.code === INTERNAL_ERROR ? INVALID_PARAMS : error.code, message: report } };
  const { code } = error;
  const said = typeof text === 'string' && text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}… (cut)` : text;
  const hasData = data !== undefined && stringifyJson(data).length <= LONGEST_MESSAGE;
  return { ...message, error: { code, message: said, ...(hasData && { data }) } };
}

/** The same for an answer as it is sent: JSON, or an event with JSON in it. */
export function shortenSentError(sent: Buffer): Buffer {
  if ((sent.length <= SHORT && !sent.includes(OF_REPORT)) || !MAY_BE_ERROR.test(sent.toString('latin1', 0, LOOKED_AT))) return sent;
  const text = sent.toString('utf8');
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}') + 1];
  const message = parseJson(text.slice(from, to)) as object;
  return 'error' in message ? Buffer.from(`${text.slice(0, from)}${stringifyJson(shortenError(message))}${text.slice(to)}`) : sent;
}

/** One fault that the schema library reports. */
export interface Issue {
  readonly path?: readonly unknown[] | undefined;
  readonly message: string;
}

/** The report of the schema library that ends a message, in words; null for any other message. */
function sayReport(text: string): string | null {
  const from = text.indexOf('[');
  if (from === -1 || !text.endsWith(']')) return null;
  try {
    const issues = parseJson(text.slice(from)) as readonly Issue[];
    if (issues.length === 0 || !issues.every(({ path, message }) => Array.isArray(path) && typeof message === 'string')) return null;
    return `${text.slice(0, from).trim() || 'Invalid params:'} ${sayIssues(issues)}`.slice(0, LONGEST_MESSAGE);
  } catch {
    return null;
  }
}

/** `params.cursor: expected string, received null; ...`, the first five. */
export const sayIssues = (issues: readonly Issue[]): string => sayFew(issues, sayIssue, '; ');

function sayIssue({ path = [], message }: Issue): string {
  const said = message.replace(/^Invalid input: /, '').replace(/, received undefined$/, ', and it is missing');
  return `${path.map(String).join('.').slice(0, 100)}: ${said.slice(0, 1).toLowerCase()}${said.slice(1, 300)}`;
}
