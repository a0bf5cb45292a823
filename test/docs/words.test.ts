/** Names of settings and flags on the pages exist in the program. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { fileNameOf, findReserved, flagOptions, rows, type Setting } from '../../src/settings/index.ts';
import { root } from '../process/harness.ts';
import { blocksOf, readPage } from './pages.ts';

/** These use names that are not ours, are generated from tables, or are examples of what a contributor adds. */
const EXCEPT = ['docs/reference/', 'docs/decisions/', 'docs/contributing/', 'docs/operations/migrating-from-python.md', 'test/'];
/** Of programs that stand beside the server, and of the tests. */
const OTHERS = /^ZSCALER_MCP_(?:KEY|HEADER|DISABLE_FFI|TEST_\w+)$/;

const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((page) => !EXCEPT.some((start) => page.startsWith(start)));

const settings = rows.map(([, row]): Setting<unknown> => row);
const known = new Set(
  settings.flatMap((row) => {
    const names = [row.env, ...(row.aliases ?? []).map(({ env }) => env)];
    return row.secret ? [...names, ...names.map(fileNameOf)] : names;
  }),
);

describe('what the pages name', () => {
  it.each(pages)('%s: settings are settings', (page) => {
    // A name that ends in an underscore is the prefix of a family.
    const named = [...readPage(page).matchAll(/\b(?:ZSCALER|OIDCPROXY|ZCELL)_[A-Z0-9_]*[A-Z0-9]\b(?![_*])/g)].map(([name]) => name);
    expect([...new Set(named)].filter((name) => !known.has(name) && !OTHERS.test(name) && findReserved(name) === undefined)).toEqual([]);
  });

  it('commands are understood, with all their flags', async () => {
    const lines = pages.flatMap((page) =>
      blocksOf(readPage(page))
        .filter(({ language }) => language === 'sh' || language === 'console')
        .flatMap(({ text }) => text.split('\n'))
        .flatMap(
          (line) =>
            /(?:^|\$ |&& |-- )zscaler-mcp((?: [^\s#|;&>]+)*)/.exec(line.replace('npm run -s zscaler-mcp --', 'zscaler-mcp'))?.[1] ?? [],
        ),
    );
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines)
      await expect(
        parseCommandLine(line.trim().split(' ').filter(Boolean), { commands, settingOptions: () => Promise.resolve(flagOptions()) }),
        line,
      ).resolves.toBeDefined();
  });
});
