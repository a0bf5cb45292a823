/**
 * Reads messages the way they are meant where the schemas of the protocol are stricter than any client gains from: `null` for what
 * is not given, a level of logging in capitals, no arguments as an empty list.
 */
import { parseMessage } from '../common/json.ts';

type Members = Record<string, unknown>;

/** Changes a parsed message, or each one of a batch, in place. What it cannot make sense of stays as it is. */
export function readLeniently(body: unknown): void {
  for (const message of Array.isArray(body) ? (body as unknown[]) : [body]) if (isMembers(message)) readMessage(message);
}

function readMessage(message: Members): void {
  if (message['params'] === null) delete message['params'];
  const { method, params } = message;
  if (typeof method !== 'string' || !isMembers(params)) return;
  const args = params['arguments'];
  // What is within the arguments of a tool is the tool's to judge.
  delete params['arguments'];
  dropNulls(params);
  if (Array.isArray(params['capabilities']) && params['capabilities'].length === 0) params['capabilities'] = {};
  const given = readArguments(args);
  if (given !== null && given !== undefined) params['arguments'] = given;
  readLevel(params, 'level', method === 'logging/setLevel');
  const meta = params['_meta'];
  if (isMembers(meta)) readLevel(meta, 'io.modelcontextprotocol/logLevel', true);
}

/** A list without items is how some languages write an object without members; an object may come as its text. */
function readArguments(given: unknown): unknown {
  if (Array.isArray(given) && given.length === 0) return {};
  if (typeof given !== 'string') return given;
  try {
    const value = given.trim() === '' ? {} : parseMessage(given);
    return isMembers(value) ? value : given;
  } catch {
    return given;
  }
}

function dropNulls(members: Members): void {
  for (const [name, value] of Object.entries(members)) {
    if (value === null) delete members[name];
    else if (isMembers(value)) dropNulls(value);
  }
}

/** Names of other loggers, for the levels of RFC 5424 that the protocol has. */
const LEVELS: ReadonlyMap<string, string> = new Map([
  ...['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'].map((level) => [level, level] as const),
  ['trace', 'debug'],
  ['warn', 'warning'],
  ['err', 'error'],
  ['crit', 'critical'],
  ['fatal', 'critical'],
  ['emerg', 'emergency'],
]);

function readLevel(members: Members, name: string, isLevel: boolean): void {
  const given = members[name];
  if (isLevel && typeof given === 'string') members[name] = LEVELS.get(given.trim().toLowerCase()) ?? given;
}

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
