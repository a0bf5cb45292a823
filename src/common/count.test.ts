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
];
const written = new RegExp(String.raw`\$\{[^{}]+\} (?:\w+ )?(?:${nouns.join('|')})s\b(?!/).*`, 'g');
/** Numbers that are never one. */
const manyAlways = ['offered.length + withheld.length'];

it('is used wherever a message counts something', () => {
  const root = join(import.meta.dirname, '..');
  const files = globSync('**/*.ts', { cwd: root }).filter((path) => !/\.(test|fixture)\.ts$|^(tools|demo)\//.test(path));
  const plural = files.flatMap(
    (path) =>
      readFileSync(join(root, path), 'utf8')
        .match(written)
        ?.map((text) => `${path}: ${text}`) ?? [],
  );
  expect(files.length).toBeGreaterThan(100);
  expect(plural.filter((text) => !manyAlways.some((many) => text.includes(many)))).toEqual([]);
});
