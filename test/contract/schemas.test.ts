/**
 * Checks the schemas against the strictest clients: some support no unions, no references and no names beyond letters, digits
 * and a few punctuation characters, and pass only known keywords to a model.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../src/tools/index.ts';
import { openWholeServer } from './whole-server.ts';

const server = await openWholeServer();
afterAll(() => server[Symbol.asyncDispose]());

/** The discovery tools. */
const isOfTheGuide = (name: string): boolean => name.startsWith('zscaler_');

type Schema = Readonly<Record<string, unknown>>;

/** The keywords that our schemas use. */
const KEYWORDS = [
  'type',
  'description',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'enum',
  'default',
  'examples',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'pattern',
];
const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean'];

/** A schema with all that are in it, each with the path that leads there. */
function* within(schema: Schema, path = ''): Generator<readonly [path: string, schema: Schema]> {
  yield [path, schema];
  for (const [name, property] of Object.entries((schema['properties'] ?? {}) as Record<string, Schema>))
    yield* within(property, `${path}.${name}`);
  if (typeof schema['items'] === 'object') yield* within(schema['items'] as Schema, `${path}[]`);
}

const all = server.tools.flatMap(({ name, inputSchema }) => Array.from(within(inputSchema as Schema, name)));
const faulty = (isGood: (schema: Schema, path: string) => boolean): string[] =>
  all.filter(([path, schema]) => !isGood(schema, path)).map(([path]) => path);

describe('the schemas of all tools', () => {
  it('are there, and hold every input', () => {
    const names = catalogue.map(({ name }) => name);
    expect(
      server.tools
        .map(({ name }) => name)
        .filter((name) => !isOfTheGuide(name))
        .sort(),
    ).toEqual(names.sort());
    expect(all.length).toBeGreaterThan(2_000);
  });

  it('use no union, reference or other keyword that a client may not know', () => {
    expect(faulty((schema) => Object.keys(schema).every((keyword) => KEYWORDS.includes(keyword)))).toEqual([]);
  });

  it('have one type each, an object at the top, and items in every list', () => {
    expect(faulty(({ type }) => TYPES.includes(type as string))).toEqual([]);
    expect(server.tools.filter(({ inputSchema }) => inputSchema.type !== 'object').map(({ name }) => name)).toEqual([]);
    expect(faulty(({ type, items }) => (type === 'array') === (items !== undefined))).toEqual([]);
  });

  it('have names that every client takes', () => {
    expect(server.tools.filter(({ name }) => !/^[a-zA-Z0-9_-]{1,64}$/.test(name)).map(({ name }) => name)).toEqual([]);
    expect(faulty(({ properties = {} }) => Object.keys(properties as object).every((name) => /^[a-zA-Z0-9_.-]{1,64}$/.test(name)))).toEqual(
      [],
    );
  });

  it('require what they describe, and take nothing else', () => {
    for (const { name, inputSchema } of server.tools) {
      expect(Object.keys(inputSchema.properties ?? {}), name).toEqual(expect.arrayContaining([...(inputSchema.required ?? [])]));
      expect(inputSchema['additionalProperties'], name).toBe(false);
    }
  });

  it('choose among different texts, none of them empty', () => {
    const isChoice = (values: unknown) =>
      Array.isArray(values) && new Set(values).size === values.length && values.every((value) => typeof value === 'string' && value !== '');
    expect(faulty((schema) => schema['enum'] === undefined || isChoice(schema['enum']))).toEqual([]);
  });

  it('have patterns that every engine reads: no look-around, no back-reference, no classes of Unicode', () => {
    const isPlain = (pattern: unknown) => typeof pattern === 'string' && !/\(\?[=!<]|\\\d|\\p|\\u|\\c/.test(pattern) && new RegExp(pattern);
    expect(faulty((schema) => schema['pattern'] === undefined || Boolean(isPlain(schema['pattern'])))).toEqual([]);
  });

  it('have limits that fit, and defaults within them', () => {
    const isSafe = (limit: unknown) => limit === undefined || Number.isSafeInteger(limit) || Math.abs(limit as number) < 1_000;
    expect(faulty(({ minimum, maximum }) => isSafe(minimum) && isSafe(maximum))).toEqual([]);
    const isWithin = ({ default: value, minimum = -Infinity, maximum = Infinity, enum: choices }: Schema) =>
      value === undefined ||
      (choices === undefined
        ? typeof value !== 'number' || (value >= Number(minimum) && value <= Number(maximum))
        : (choices as unknown[]).includes(value));
    expect(faulty(isWithin)).toEqual([]);
  });
});

describe('the list of all tools', () => {
  it('says of each tool what clients pass on whole: at most 1,024 characters', () => {
    expect(
      server.tools.filter(({ description = '' }) => description.length === 0 || description.length > 1_024).map(({ name }) => name),
    ).toEqual([]);
  });

  it('stays as short as it is', () => {
    const sizes = server.tools.map((tool) => JSON.stringify(tool).length);
    expect(Math.max(...sizes)).toBeLessThan(4_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(440_000);
    const words = all.reduce((sum, [, { description }]) => sum + ((description as string | undefined) ?? '').length, 0);
    expect(words).toBeLessThan(130_000);
  });
});
