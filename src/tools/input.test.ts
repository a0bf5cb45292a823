import { describe, expect, it } from 'vitest';
import { advanced, count, flag, id, initially, oneOf, optional, secret, text, texts, type Fields } from './fields.ts';
import { parseInput, schemaOf } from './input.ts';

const fields: Fields = {
  group_id: id('The group.'),
  name: optional(text('A name.', { min: 1, max: 5 })),
  page: optional(count('A page.', { min: 1, max: 500 })),
  enabled: initially(flag('On or off.'), true),
  type: optional(oneOf(['A', 'B'], 'A kind.')),
  hosts: optional(texts('Hosts.')),
  advanced: advanced('More.'),
};
const parse = (raw: unknown) => parseInput('zpa_x', fields, raw);

describe('schemaOf', () => {
  it('describes every field, with its limits', () => {
    expect(schemaOf(fields)).toEqual({
      type: 'object',
      properties: {
        group_id: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[\\w:~-][\\w.:~-]*$', description: 'The group.' },
        name: { type: 'string', minLength: 1, maxLength: 5, description: 'A name.' },
        page: { type: 'integer', minimum: 1, maximum: 500, description: 'A page.' },
        enabled: { type: 'boolean', default: true, description: 'On or off.' },
        type: { type: 'string', enum: ['A', 'B'], description: 'A kind.' },
        hosts: { type: 'array', items: { type: 'string' }, description: 'Hosts.' },
        advanced: { type: 'object', additionalProperties: true, description: 'More.' },
      },
      required: ['group_id'],
      additionalProperties: false,
    });
  });
});

describe('parseInput', () => {
  it('never shows a secret, not even a bad one', () => {
    const secrets: Fields = { password: secret(text('A password.', { min: 10 })) };
    const fault = catching(() => parseInput('zpa_x', secrets, { password: 'hunter2' }));
    expect(fault).toMatchObject({ message: expect.stringContaining('password must be a text of at least 10 characters') as string });
    expect(JSON.stringify(fault) + String(fault)).not.toContain('hunter2');
  });

  it('fills in what is initial, and nothing else', () => {
    expect(parse({ group_id: '1' })).toEqual({ group_id: '1', enabled: true });
    expect(parse({ group_id: '1', enabled: false })).toEqual({ group_id: '1', enabled: false });
  });

  it('takes null for not given', () => {
    expect(parse({ group_id: '1', name: null, enabled: null })).toEqual({ group_id: '1', enabled: true });
  });

  it('understands an ID that comes as a number, as ZIA shows it', () => {
    expect(parse({ group_id: 158933285 })).toMatchObject({ group_id: '158933285' });
    expect(parse({ group_id: 216196257331285825n })).toMatchObject({ group_id: '216196257331285825' });
  });

  it('understands a list of IDs that come as numbers', () => {
    expect(parse({ group_id: '1', hosts: [158933285, 216196257331285825n, 'x'] })).toMatchObject({
      hosts: ['158933285', '216196257331285825', 'x'],
    });
    expect(() => parse({ group_id: '1', hosts: [2 ** 60] })).toThrow(/hosts must be a list of texts/);
  });

  it('understands what comes as text and is meant as something else', () => {
    expect(parse({ group_id: '1', page: '104', enabled: 'false', hosts: '["a","b"]', advanced: '{"x":1}' })).toEqual({
      group_id: '1',
      page: 104,
      enabled: false,
      hosts: ['a', 'b'],
      advanced: { x: 1 },
    });
    for (const page of ['501', '1.5', '', 'two', '[1]', '1e400']) expect(() => parse({ group_id: '1', page })).toThrow(/page must be/);
    expect(() => parse({ group_id: '1', advanced: 'null' })).toThrow(/advanced must be an object/);
    expect(parse({ group_id: '1', name: '104' })).toMatchObject({ name: '104' });
  });

  it.each(['', '.', '..', '../x', 'a/b', 'a?b', 'a b', 'x'.repeat(129), 2 ** 60, 1.5, true, {}])('refuses %j as an ID', (group_id) => {
    expect(() => parse({ group_id })).toThrow(/group_id must be an ID/);
  });

  it('names every fault at once, with what was wanted and given', () => {
    const error = catching(() => parse({ nam: 'x', name: '', page: 501, enabled: 'yes', type: 'C', hosts: ['a', true], advanced: [] }));
    expect(error).toMatchObject({
      code: 'ERR_TOOL_INPUT',
      hint: expect.stringContaining('the inputs of zpa_x are group_id, name, page') as string,
    });
    expect(error.message.split('; ')).toEqual([
      'zpa_x cannot be called like this: "nam" is unknown, did you mean "name"?',
      'group_id is missing (wanted an ID: letters, digits and - _ . : ~ only, as text)',
      'name must be a text of 1 to 5 characters, got ""',
      'page must be a whole number from 1 to 500, got 501',
      'enabled must be true or false, got "yes"',
      'type must be one of A, B, got "C"',
      'hosts must be a list of texts, got a list of 2',
      'advanced must be an object, got a list of 0',
    ]);
  });

  it('does not repeat long values', () => {
    expect(catching(() => parse({ group_id: '1', name: 'x'.repeat(10_000) })).message).toContain('got a text of 10000 characters');
  });

  it.each(['text', 7, [], true])('refuses %j in place of an object', (raw) => {
    expect(() => parse(raw)).toThrow('the input must be an object');
  });

  it('takes nothing for no inputs', () => {
    expect(parseInput('zia_y', {}, undefined)).toEqual({});
    expect(catching(() => parseInput('zia_y', {}, { a: 1 }))).toMatchObject({ hint: 'zia_y takes no inputs.' });
  });

  it('is not fooled by names that every object has', () => {
    expect(() => parse({ group_id: '1', constructor: 1 })).toThrow('"constructor" is unknown');
    expect(() => parse(JSON.parse('{"group_id":"1","__proto__":{"name":"x"}}'))).toThrow('"__proto__" is unknown');
  });
});

function catching(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
