/** The question to a person before a removal names the record as the tenant does. */
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue, readRemoval } from '../../src/tools/index.ts';
import { findTool, openDemo } from './demo.ts';
import { shapeOf, toolsIn } from './inputs.ts';
import { leastInput, type Input } from './seeded.ts';

const demo = await openDemo();
afterAll(() => demo[Symbol.asyncDispose]());

/** Their entries are what they are called, and an analysis has no name at all. */
const nameless = ['zia_delete_atp_malicious_urls', 'zia_delete_auth_exempt_urls', 'zdx_delete_analysis'];
const named = catalogue.filter(({ name, isConfirmed }) => isConfirmed && !nameless.includes(name));

describe('before it removes something', () => {
  it.each(named)('$name shows the name that lists show', async (tool) => {
    const input = await leastInput(demo, tool.name);
    const [record, ...others] = await readRemoval(tool, tool.parse(input), findTool, (shower, args) => demo.run(shower.name, args));
    expect(others.map(({ name }) => name)).toEqual(tool.name === 'zia_delete_gre_tunnel' ? [null] : []);
    expect(await namesOf(listOf(tool.name), input, record!.id)).toContain(record!.name);
  });
});

/** The list tool named in the description of the ID. */
function listOf(name: string): string {
  const { properties, required } = shapeOf(findTool(name));
  const sources = required.filter((param) => /_ids?$/.test(param)).map((param) => toolsIn(properties[param]?.description ?? '')[0]);
  return sources.at(name === 'zia_delete_gre_tunnel' ? 0 : -1) ?? '';
}

/** All texts in the row with this ID. */
async function namesOf(list: string, input: Input, id: string): Promise<unknown[]> {
  const takes = Object.keys(shapeOf(findTool(list)).properties);
  const shared = Object.fromEntries(Object.entries(input).filter(([name]) => takes.includes(name)));
  const rows = (await demo.call(list, shared)) as Readonly<Record<string, unknown>>[];
  const row = rows.find((candidate) => String(candidate['id'] ?? candidate['trace_id']) === id);
  const { trace_details: below, ...own } = row ?? {};
  return Object.values({ ...own, ...(below as object) }).filter((value) => typeof value === 'string' && value !== '');
}
