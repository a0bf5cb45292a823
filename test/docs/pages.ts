/** The pages of the documentation, as tests read them. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../process/harness.ts';

export const readPage = (path: string): string => readFileSync(join(root, path), 'utf8');

/** All source files but the tests, one after the other. */
export const readSources = (): string =>
  globSync('src/**/*.ts', { cwd: root })
    .filter((path) => !path.endsWith('.test.ts'))
    .map(readPage)
    .join('\n');

/** The lines below a heading, up to the next one that is not below it. */
export function section(page: string, heading: string): string {
  const lines = page.split('\n');
  const from = lines.findIndex((line) => line.replace(/^#+ /, '') === heading && line.startsWith('#'));
  if (from === -1) throw new Error(`there is no section ${heading}`);
  const depth = /^#+/.exec(lines[from] ?? '')?.[0].length ?? 1;
  const rest = lines.slice(from + 1);
  const length = rest.findIndex((line) => (/^(#+) /.exec(line)?.[1]?.length ?? 99) <= depth);
  return (length === -1 ? rest : rest.slice(0, length)).join('\n');
}

/** The cells of all rows of the tables in a text, without headers. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n');
  return lines
    .filter((line, at) => line.startsWith('|') && !/^\|[\s:|-]+\|$/.test(line) && !/^\|[\s:|-]+\|$/.test(lines[at + 1] ?? ''))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** Text in backticks. */
export const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

export interface Block {
  readonly language: string;
  readonly text: string;
  /** What the comment above it says, `<!-- ... -->`; empty without one. */
  readonly note: string;
}

/** The fenced blocks of a page, in order. */
export const blocksOf = (page: string): Block[] =>
  [...page.matchAll(/(?:^<!-- ([^\n]*?) -->\n)?^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm)].map(([, note = '', language = '', text = '']) => ({
    language,
    text,
    note,
  }));

/** The words of a union of string literals, as a source file declares it. */
export function wordsOfUnion(path: string, name: string): string[] {
  const [, body = ''] = new RegExp(`export type ${name} =([^;]+);`).exec(readPage(path)) ?? [];
  return [...body.matchAll(/'([^']+)'/g)].map(([, word = '']) => word);
}
