/** Size limits of an answer, in tokens and bytes. */
import { count } from '../common/count.ts';

/** JSON and CSV full of IDs have three or more bytes per token with current tokenizers, so this estimate errs on the safe side. */
const BYTES_A_TOKEN = 3;

/** The space an answer may take. */
export interface Budget {
  readonly maxTokens: number;
  /** Bytes already taken by something else. */
  readonly taken?: number;
  /** What was left out of the value already. */
  readonly whole?: { readonly rows?: number; readonly bytes?: number };
  /** Names of the tool's inputs, for the advice on how to get the rest. */
  readonly inputs: readonly string[];
}

/** Size of a text in bytes of UTF-8. */
export const sizeOf = (text: string): number => Buffer.byteLength(text);

export const bytesOf = ({ maxTokens, taken = 0 }: Budget): number => maxTokens * BYTES_A_TOKEN - taken;

/** The longest prefix that fits in `bytes`, without splitting a character. */
export function beginningOf(text: string, bytes: number): string {
  const all = Buffer.from(text);
  let end = Math.min(bytes, all.length);
  while (end > 0 && ((all[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return all.toString('utf8', 0, end);
}

const sizes = ['page_size', 'limit'];
const others = ['page', 'page_num', 'page_number', 'offset', 'all', 'query', ...sizes];

/** Advice on how to get what was cut, using the tool's own inputs. @param rows number of rows that fit */
export function advise({ inputs }: Budget, rows: number, fields: readonly string[]): string {
  const size = inputs.find((name) => sizes.includes(name));
  const filters = inputs.filter((name) => !others.includes(name));
  const ways = [
    size !== undefined && rows > 0 && `ask for at most ${count(rows, 'row')} with ${size}`,
    inputs.includes('query') && `choose fields or rows with query, such as ${exampleOf(fields)}`,
    filters.length > 0 && `narrow with ${filters.slice(0, 8).join(', ')}`,
  ].filter((way) => way !== false);
  return ways.length === 0 ? 'This tool has no input that would narrow it.' : `To see the rest, ${ways.join('; or ')}.`;
}

function exampleOf(fields: readonly string[]): string {
  const [one = 'id', other = 'name'] = fields.filter((name) => /^[A-Za-z_]\w{0,30}$/.test(name));
  return `[].{${one}: ${one}, ${other}: ${other}}`;
}
