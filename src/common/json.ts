/**
 * JSON that preserves integers beyond 2^53 exactly: they become `bigint` and are written back as plain numbers.
 * The cloud sends such identifiers (`idpId`, `zpaTenantId`) as JSON numbers.
 */

type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** An unsafe integer has at least sixteen digits; text without such a run goes to the plain, faster parser. */
const MAY_BE_UNSAFE = /\d{16}/;

/** The time to read a `bigint` grows faster than its length. */
const MOST_DIGITS = 1_000;

/** Parses JSON. @throws SyntaxError, also for an integer of more than a thousand digits */
export function parseJson(text: string): unknown {
  if (!MAY_BE_UNSAFE.test(text)) return JSON.parse(text);
  return parseWithSource(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
      ? readInteger(source)
      : value,
  );
}

function readInteger(source: string): bigint {
  if (source.length > MOST_DIGITS) throw new SyntaxError(`a number has ${source.length} digits; at most ${MOST_DIGITS} are read`);
  return BigInt(source);
}

const { rawJSON } = JSON as unknown as { rawJSON: (this: void, text: string) => unknown };

/** Like `JSON.stringify`, with every `bigint` written as a plain number. `undefined` becomes `null`. */
export const stringifyJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? rawJSON(item.toString()) : item), indent) ?? 'null';

/** A text between quotes, for a message or as a key of JSON: control characters are escaped. */
export const quote = (text: string): string => JSON.stringify(text);
