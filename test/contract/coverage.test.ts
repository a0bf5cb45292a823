/** How much of the recorded traffic is replayed through our tools, and the reasons for the rest. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { linesOf, type Line } from './replay.ts';

const recordings = join(import.meta.dirname, '../recordings');
const kept = readdirSync(recordings)
  .filter((file) => file.endsWith('.jsonl') && file !== 'errors.jsonl')
  .flatMap((file) => linesOf(file));

const skipped = readFileSync(join(recordings, 'not-replayed.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((row) => row.split('\t') as [service: string, lines: string, request: string, why: string]);

const snapshots = join(import.meta.dirname, 'snapshots');
const ours = new Set(
  readdirSync(snapshots).flatMap((file) => {
    const tools = JSON.parse(readFileSync(join(snapshots, file), 'utf8')) as Record<string, { requests: string[] }>;
    return Object.values(tools).flatMap(({ requests }) => requests.map((request) => request.replaceAll(/\{[^}]*\}/g, '{id}')));
  }),
);

const patterns = [...ours].map((request) => new RegExp(`^${request.replaceAll('{id}', '[^/]+')}$`));
const leadsThere = ({ method, path }: Line): boolean => patterns.some((pattern) => pattern.test(`${method} ${path}`));
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

it('every recorded success is replayed, or there is a reason why not', () => {
  const reasons = Map.groupBy(skipped, ([, , , why]) => why);
  const tell = [...reasons].map(([why, rows]) => `${sum(rows.map(([, lines]) => Number(lines)))} of ${rows.length} requests: ${why}`);
  const endpoints = new Set(kept.map(({ method, path }) => patterns.findIndex((pattern) => pattern.test(`${method} ${path}`))));
  console.error(`${kept.length} recorded lines of ${endpoints.size} requests are replayed; not replayed are\n  ${tell.join('\n  ')}`);
  expect(kept.length + sum(skipped.map(([, lines]) => Number(lines)))).toBe(498);
});

it('every line that is kept is one of a kind, and leads where a tool leads', () => {
  const names = kept.map(({ service, cassette, seq }) => `${service} ${cassette} ${seq}`);
  expect(new Set(names).size).toBe(names.length);
  expect(kept.filter((line) => !leadsThere(line)).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});

it('no tool sends a request that is listed as sent by none', () => {
  const unled = skipped.filter(([, , , why]) => why === 'no tool leads there').map(([, , request]) => request);
  const wrong = unled.filter((request) => ours.has(request));
  expect(
    wrong.map((request) => `test/recordings/not-replayed.tsv: a tool leads to ${request} now; give another reason in this row`),
  ).toEqual([]);
});
