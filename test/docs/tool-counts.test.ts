/** What the page says of the number and the names of tools is so. */
import { describe, expect, it } from 'vitest';
import { guideNames } from '../../src/tools/guide/names.ts';
import { catalogue } from '../../src/tools/index.ts';
import { startServer } from '../process/harness.ts';
import { modern } from '../process/mcp.ts';
import { codeIn, readPage, section, tableRows } from './pages.ts';

const page = section(readPage('docs/operations/clients.md'), 'How many tools a client takes');
const LIMITS: Readonly<Record<string, number>> = { 'VS Code': 128, Cursor: 80 };

async function countWith(dotenv: string): Promise<number> {
  const { body } = await modern((await startServer({ dotenv })).url, 'tools/list');
  const tools = body?.result?.['tools'] as readonly unknown[] | undefined;
  return tools?.length ?? 0;
}

describe('a line of settings for a client', () => {
  it.each(tableRows(page))('that is %s, which takes %s: %s', async (client, _takes, line = '', count) => {
    const [setting = ''] = codeIn(line);
    const shown = await countWith(`${setting}\n`);
    expect(`${shown}`).toBe(count);
    expect(shown).toBeLessThanOrEqual(LIMITS[client ?? ''] ?? Number.POSITIVE_INFINITY);
  });

  it('is compared with the number of all tools that read', async () => {
    expect(page).toContain(`shows ${await countWith('')} tools that read`);
  });
});

it('says how long the name of the server may be', () => {
  const longest = Math.max(...[...guideNames, ...catalogue.map(({ name }) => name)].map(({ length }) => length));
  expect(page).toContain(`The longest name of a tool has ${longest}, so the server's name may have ${64 - longest - 'mcp____'.length}`);
});

interface Schema {
  readonly type?: unknown;
  readonly description?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const objectsIn = (schema: Schema): Schema[] => [
  ...(schema.type === 'object' ? [schema] : []),
  ...[...Object.values(schema.properties ?? {}), ...(schema.items ? [schema.items] : [])].flatMap(objectsIn),
];

it('says how many tools have objects without named members, each of which is described', () => {
  const free = catalogue.flatMap((tool) =>
    objectsIn({ ...tool.inputSchema(), type: undefined })
      .filter(({ properties }) => properties === undefined)
      .map((schema) => ({ tool, schema })),
  );
  expect(
    free.filter(({ schema }) => typeof schema.description !== 'string' || schema.description === '').map(({ tool }) => tool.name),
  ).toEqual([]);
  const [writing, reading] = [free.filter(({ tool }) => tool.action !== 'read'), free.filter(({ tool }) => tool.action === 'read')];
  expect(page.replaceAll(/\s+/g, ' ')).toContain(`of ${new Set(writing.map(({ tool }) => tool.name)).size} write tools are such objects`);
  expect([...new Set(reading.map(({ tool }) => tool.name))]).toEqual(['zcell_list_network_events']);
});
