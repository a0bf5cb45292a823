/** The regular expressions of `src/`: literals, and those that are put together while the program runs. */
import { join } from 'node:path';
import { HIDDEN_ALONE } from '../src/sanitize/invisible.ts';
import { TRICKS } from '../src/sanitize/markup.ts';
import { ipv4 } from '../src/tools/zia/ipv4.ts';
import { literalsOf, type Expression } from './regular-expressions.ts';
import { parseSources, readSources } from './source-files.ts';

export const files = parseSources(readSources(join(import.meta.dirname, '..')));

/** Files that put expressions together, with those expressions: one or more for each construction. */
export const computed: Readonly<Record<string, readonly RegExp[]>> = {
  // The mark of a generation, in hexadecimal digits.
  'mcp/generation.ts': [/^0a1b\.\d+$/],
  'sanitize/invisible.ts': [HIDDEN_ALONE],
  'sanitize/markup.ts': TRICKS,
  'tools/zia/ipv4.ts': [new RegExp(String(ipv4('').schema['pattern']))],
};

export const everyExpression = (): Expression[] => [
  ...files.flatMap(literalsOf),
  ...Object.entries(computed).flatMap(([place, all]) => all.map(({ source, flags }) => ({ place, source, flags }))),
];
