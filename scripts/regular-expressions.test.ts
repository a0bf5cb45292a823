/** Every regular expression of `src/` takes linear time: most of them see what strangers send. */
import { join } from 'node:path';
import { analyse } from 'scslre';
import { expect, test } from 'vitest';
import { TRICKS } from '../src/sanitize/markup.ts';
import { ipv4 } from '../src/tools/zia/ipv4.ts';
import { isNode, lineOf, parseSources, readSources, walk, type Node, type SourceFile } from './source-files.ts';

interface Expression {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

const files = parseSources(readSources(join(import.meta.dirname, '..')));

/** Files that put expressions together, with those expressions. */
const computed: Readonly<Record<string, readonly RegExp[]>> = {
  'mcp/generation.ts': [/^0a1b\.\d+$/],
  // One character of a class.
  'sanitize/invisible.ts': [],
  'sanitize/markup.ts': TRICKS,
  // The patterns of a setting, matched against names of tools.
  'tools/select.ts': [],
  'tools/zia/ipv4.ts': [new RegExp(String(ipv4('').schema['pattern']))],
};

/** Reported, and harmless, with the reason. */
const known: Readonly<Record<string, string>> = {
  'cli/parse.ts /=.*$/s': 'matches at the first = or nowhere',
  'tools/select.ts /\\*+|\\?|\\[!?\\]?[^\\]]*\\]|[^*?[]+|\\[/g': 'the patterns of a setting, which operators choose',
};

function literalsOf({ path, text, body }: SourceFile): Expression[] {
  const found: Expression[] = [];
  for (const statement of body)
    walk(statement, (node) => {
      const regex = node['regex'] as { readonly pattern: string; readonly flags: string } | undefined;
      if (regex && !(`${path} /${regex.pattern}/${regex.flags}` in known))
        found.push({ place: `${path}:${lineOf(text, node.start)}`, source: regex.pattern, flags: regex.flags });
    });
  return found;
}

function isPutTogether({ body }: SourceFile): boolean {
  let found = false;
  for (const statement of body) walk(statement, (node) => void (found ||= isConstructor(node)));
  return found;
}

const isConstructor = (node: Node): boolean =>
  (node.type === 'NewExpression' || node.type === 'CallExpression') && isNode(node['callee']) && node['callee']['name'] === 'RegExp';

/** Two ways to match the same text, or a search that reads the rest of the text again from each position. */
const suspicions = ({ place, source, flags }: Expression): string[] =>
  analyse({ source, flags }, { reportTypes: { Move: true, Self: true, Trade: true } }).reports.map(
    ({ type }) => `${place}: /${source}/${flags}: ${type}`,
  );

test('files that put regular expressions together are known', () =>
  expect(files.filter(isPutTogether).map(({ path }) => path)).toEqual(Object.keys(computed)));

test('every regular expression takes linear time', () => {
  const literals = files.flatMap(literalsOf);
  expect(literals.length).toBeGreaterThan(150);
  const others = Object.entries(computed).flatMap(([place, all]) => all.map(({ source, flags }) => ({ place, source, flags })));
  expect([...literals, ...others].flatMap(suspicions)).toEqual([]);
});

test.each(['/+$', '%.*$', String.raw`^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$`, String.raw`^\s*(\d+)\s*(?:s)?\s*$`, '^(?:a+)+$'])(
  'one that does not is found: %s',
  (source) => expect(suspicions({ place: '', source, flags: '' })).not.toEqual([]),
);
