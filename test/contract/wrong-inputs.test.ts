/** Invalid inputs are rejected before a request is sent: the error names the input, the expected and the given value, and a remedy. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZscalerMcpError } from '../../src/common/errors.ts';
import { bindCall, catalogue, type Tool } from '../../src/tools/index.ts';
import { one, seed, shapeOf, toolsIn, valid, wrong, type Property } from './inputs.ts';

/** Runs the tool as the server does, with a cloud that must not receive a request. */
async function refusalOf(tool: Tool, input: unknown): Promise<ZscalerMcpError> {
  let sent = 0;
  const send = async () => void (sent += 1);
  const call = bindCall(tool, send, { customerId: '77', zcellCustomerId: '88' });
  const run = async () => tool.run(call, tool.parse(input));
  const thrown = await run().then(
    () => new Error('nothing was thrown'),
    (error: unknown) => error,
  );
  expect(sent, 'requests sent').toBe(0);
  expect(thrown).toBeInstanceOf(ZscalerMcpError);
  return thrown as ZscalerMcpError;
}

/** The required inputs only. */
function least(tool: Tool): Record<string, unknown> {
  const { properties, required } = shapeOf(tool);
  return Object.fromEntries(required.map((name) => [name, one(allowed(properties[name]!), tool.name + name)]));
}

/** Where a schema cannot express all requirements of a value, it has examples. */
const allowed = (schema: Property): fc.Arbitrary<unknown> => (schema.examples ? fc.constantFrom(...schema.examples) : valid(schema));

/** Input as a client may send it, with names that are special in JavaScript. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.bigInt(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(
    fc.oneof(fc.constantFrom('toString', 'valueOf', '__proto__', 'constructor', 'length', 'id'), fc.string()),
    tie('value'),
    {
      maxKeys: 3,
    },
  ),
})).value;

describe(`inputs (seed ${seed})`, () => {
  it.each(catalogue)('$name takes what its schema allows', (tool) => {
    for (const [name, schema] of Object.entries(shapeOf(tool).properties))
      for (const value of fc.sample(allowed(schema), { seed, numRuns: 10 })) tool.parse({ ...least(tool), [name]: value });
  });

  it.each(catalogue)('$name refuses each input of the wrong kind, and says which', async (tool) => {
    const { properties } = shapeOf(tool);
    for (const [name, schema] of Object.entries(properties)) {
      for (const [reason, value] of wrong(schema)) {
        const { code, message, hint } = await refusalOf(tool, { ...least(tool), [name]: value });
        const what = `${name}: ${reason}`;
        expect(code, what).toBe('ERR_TOOL_INPUT');
        expect(message, what).toMatch(new RegExp(`(^|\\W)${name} must be .{4,}, got .`, 's'));
        expect(hint, what).toMatch(/\w{4}/);
      }
    }
  });

  it.each(catalogue.filter((tool) => shapeOf(tool).required.length > 0))('$name names every input that is missing', async (tool) => {
    const { code, message } = await refusalOf(tool, {});
    expect(code).toBe('ERR_TOOL_INPUT');
    for (const name of shapeOf(tool).required) expect(message).toContain(`${name} is missing (wanted `);
  });

  it.each(catalogue)('$name knows a misspelt input', async (tool) => {
    const [known] = Object.keys(shapeOf(tool).properties);
    const { code, message, hint } = await refusalOf(tool, { ...least(tool), [`${known ?? 'anything'}s_`]: 1 });
    expect(code).toBe('ERR_TOOL_INPUT');
    expect(message).toContain('is unknown');
    if (known !== undefined) expect(message).toMatch(/did you mean "\w+"\?/);
    expect(hint).toContain(known ?? 'takes no inputs');
  });

  it.each(catalogue)('$name takes or refuses anything whatever, and never breaks', (tool) => {
    const judge = (input: unknown): void => {
      try {
        tool.parse(input);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_TOOL_INPUT', hint: expect.any(String) as string });
      }
    };
    fc.assert(fc.property(json, judge), { seed, numRuns: 10 });
    for (const name of Object.keys(shapeOf(tool).properties))
      fc.assert(
        fc.property(fc.oneof(json, fc.array(fc.array(json, { maxLength: 4 }), { maxLength: 2 })), (value) =>
          judge({ ...least(tool), [name]: value }),
        ),
        { seed, numRuns: 40 },
      );
  });
});

describe('texts', () => {
  it('name only tools that exist', () => {
    const names = catalogue.map(({ name }) => name);
    const texts = catalogue.flatMap((tool) => [
      tool.about,
      ...Object.values(shapeOf(tool).properties).map(({ description = '' }) => description),
    ]);
    expect(texts.flatMap(toolsIn).filter((name) => !names.includes(name))).toEqual([]);
  });
});
