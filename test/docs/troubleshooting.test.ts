/** Every error of the program has its remedy on the page, and the page has no other errors. */
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { codeIn, readPage, readSources, section, tableRows, wordsOfUnion } from './pages.ts';

const page = readPage('docs/operations/troubleshooting.md');
const sources = readSources();

const firstCells = (heading: string): string[] => tableRows(section(page, heading)).map(([cell = '']) => cell);

describe('the page on trouble', () => {
  it('has a section for each error code, and for no other', () => {
    const codes = wordsOfUnion('src/common/errors.ts', 'ErrorCode');
    expect(codes.length).toBeGreaterThan(15);
    expect([...page.matchAll(/^### (ERR_\w+)$/gm)].map(([, code]) => code)).toEqual(codes);
  });

  it('names each exit code but success', () => {
    const codes = firstCells('Exit codes').flatMap((cell) => cell.split(', ').map(Number));
    expect(codes).toEqual(exitCodes.map(({ code }) => code).filter((code) => code !== 0));
  });

  it('names each outcome', () => {
    expect(firstCells('Outcomes').flatMap(codeIn).toSorted()).toEqual(wordsOfUnion('src/lifecycle/record.ts', 'Outcome').toSorted());
  });

  it('names each label of the env source', () => {
    expect(firstCells('Labels of the env source').flatMap(codeIn)).toEqual(wordsOfUnion('src/settings/env-line.ts', 'EnvSource'));
  });

  it('quotes messages as the program writes them', () => {
    const headings = ['PID file', 'Environment file', 'The server does not start', 'Clients are refused'];
    const quoted = headings.flatMap((heading) =>
      tableRows(section(page, heading)).flatMap(([cell = '', means = '']) => [
        ...codeIn(cell),
        ...(heading === 'Clients are refused' ? codeIn(means).filter((code) => !code.startsWith('ZSCALER_')) : []),
      ]),
    );
    expect(quoted.length).toBeGreaterThan(25);
    const parts = quoted.flatMap((message) =>
      message
        .split('...')
        .map((part) => part.trim())
        .filter((part) => part.length > 3),
    );
    expect(parts.filter((part) => !sources.includes(part))).toEqual([]);
  });
});

it('each error code is used by something', () => {
  const unused = wordsOfUnion('src/common/errors.ts', 'ErrorCode').filter((code) => sources.split(`'${code}'`).length <= 2);
  expect(unused).toEqual([]);
});
