/** Generates inputs from a tool's JSON Schema, and finds the tools that its descriptions name as sources of IDs. */
import * as fc from 'fast-check';
import { products } from '../../src/tools/index.ts';

export interface Property {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly items?: Property;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface Shape {
  readonly properties: Readonly<Record<string, Property>>;
  readonly required: readonly string[];
}

export function shapeOf(tool: { readonly inputSchema: unknown }): Shape {
  const schema = typeof tool.inputSchema === 'function' ? (tool as { inputSchema(): unknown }).inputSchema() : tool.inputSchema;
  const { properties = {}, required = [] } = schema as Partial<Shape>;
  return { properties, required };
}

/** Tests print it, so that a failure can be reproduced: `SEED=7 vitest …`. */
export const seed = Number(process.env['SEED'] ?? 20_261);

/** One value of the arbitrary, the same in each run. */
export const one = <T>(arbitrary: fc.Arbitrary<T>, salt: string): T =>
  fc.sample(arbitrary, { seed: seed ^ hash(salt), numRuns: 1 })[0] as T;

const hash = (text: string): number => text.split('').reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7);

/** Any value that the schema allows. */
export function valid(schema: Property): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer') return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 50, 1_000) });
  if (schema.type === 'number') return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 90, noNaN: true });
  if (schema.type === 'array')
    return fc.array(valid(schema.items ?? { type: 'string' }), {
      minLength: schema.minItems ?? 0,
      maxLength: Math.min(schema.maxItems ?? 3, Math.max(3, schema.minItems ?? 0)),
    });
  if (schema.type === 'object') return fc.dictionary(word, fc.oneof(word, fc.boolean(), fc.integer()), { maxKeys: 3 });
  if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern));
  return fc.string({ unit: 'grapheme', minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 20, 40) });
}

const word = fc.stringMatching(/^[a-z]{3,8}$/);

/** Values that the schema rejects, each with the reason. */
export function* wrong(schema: Property): Generator<readonly [reason: string, value: unknown]> {
  const others: Readonly<Record<string, unknown>> = { string: 'text', boolean: true, array: ['a'], object: { a: 1 }, number: 1.5 };
  const takesBoolean = schema.type === 'boolean';
  for (const [type, value] of Object.entries(others)) {
    if (type === schema.type) continue;
    if (type === 'number' && schema.type === 'integer') yield ['a fraction', value];
    else if (!(type === 'boolean' && takesBoolean)) yield [`a ${type}`, value];
  }
  if (schema.enum) yield ['no such choice', 'no-such-choice'];
  if (schema.minimum !== undefined) yield ['too little', schema.minimum - 1];
  if (schema.maximum !== undefined) yield ['too much', schema.maximum + 1];
  if (schema.minLength) yield ['too short', ''];
  if (schema.maxLength !== undefined) yield ['too long', 'a'.repeat(schema.maxLength + 1)];
  if (schema.pattern && !new RegExp(schema.pattern).test('\u{1F6AB} no')) yield ['of another form', '\u{1F6AB} no'];
  if (schema.minItems) yield ['too few', []];
  if (schema.maxItems !== undefined) yield ['too many', Array.from({ length: schema.maxItems + 1 }, () => 'a')];
  if (schema.type === 'array' && schema.items?.type === 'string' && !schema.items.pattern) yield ['of wrong items', [{ a: 1 }]];
  if (schema.type === 'array' && schema.items?.type === 'integer') yield ['of wrong items', ['a']];
  if (schema.type === 'array' && schema.items?.type === 'object') yield ['of wrong items', ['a']];
}

const TOOL = new RegExp(String.raw`\b(?:get_)?(?:${Object.keys(products).join('|')})_[a-z_]+`, 'g');

/** The tools named in a text. */
export const toolsIn = (text: string): string[] => [...text.matchAll(TOOL)].map(([name]) => name);
