/** The page on monitoring lists exactly the metrics of a real server. */
import { describe, expect, it } from 'vitest';
import { startServer } from '../process/harness.ts';
import { callTool } from '../process/mcp.ts';
import { blocksOf, codeIn, readPage, section, tableRows } from './pages.ts';

const page = readPage('docs/operations/monitoring.md');
/** Metrics of servers with shared state; the tests of replicas cover them. */
const CONDITIONAL = 'zscaler_mcp_state_store_up';

const documented = tableRows(section(page, 'Figures'))
  .filter(([name = '']) => name.startsWith('`zscaler_mcp_'))
  .map(([name = '', type = '', labels = '']) => ({ name: name.replaceAll('`', ''), type, labels: codeIn(labels).toSorted() }));

describe('the page on monitoring', () => {
  it('names each figure with its type and labels, and no other', async () => {
    const server = await startServer({ args: ['--metrics'], dotenv: '\n' });
    await server.ask('reload');
    await callTool(server.url, 'zia_list_rule_labels');
    const text = await (await fetch(new URL('/metrics', server.url))).text();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    const shown = types.map(([, name = '', type = '']) => ({ name, type, labels: labelsOf(text, name) }));
    const expected = documented.filter(({ name }) => name !== CONDITIONAL);
    expect(shown.toSorted(byName)).toEqual(expected.toSorted(byName));
    expect(readPage('src/metrics/metrics.ts')).toContain(`'${CONDITIONAL.replace('zscaler_mcp_', '')}'`);
  });

  it('warns by figures that there are', () => {
    const alerts = blocksOf(section(page, 'Alerts')).find(({ language }) => language === 'yaml')?.text ?? '';
    const used = [...alerts.matchAll(/zscaler_mcp_\w+/g)].map(([name]) => name.replace(/_count$/, ''));
    expect(used.length).toBeGreaterThan(4);
    expect(used.filter((name) => !documented.some((row) => row.name === name))).toEqual([]);
  });
});

const byName = (one: { name: string }, other: { name: string }): number => one.name.localeCompare(other.name);

/** Of all samples of a name; `le` belongs to every histogram. */
function labelsOf(text: string, name: string): string[] {
  const samples = text.split('\n').filter((line) => new RegExp(`^${name}(?:_count|_sum|_bucket)?\\{`).test(line));
  const labels = samples.flatMap((line) => [...line.matchAll(/[{,](\w+)="/g)].map(([, label = '']) => label));
  return [...new Set(labels)].filter((label) => label !== 'le').toSorted();
}
