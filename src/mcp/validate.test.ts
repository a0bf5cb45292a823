import { describe, expect, it } from 'vitest';
import { ZscalerMcpError } from '../errors.ts';
import type { OfferedTool } from './runtime.ts';
import { validateInput } from './validate.ts';

let built = 0;

const tool: OfferedTool = {
  name: 'zia_create_thing',
  about: 'A tool.',
  annotations: {},
  inputSchema() {
    built++;
    return {
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 2, pattern: '^[a-z]+$' },
        size: { type: 'integer', minimum: 1, maximum: 1000 },
        id: { type: 'integer' },
        kind: { type: 'string', enum: ['small', 'large'] },
        tags: { type: 'array', items: { type: 'string' }, maxItems: 2 },
        place: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
        either: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
        pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }] },
      },
      required: ['name'],
      additionalProperties: false,
    };
  },
};

const complaint = (args: unknown): string => {
  try {
    validateInput(tool, args);
  } catch (error) {
    if (error instanceof ZscalerMcpError && error.code === 'ERR_TOOL_INPUT') return error.message;
    throw error;
  }
  return 'fine';
};

describe('arguments', () => {
  it.each([
    [{ name: 'abc' }],
    [{ name: 'abc', size: 1000, kind: 'small', tags: ['a', 'b'], place: { city: 'x' }, either: 5, pair: ['a', 1] }],
    [{ name: 'abc', id: 12_345_678_901_234_567_890n }],
  ])('pass: %o', (args) => {
    expect(complaint(args)).toBe('fine');
  });

  it.each([
    [{}, 'name is required and was not given'],
    [{ name: 'abc', nmae: 1 }, 'nmae is not known here (known: name, size, id, kind, tags, place, either, pair)'],
    [{ name: 5 }, 'name must be string; given was 5'],
    [{ name: 'a' }, 'name must NOT have fewer than 2 characters; given was text of 1 characters'],
    [{ name: 'abc', size: 1001 }, 'size must be <= 1000; given was 1001'],
    [{ name: 'abc', size: 10n ** 30n }, 'size must be <= 1000'],
    [{ name: 'abc', size: 1.5 }, 'size must be integer; given was 1.5'],
    [{ name: 'abc', kind: 'huge' }, 'kind must be one of small, large; given was text of 4 characters'],
    [{ name: 'abc', tags: ['a', 2, 'c'] }, 'tags must NOT have more than 2 items; given was a list of 3'],
    [{ name: 'abc', tags: ['a', 2] }, 'tags.1 must be string; given was 2'],
    [{ name: 'abc', place: {} }, 'place.city is required and was not given'],
    [{ name: 'abc', place: { city: 'x', land: 'y' } }, 'place.land is not known here'],
    [{ name: 'abc', either: true }, 'either must be string; given was true; either must be integer; given was true'],
    [[], 'the arguments must be object; given was a list of 0'],
    [{ name: 'abc', pair: [1, 1] }, '/pair/0'],
  ])('are refused with what was wanted and given: %o', (args, words) => {
    expect(complaint(args)).toMatch(/^zia_create_thing cannot be called with these arguments: .*\.$/);
    expect(complaint(args)).toContain(words);
  });

  it('are refused for everything that is wrong with them at once', () => {
    expect(complaint({ size: 0, kind: 'x' })).toMatch(/name is required.*size must be >= 1.*kind must be one of/s);
  });

  it('that are text are not repeated, since they may be a secret', () => {
    expect(complaint({ name: 'hush-hush' })).not.toContain('hush');
    expect(complaint({ name: 'abc', kind: 'hush-hush' })).not.toContain('hush');
  });

  it('are judged by a schema that is compiled once', () => {
    complaint({ name: 'abc' });
    const before = built;
    complaint({ name: 'abcd' });
    expect(built).toBe(before);
  });
});
