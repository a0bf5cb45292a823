import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ruleProblems } from './check-rules.ts';
import { parseSources } from './source-files.ts';

const problems = (files: Readonly<Record<string, string>>) => ruleProblems(parseSources(new Map(Object.entries(files))));

test.each([
  ['the environment where the program starts', 'main.ts', "export const home = process.env['HOME'];"],
  ['stdout in the commands', 'cli/print.ts', "process.stdout.write('x');"],
  ['stderr', 'http/front.ts', "console.error('x'); process.stderr.write('x');"],
  ['words about it', 'http/front.ts', "/** process.env, JSON.parse */ export const text = 'console.log(process.env)';"],
  ['plain JSON that meets none of the cloud', 'lifecycle/record.ts', 'export const read = (text: string) => JSON.parse(text);'],
  ['a listed call of JSON', 'zscaler/assertion.ts', 'export const read = (text: string) => JSON.parse(text);'],
  ['a default of a file of tools', 'tools/zia/users.ts', 'export default [];'],
  [
    'a package on first use',
    'cli/commands/status.ts',
    "import type { A } from 'jose'; import 'node:fs'; export const load = () => import('../../server/index.ts');",
  ],
  ['arguments handed on', 'mcp/a.ts', 'const f = (...given) => g(...given, ...(given.length > 1 ? [1] : []));'],
  ['tables merged', 'demo/a.ts', 'const all = Object.assign({}, ...tables);'],
])('passes: %s', (_what, path, text) => expect(problems({ [path]: text })).toEqual([]));

test.each([
  ['server/start.ts', 'const a = process.env;', 'reads the environment'],
  ['server/start.ts', "const a = process['env']['HOME'];", 'reads the environment'],
  ['server/start.ts', 'const { env } = process;', 'reads the environment'],
  ['server/start.ts', 'const a = globalThis.process.env;', 'reads the environment'],
  ['server/start.ts', "const a = Reflect.get(process, 'env');", 'reads the environment'],
  ['server/start.ts', "import { env } from 'node:process';", 'imports process'],
  ['http/front.ts', "function f() {\n  console.log('x');\n}", 'http/front.ts:2: writes to stdout'],
  ['http/front.ts', "process.stdout.write('x');", 'writes to stdout'],
  ['http/front.ts', "fs.writeSync(1, 'x');", 'writes to stdout'],
  ['http/front.ts', 'const { log } = console;', 'writes to stdout'],
  ['http/front.ts', 'const out = globalThis.process.stdout;', 'writes to stdout'],
  ['http/front.ts', "export const load = (name: string) => import('./' + name);", 'imports a computed name'],
  ['zscaler/answer.ts', 'const { parse } = JSON;', 'JSON rounds'],
  ['zscaler/answer.ts', 'export const read = (text: string) => globalThis.JSON.parse(text);', 'JSON.parse rounds'],
  ['zscaler/answer.ts', 'export const read = (response: Response) => response.json();', '.json() rounds'],
  ['zscaler/answer.ts', 'export const read = (text: string) => JSON.parse(text);', 'JSON.parse rounds'],
  ['zscaler/answer.ts', 'export const write = JSON.stringify;', 'JSON.stringify rounds'],
  ['tools/call.ts', 'export const read = (text: string) => JSON.stringify({ text });', 'JSON.stringify rounds'],
  ['zscaler/assertion.ts', 'export const read = (answer: string) => JSON.parse(answer);', 'JSON.parse rounds'],
  ['http/front.ts', 'export default 1;', 'exports a default'],
  ['http/front.ts', "export * from './routes.ts';", 'exports all of another file'],
  ['main.ts', "import 'pino';", 'main.ts -> pino: heavy'],
  ['shape/text.ts', 'list.push(...rows);', 'spreads a list into arguments'],
  ['shape/text.ts', 'const most = Math.max(...rows.map((row) => row.length));', 'spreads a list into arguments'],
  ['shape/text.ts', 'const all = new Rows(first, ...rows);', 'spreads a list into arguments'],
  ['demo/a.ts', 'const f = (rows) => g(...(rows ?? []));', 'spreads a list into arguments'],
])('is named: %s with %s', (path, text, words) => expect(problems({ [path]: text })).toEqual([expect.stringContaining(words)]));

test('what is heavy is named with the way there', () =>
  expect(
    problems({ 'main.ts': "import './common/a.ts';", 'common/a.ts': "export { b } from '../server/index.ts';", 'server/index.ts': '' }),
  ).toEqual(['main.ts -> common/a.ts -> server/index.ts: heavy, and loaded at once; load it on first use with import()']));

test('a setting that nothing reads is named', () => {
  const table =
    "const client = { clientId: text({ env: 'A' }), host: text({ env: 'B' }), tenant: text({ env: 'C' }), path: text({ env: 'D' }) };";
  const reader = "export const read = ({ host, ...rest }: Wanted) => [host, rest.clientId, 'GET /{tenant}/users', { path: 1 }];";
  expect(problems({ 'settings/table.ts': table, 'http/front.ts': reader })).toEqual([
    'settings/table.ts: nothing reads the setting path: hand it to the part that uses it in src/server/part-settings.ts',
  ]);
});

/** The output of `check-effects.ts` for these files, run in a separate process. */
function effects(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'effects-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'check-effects.ts'), root], { encoding: 'utf8' });
  return { status, lines: stderr.split('\n').filter(Boolean) };
}

test('a module that does something when it is imported is named with its line', () => {
  const { status, lines } = effects({
    'src/main.ts': 'process.exit(9);',
    'src/http/timer.ts': '// a timer\nsetTimeout(() => undefined, 1);',
    'src/http/file.ts':
      "import { readdirSync } from 'node:fs';\nconst list = (): string[] => readdirSync('.');\nexport const files = list();",
    'src/http/signal.ts': "process.on('SIGHUP', () => undefined).removeAllListeners('SIGHUP');",
    'src/http/still.ts':
      "import { readFileSync } from 'node:fs'; export const read = (): string => readFileSync('x', 'utf8'); export const map = new Map([[1, 2]]);",
  });
  expect(lines.toSorted()).toEqual([
    'http/file.ts:2: calls fs.readdirSync when it is imported: do it on first use',
    'http/signal.ts:1: calls process.on when it is imported: do it on first use',
    'http/timer.ts:2: calls globalThis.setTimeout when it is imported: do it on first use',
  ]);
  expect(status).toBe(1);
});

test('modules that only declare pass', () =>
  expect(effects({ 'src/a.ts': 'export const one = 1;', 'src/b.ts': "export { one } from './a.ts';" })).toEqual({ status: 0, lines: [] }));
