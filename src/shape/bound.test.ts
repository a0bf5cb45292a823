import { describe, expect, it } from 'vitest';
import { bound } from './bound.ts';
import { writeText } from './text.ts';

const budget = { maxTokens: 1_000, inputs: ['query', 'limit'] };
const rows = Array.from({ length: 2_000 }, (_, id) => ({ id, name: `name ${id}`, tags: ['a', 'b'] }));
const flat = Array.from({ length: 2_000 }, (_, id) => ({ id, name: `n, ${id}` }));

describe('a value without what has no room in its answer', () => {
  it.each([
    ['a list', rows],
    ['a listing', { items: rows, total: 9_000, next: { page: 2 }, envelope: { a: 1 } }],
    ['flat rows', flat],
    ['empty rows', Array.from({ length: 5_000 }, () => null)],
    ['one row that is too long', [{ name: 'x'.repeat(50_000) }, ...rows]],
    ['a text', 'é'.repeat(50_000)],
    ['a text that just fits', 'x'.repeat(3_000)],
    ['few rows', rows.slice(0, 3)],
    ['the last row is too long', [...rows.slice(0, 3), { name: 'x'.repeat(50_000) }]],
    ['the only row has many texts', [{ names: Array.from({ length: 900 }, (_, at) => `name ${at}`), of: { a: 1 }, last: 'y' }]],
    ['a wide row', [Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`n${at}`, `name ${at}`]))]],
    ['an envelope that is too long', { items: rows.slice(0, 3), envelope: { a: 'x'.repeat(50_000), b: [1] } }],
    ['a cursor that is too long', { items: rows.slice(0, 3), next: { cursor: 'x'.repeat(50_000) } }],
    ['an object that fits', { a: 1, b: 'x'.repeat(2_900) }],
    ['nothing', null],
  ])('gives the same answer: %s', (_, value) => {
    const { value: part, ...whole } = bound(value, budget);
    expect(writeText(part, { ...budget, whole })).toBe(writeText(value, budget));
  });

  it.each([
    ['a text', { a: 1, b: 'x'.repeat(50_000) }, 'string, at least 50000 bytes'],
    ['a list', { a: 1, b: rows }, 'a list of 2000, at least 26891 bytes'],
    ['an object', { a: 1, b: { c: 'x'.repeat(50_000), d: 1 } }, 'an object of 2, at least 50002 bytes'],
  ])('says what it left out of an object: %s', (_, value, said) => {
    const { value: part, ...whole } = bound(value, budget);
    expect(writeText(part, { ...budget, whole })).toBe(
      `This answer is cut: an answer may have 1000 tokens. Left out: b (${said}).\n\n{"a":1}`,
    );
  });

  it('leaves members out of an object that are too much only together', () => {
    const value = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`n${at}`, 'x'.repeat(1_000 + at)]));
    const text = writeText(bound(value, budget).value, budget);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3_000);
    expect(text).toMatch(/Left out: n1 \(string, .* and 287 more\.\n\n\{"n0":"x{1000}"\}$/s);
  });

  it.each<[string, unknown]>([
    ['the only row', [{ id: 1, name: 'x'.repeat(1_000_000) }]],
    ['the only row, deep', [{ id: 1, of: { of: [{ name: 'x'.repeat(1_000_000) }] } }]],
    ['a row of many texts', [Array.from({ length: 10_000 }, () => 'x'.repeat(100))]],
    ['an envelope', { items: [1], envelope: { a: ['x'.repeat(1_000_000)] } }],
    ['a cursor', { items: [1], next: { a: 'x'.repeat(1_000_000) } }],
    ['an object', { a: { b: 'x'.repeat(1_000_000) } }],
    ['an object of many texts', Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`n${at}`, 'x'.repeat(100)]))],
  ])('keeps no more than there is room for: %s', (_, value) => {
    const whole = JSON.stringify(value).length;
    expect(JSON.stringify(bound(value, budget).value).length).toBeLessThan(whole / 2);
    expect(bound(value, { ...budget, maxTokens: 2_000_000 }).value).toEqual(value);
  });

  it('is small', () => {
    expect(bound(rows, budget).value).toHaveLength(223);
    expect(bound('x'.repeat(1_000_000), budget).value).toHaveLength(3_001);
    expect(
      bound(
        Array.from({ length: 1_000_000 }, () => 0),
        budget,
      ).value,
    ).toHaveLength(1_501);
  });
});
