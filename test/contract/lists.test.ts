/** Inputs common to all lists, and completeness of `all`: against the demo tenant, with pages of one and of two rows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoTenant, type DemoTenant } from '../../src/demo/index.ts';
import { catalogue, type Tool } from '../../src/tools/index.ts';
import { openDemo, quiet, type Demo } from './demo.ts';

/** The tools of the Python server that take a query. */
const known = JSON.parse(readFileSync(join(import.meta.dirname, 'list-tools.json'), 'utf8')) as string[];
const lists = catalogue.filter(({ isList }) => isList);

interface Schema {
  readonly properties: Readonly<Record<string, { readonly type: string; readonly description: string }>>;
  readonly required?: readonly string[];
}
const schemaOf = (tool: Tool) => tool.inputSchema() as unknown as Schema;
const takes = (tool: Tool, ...names: string[]) => names.find((name) => name in schemaOf(tool).properties);

describe('lists', () => {
  it('are all that took a query in the Python server, and take one', () => {
    expect(known).toHaveLength(164);
    expect(known.filter((name) => !lists.some((tool) => tool.name === name))).toEqual([]);
    expect(catalogue.filter((tool) => (takes(tool, 'query') !== undefined) !== tool.isList).map(({ name }) => name)).toEqual([]);
  });

  it('take `all` wherever a page can be chosen', () => {
    const paged = catalogue.filter((tool) => takes(tool, 'page', 'page_num', 'page_number', 'offset'));
    expect(paged.filter((tool) => !takes(tool, 'all')).map(({ name }) => name)).toEqual([]);
    expect(lists.filter((tool) => takes(tool, 'all')).length).toBeGreaterThan(110);
  });

  it('describe both in few words, since every list repeats them', () => {
    for (const tool of lists) {
      const { query, all } = schemaOf(tool).properties;
      expect(query, tool.name).toMatchObject({ type: 'string' });
      expect(JSON.stringify([query, all]).length, tool.name).toBeLessThan(190);
    }
  });
});

describe('on the demo tenant', () => {
  let tenant: DemoTenant;
  let demo: Demo;
  beforeAll(async () => {
    const now = Date.now(); // fixed, since some rows contain times relative to it
    tenant = await startDemoTenant({ log: quiet, clock: () => now });
    demo = await openDemo(tenant);
  });
  afterAll(async () => {
    await demo[Symbol.asyncDispose]();
    await tenant.close();
  });

  const needsAnInput = ['get_zpa_scim_group']; // one of two, which its schema cannot express
  const isSized = (tool: Tool) => takes(tool, 'all') && takes(tool, 'page_size', 'limit', 'size') && !schemaOf(tool).required;
  const sized = lists.filter((tool) => isSized(tool) && !needsAnInput.includes(tool.name));

  it('covers most of the lists that come by page', () => {
    expect(sized.length).toBeGreaterThan(40);
  });

  it.each(sized.map((tool) => [tool.name, tool] as const))(
    '%s finds with `all` and small pages what it finds at once',
    async (name, tool) => {
      const size = takes(tool, 'page_size', 'limit', 'size')!;
      const whole = (await demo.call(name, { all: true })) as unknown[];
      const steps = Math.max(1, Math.ceil(whole.length / 20));
      for (const rows of [steps, steps + 1]) expect(await demo.call(name, { all: true, [size]: rows }), `${size} ${rows}`).toEqual(whole);
    },
  );
});
