/** From what a tool returned to what the protocol carries. */
import type { CallToolResult } from '@modelcontextprotocol/server';
import { stringifyJson } from '../json.ts';

/**
 * The text is the whole answer as JSON (a string as it is); an object travels as structured content, too.
 * With `isStructured` any other value does so as well, because the tool promised an output schema.
 */
export function encodeResult(value: unknown, isStructured = false): CallToolResult {
  const text = typeof value === 'string' ? value : stringifyJson(value, 2);
  const content: CallToolResult['content'] = [{ type: 'text', text }];
  if (!isStructured && !isPlainObject(value)) return { content };
  return { content, structuredContent: keepDigits(value) };
}

export const encodeFailure = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true });

const { rawJSON } = JSON as unknown as { rawJSON: (this: void, text: string) => unknown };

/**
 * The SDK writes with plain `JSON.stringify`, which refuses a `bigint` and writes a raw JSON node digit by digit.
 * Returns `value` itself when there is nothing to replace.
 */
export function keepDigits(value: unknown): unknown {
  return replaceBigints(value, (number) => rawJSON(number.toString()));
}

/** A copy in which each `bigint` is what `instead` makes of it; `value` itself when there is none. */
export function replaceBigints(value: unknown, instead: (number: bigint) => unknown): unknown {
  if (typeof value === 'bigint') return instead(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => replaceBigints(item, instead));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  const entries = Object.entries(value);
  const replaced = entries.map(([key, item]) => [key, replaceBigints(item, instead)] as const);
  return replaced.some(([, item], at) => item !== entries[at]?.[1]) ? Object.fromEntries(replaced) : value;
}

const isPlainObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
