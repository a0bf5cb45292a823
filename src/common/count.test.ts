import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { count } from './count.ts';

it('puts the noun in the plural unless there is one', () => {
  expect([0, 1, 2].map((number) => count(number, 'request'))).toEqual(['0 requests', '1 request', '2 requests']);
});

const nouns = [
  'request',
  'call',
  'connection',
  'session',
  'line',
  'problem',
  'setting',
  'file',
  'tool',
  'item',
  'field',
  'warning',
  'server',
  'row',
  'page',
  'attempt',
  'product',
];
const written = new RegExp(String.raw`\$\{[^{}]+\} (?:\w+ )?(?:${nouns.join('|')})s\b(?!/).*`, 'g');
/** Numbers that are never one, lines that say one in other words, and the fixed form of the audit log. */
const manyAlways = ['offered.length + withheld.length', 'a full page of this API', 'MOST_ROWS', 'rows.after', ' rows`}', '${all} rows'];

it('is used wherever a message counts something', () => {
  const root = join(import.meta.dirname, '..');
  const files = globSync('**/*.ts', { cwd: root }).filter((path) => !/\.(test|fixture)\.ts$|^demo\//.test(path));
  const plural = files.flatMap(
    (path) =>
      readFileSync(join(root, path), 'utf8')
        .match(written)
        ?.map((text) => `${path}: ${text}`) ?? [],
  );
  expect(files.length).toBeGreaterThan(100);
  expect(plural.filter((text) => !manyAlways.some((many) => text.includes(many)))).toEqual([]);
});
