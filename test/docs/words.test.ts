/** Names of settings, flags and fields on the pages exist in the program. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.ts';
import { parseCommandLine } from '../../src/cli/parse.ts';
import { fileNameOf, findReserved, flagOptions, rows, type Setting } from '../../src/settings/index.ts';
import { root } from '../process/harness.ts';
import { blocksOf, codeIn, readPage } from './pages.ts';

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

describe('what the guides for contributors show', () => {
  const code = (page: string): string[] =>
    blocksOf(readPage(page).replaceAll(/^ {3}/gm, ''))
      .filter(({ language }) => language === 'ts')
      .map(({ text }) => text);

  // The constructors of rows are generic, so the compiler lets unknown fields pass.
  it.each(['docs/contributing/setting.md', 'docs/contributing/secrets-manager.md'])('%s: fields of a setting are fields', (page) => {
    const fields = new Set(settings.flatMap((row) => Object.keys(row)));
    const shown = [...code(page), ...codeIn(readPage(page)).filter((text) => /^\w+: \w+$/.test(text))]
      .map((text) => text.replaceAll(/'[^']*'/g, "''"))
      .flatMap((text) => [...text.matchAll(/(\w+): (?!\w+\()/g)].map(([, name = '']) => name));
    expect(shown.length).toBeGreaterThan(5);
    expect(shown.filter((name) => !fields.has(name))).toEqual([]);
  });

  it.each([
    ['docs/contributing/tool.md', 'src/tools/zia/example.ts'],
    ['docs/contributing/command.md', 'src/cli/commands/example.ts'],
  ])('%s: the file of the example compiles', (page, path) => {
    const [example = ''] = code(page).filter((text) => text.startsWith('import '));
    expect(example).toContain('export');
    const folder = mkdtempSync(join(tmpdir(), 'guide-'));
    try {
      const absolute = (_: string, quote: string, file: string): string => quote + join(root, dirname(path), file);
      writeFileSync(join(folder, 'example.mts'), example.replaceAll(/((?:from |import\()')(\.[^']+)/g, absolute));
      const compilerOptions = { typeRoots: [join(root, 'node_modules/@types')] };
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: ['example.mts'] }),
      );
      const compiler = join(root, 'node_modules/.bin/tsc');
      const { status, stdout } = spawnSync(process.execPath, [compiler, '--project', folder], { encoding: 'utf8' });
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
