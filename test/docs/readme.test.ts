/** The numbers and examples of the README are correct. */
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/tools/index.ts';
import { codeIn, readPage, section, tableRows } from './pages.ts';

const readme = readPage('README.md');

describe('the README', () => {
  it('counts the tools of each product', () => {
    const counted = Object.fromEntries(
      tableRows(section(readme, 'What is offered')).map(([product = '', tools = '']) => [codeIn(product)[0], Number(tools)]),
    );
    const actual = Object.fromEntries(
      Object.entries(Object.groupBy(catalogue, ({ product }) => product)).map(([product, tools]) => [product, tools?.length]),
    );
    expect(counted).toEqual(actual);
  });

  it('counts all tools, and those that only read', () => {
    const reading = catalogue.filter(({ action }) => action === 'read').length;
    expect(readme).toContain(`with ${catalogue.length} tools for ten`);
    expect(readme).toContain(`${reading} of the ${catalogue.length} only read`);
  });

  it('leads to each of its sections from the top', () => {
    const [, contents = ''] = /^\*\*Contents:\*\* ([^]*?)\n\n/m.exec(readme) ?? [];
    const sections = [...readme.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    expect([...contents.matchAll(/\[([^\]]+)\]\(#/g)].map(([, heading]) => heading)).toEqual(sections);
  });
});

describe('the recorded session', () => {
  const svg = readPage('docs/reload-and-restart.svg');

  it('is small, says in words what it shows, and knows light and dark', () => {
    expect(Buffer.byteLength(svg)).toBeLessThan(60 * 1_024);
    expect(svg).toMatch(/<title id="title">[^<]+<\/title>\n<desc id="desc">[^<]+<\/desc>/);
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).toContain('prefers-reduced-motion:no-preference');
  });

  it('lost nothing, as the README says of it', () => {
    expect(svg).toContain('calls · 0 failed · 20 sessions, 0 lost · same PID');
    const [, calls = ''] = /Of (\d+) calls 0 failed/.exec(svg) ?? [];
    expect(Number(calls)).toBeGreaterThan(500);
  });

  it('shows a dot for each call', () => {
    const [, calls = ''] = /Of (\d+) calls/.exec(svg) ?? [];
    const [, dots = ''] = /<path class="calls"[^>]* d="([^"]+)"/.exec(svg) ?? [];
    expect(dots.split('M').length - 1).toBe(Number(calls));
  });
});
