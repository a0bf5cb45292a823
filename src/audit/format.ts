/** The `line` format of the audit log: one line per event. Nothing a caller sends can start another line or another field. */
import { count } from '../common/count.ts';
import { createHash } from 'node:crypto';
import { escapeInvisible, escapeUnits } from '../common/invisible.ts';
import { stringifyJson } from '../common/json.ts';
import { redact, redactText } from './redact.ts';

/** Who called, as far as known. */
export interface Caller {
  /** Authenticated identity; absent where clients are not authenticated. */
  readonly principal?: string | null | undefined;
  /** Session id; only a hash of it is written. */
  readonly session?: string | undefined;
  /** Name that the client gives itself; unverified. */
  readonly client?: string | undefined;
  /** IP address of the peer. */
  readonly address?: string | undefined;
}

const MAX_ARGUMENTS = 4_000;
const MAX_TEXT = 500;
const MAX_CLIENT = 80;

/** A call was received. Arguments are redacted and shortened. */
export const formatCall = (tool: string, args: unknown, caller: Caller): string =>
  `[TOOL CALL] ${field(tool)} | args: ${shorten(escape(stringifyJson(redact(args))), MAX_ARGUMENTS)}${formatCaller(caller)}`;

/** @param ms duration of the call */
export const formatSuccess = (tool: string, ms: number, result: unknown, caller: Caller, decided?: Decided): string =>
  `[TOOL OK]   ${field(tool)} | ${Math.round(ms)}ms | ${summarize(result)}${formatDecision(decided)}${formatCaller(caller)}`;

/** @param rows number of rows before and after the query */
export const formatQuery = (tool: string, expression: string, rows: { before: number; after: number }, caller: Caller): string =>
  `[QUERY]     ${field(tool)} | '${field(expression)}' | ${rows.before} -> ${rows.after} rows${formatCaller(caller)}`;

/** The call waits for a person's confirmation; nothing has run yet. */
export const formatAsked = (tool: string, ms: number, caller: Caller): string =>
  `[TOOL OK]   ${field(tool)} | ${Math.round(ms)}ms | not run: a person is asked to confirm${formatDecision({ decision: 'not confirmed' })}${formatCaller(caller)}`;

interface Decided {
  readonly decision: string;
  /** How the call was confirmed. */
  readonly by?: string | undefined;
}

const formatDecision = (decided: Decided | undefined): string =>
  decided ? ` | decision: ${decided.decision}${decided.by === undefined ? '' : ` | by: ${decided.by}`}` : '';

interface Failed {
  readonly ms: number;
  /** An error's code or class name. */
  readonly type: string;
  readonly message: string;
}

/** The call failed. The message is redacted and shortened. */
export const formatFailure = (tool: string, { ms, type, message }: Failed, caller: Caller, decided?: Decided): string =>
  `[TOOL ERR]  ${field(tool)} | ${Math.round(ms)}ms | ${field(type)}: ${field(message)}${formatDecision(decided)}${formatCaller(caller)}`;

/** Eight hex digits that tell sessions apart without revealing the id. */
export const shortHash = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 8);

/** Number of rows of a list or a page; undefined for any other result. */
export function rowsOf(result: unknown): number | undefined {
  const rows = Array.isArray(result) ? result : (result as { items?: unknown } | null | undefined)?.items;
  return Array.isArray(rows) ? rows.length : undefined;
}

function summarize(result: unknown): string {
  const rows = rowsOf(result);
  if (rows !== undefined) return count(rows, 'item');
  if (typeof result === 'string') return `text of ${count(result.length, 'character')}`;
  if (typeof result === 'object' && result !== null) return `object of ${count(Object.keys(result).length, 'field')}`;
  return result === undefined || result === null ? 'nothing' : typeof result;
}

function formatCaller({ session, client, principal, address }: Caller): string {
  const parts = [
    session !== undefined && `session: ${shortHash(session)}`,
    client !== undefined && `client: ${field(client, MAX_CLIENT)}`,
    principal !== undefined && principal !== null && `principal: ${field(principal)}`,
    address !== undefined && `from: ${field(address)}`,
  ];
  return parts.flatMap((part) => (part === false ? [] : [` | ${part}`])).join('');
}

/** Free text as one field: redacted, without line breaks or field separators. */
const field = (text: string, limit = MAX_TEXT): string => shorten(escape(redactText(text)), limit);

/** What cannot be seen, and the field separator. In JSON they occur only inside strings. */
const escape = (text: string): string => escapeInvisible(text).replaceAll('|', escapeUnits);

const shorten = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit)}... (${text.length} characters)`;
