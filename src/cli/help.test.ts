import { expect, it } from 'vitest';
import { rows, table } from '../settings/index.ts';
import { products } from '../tools/index.ts';
import { commands } from './commands/index.ts';
import { renderHelp } from './help.ts';

const linesOf = async (topic: string | null, width: number | null) =>
  (await renderHelp(topic, commands, { width, hasColour: false })).split('\n');

it('the overview fits a screen of 40 lines and 80 columns, and says where the rest is', async () => {
  const lines = await linesOf(null, null);
  expect(lines.length).toBeLessThanOrEqual(40);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.join('\n')).toContain('--help settings');
});

it('the settings are listed by topic, each with the values it takes, its default, and when a change is applied', async () => {
  const lines = await linesOf('settings', 80);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines).toEqual(
    expect.arrayContaining([
      'Server',
      '  --transport stdio|streamable-http|sse (ZSCALER_MCP_TRANSPORT)',
      '      older clients). [default stdio; applied by a restart]',
      'Network edge',
    ]),
  );
  const page = lines.join('\n');
  expect(rows.map(([, { env }]) => env).filter((env) => !page.includes(env))).toEqual([]);
});

it('the settings that select products name each of them', () => {
  const takes = `a comma-separated list of ${Object.keys(products).join(', ')}`;
  expect([table.products.takes, table.disabledProducts.takes]).toEqual([takes, takes]);
});

it.each([40, 45, 60, 120])('every page is wrapped to a terminal of %d columns', async (width) => {
  for (const topic of [null, 'settings', ...commands.map(({ name }) => name)]) {
    const lines = await linesOf(topic, width);
    // A command line to copy is not broken.
    const words = lines.filter((line) => line.length > width && line.trim().includes(' ') && !line.startsWith('  zscaler-mcp '));
    expect(words, topic ?? 'overview').toEqual([]);
  }
  expect(Math.max(...(await linesOf('settings', width)).map((line) => line.length))).toBeGreaterThan(width - 20);
});
