/**
 * JSON that preserves integers beyond 2^53 exactly: they become `bigint` and are written back as plain numbers.
 * The cloud sends such identifiers (`idpId`, `zpaTenantId`) as JSON numbers.
 */

/** An unsafe integer has at least sixteen digits; most texts have no such run. */
const DIGITS_OF_UNSAFE = 16;
const MAY_BE_UNSAFE = /\d{16}/;

/** The time to read a `bigint` grows faster than its length. */
const MOST_DIGITS = 1_000;

/** Parses JSON. @throws SyntaxError, also for an integer of more than a thousand digits */
export const parseJson = (text: string): unknown => parse(text, MAY_BE_UNSAFE.test(text), Number.POSITIVE_INFINITY);

function parse(text: string, mayBeUnsafe: boolean, mostUnsafe: number): unknown {
  const value: unknown = JSON.parse(text);
  // A reviver would be called for every value: a second for a text of 4 MiB.
  const marked = mayBeUnsafe ? markUnsafe(text, mostUnsafe) : null;
  return marked === null ? value : unmark(JSON.parse(marked));
}

/** JSON of a peer has more values, names or levels than are handled. */
export class TooComplex extends SyntaxError {}

/** Every value costs time wherever a message passes: 4 MiB of zeros are two million. */
export const MOST_VALUES = 50_000;
/** Protects the stack. */
export const MOST_LEVELS = 200;

/** What a value takes in memory at least, in bytes, besides its text. */
export const BYTES_OF_VALUE = 40;
/** Bytes of a message that nothing is counted for: what usual requests have. */
export const USUAL_MESSAGE = 16_384;

/** In an object of more members than this each further one takes the time of ten values: V8 keeps them in a dictionary. */
const [MANY_MEMBERS, COST_OF_MANY, IN_LIST] = [1_000, 10, -1_000_000_000];

/** What may be in the JSON of a peer. */
interface Bounds {
  readonly values: number;
  /** Different names of members in all: each costs a hundred times what a member of a known name does. */
  readonly names: number;
  /** Integers beyond 2^53 in all. */
  readonly unsafe: number;
}

/** A message is small; an answer of the cloud may be a page of all that a tenant has. */
const OF_MESSAGE: Bounds = { values: MOST_VALUES, names: MOST_VALUES, unsafe: MOST_VALUES };
const OF_ANSWER: Bounds = { values: 800_000, names: 20_000, unsafe: 50_000 };

/** `parseJson` for a message of a client. @throws TooComplex, before anything is made of it, and SyntaxError */
export const parseMessage = (text: string): unknown => parseWithin(text, OF_MESSAGE);

/** `parseJson` for an answer of the cloud. @throws TooComplex, before anything is made of it, and SyntaxError */
export const parseAnswer = (text: string): unknown => parseWithin(text, OF_ANSWER);

function parseWithin(text: string, { values: mostValues, names: mostNames, unsafe }: Bounds): unknown {
  let values = 1;
  let level = 0;
  /** Members so far of the open object of each level; for a list a number that stays below any limit. */
  const members = new Int32Array(MOST_LEVELS + 1);
  const names = new Set<string>();
  // Known from the way through the text: digits between quotation marks, as most identifiers have them, do not count.
  let mayBeUnsafe = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfText(text, at);
      if (isName(text, end)) names.add(text.slice(at, end));
      at = end;
    } else if (code === COMMA) {
      members[level]! += 1;
      values += members[level]! > MANY_MEMBERS ? COST_OF_MANY : 1;
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      values += 1;
      level += 1;
      members[level] = code === OPEN_OBJECT ? 1 : IN_LIST;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) level -= 1;
    else if (isDigit(code)) {
      const end = endOfNumber(text, at);
      mayBeUnsafe ||= end - at >= DIGITS_OF_UNSAFE;
      at = end - 1;
    }
    if (values > mostValues) throw new TooComplex(tooMany(mostValues, members[level]! > MANY_MEMBERS));
    if (level > MOST_LEVELS) throw new TooComplex(`it is nested more than ${MOST_LEVELS} levels deep`);
    if (names.size > mostNames) throw new TooComplex(`it has more than ${mostNames} names of members`);
  }
  return parse(text, mayBeUnsafe, unsafe);
}

const tooMany = (most: number, isLargeObject: boolean): string =>
  `it has more than ${most} values${isLargeObject ? `; in an object of more than ${MANY_MEMBERS} members each further one counts as ${COST_OF_MANY}` : ''}`;

const [QUOTE, COMMA, MINUS, DOT, COLON, BACKSLASH] = [0x22, 0x2c, 0x2d, 0x2e, 0x3a, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The offset of the quotation mark that closes the text begun at `from`; the end where none does. */
function endOfText(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}

/** Whether the text that ends at `end` is the name of a member. */
function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (isSpace(text.charCodeAt(at))) at += 1;
  return text.charCodeAt(at) === COLON;
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** Begins the texts that stand for unsafe integers; no peer knows it. */
let mark = '';

/** The JSON, which is valid, with a text in place of each unsafe integer; null when there is none. */
function markUnsafe(text: string, most: number): string | null {
  let found = 0;
  mark ||= `${globalThis.crypto.randomUUID()}:`;
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at);
    else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(text, at);
      if (isUnsafe(text, at, end)) {
        found += 1;
        if (found > most) throw new TooComplex(`it has more than ${most} integers beyond 2^53`);
        parts.push(text.slice(copied, at), '"', mark, text.slice(at, end), '"');
        copied = end;
      }
      at = end - 1;
    }
  }
  return parts.length === 0 ? null : parts.join('') + text.slice(copied);
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
/** Signs of exponents are among them. */
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === DOT || code === MINUS || code === 0x2b || code === 0x45 || code === 0x65;

function endOfNumber(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && isOfNumber(text.charCodeAt(at))) at += 1;
  return at;
}

function isUnsafe(text: string, from: number, to: number): boolean {
  if (to - from < DIGITS_OF_UNSAFE) return false;
  for (let at = from + 1; at < to; at += 1) if (!isDigit(text.charCodeAt(at))) return false;
  if (to - from > MOST_DIGITS + 1) throw new SyntaxError(`a number has ${to - from} digits; at most ${MOST_DIGITS} are read`);
  return !Number.isSafeInteger(Number(text.slice(from, to)));
}

/** Changes the marked texts within `value` into integers. */
function unmark(value: unknown): unknown {
  const whole = { value };
  const open: Record<string, unknown>[] = [whole];
  for (let holder = open.pop(); holder; holder = open.pop())
    for (const key in holder) {
      const item = holder[key];
      if (typeof item === 'string' && item.startsWith(mark)) holder[key] = BigInt(item.slice(mark.length));
      else if (typeof item === 'object' && item !== null) open.push(item as Record<string, unknown>);
    }
  return whole.value;
}

const { rawJSON } = JSON as unknown as { rawJSON: (this: void, text: string) => unknown };

/** Like `JSON.stringify`, with every `bigint` written as a plain number. `undefined` becomes `null`. */
export const stringifyJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? rawJSON(item.toString()) : item), indent) ?? 'null';

/** A text between quotes, for a message or as a key of JSON: control characters are escaped. */
export const quote = (text: string): string => JSON.stringify(text);
