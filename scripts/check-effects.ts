/**
 * Checks that importing a module has no side effects. Imports every file of `src/` except the entry in a separate process, with the
 * functions for files, processes, network, timers, signals and output instrumented, and reports our lines that call one. Calls by
 * packages are ignored.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readSources, report } from './source-files.ts';

const MODULES = [
  'fs',
  'fs/promises',
  'child_process',
  'net',
  'tls',
  'dgram',
  'http',
  'https',
  'dns',
  'timers',
  'timers/promises',
  'worker_threads',
];

/** Allowed calls at import, with the reason. */
const meant: Readonly<Record<string, string>> = {
  'common/version.ts fs.readFileSync': 'the version stands in package.json; the build replaces it by a constant',
};

const root = process.argv[2] ?? join(import.meta.dirname, '..');
const source = pathToFileURL(`${join(root, 'src')}/`).href;
const found = new Set<string>();
const require = createRequire(import.meta.url);
const paths = [...readSources(root).keys()].filter((path) => path !== 'main.ts');

for (const name of MODULES) watch(require(`node:${name}`) as Record<string, unknown>, name);
watch(globalThis, 'globalThis', ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']);
watch(process as unknown as Record<string, unknown>, 'process', [
  'on',
  'once',
  'addListener',
  'exit',
  'chdir',
  'kill',
  'umask',
  'emitWarning',
]);
watch(process.stdout as unknown as Record<string, unknown>, 'process.stdout', ['write']);
watch(console as unknown as Record<string, unknown>, 'console');
syncBuiltinESMExports();
for (const path of paths) await import(source + path);
report([...found].map((what) => `${what} when it is imported: do it on first use`));

/** Wraps the functions to record their callers. Classes are not wrapped, since they call these functions. */
function watch(owner: Record<string, unknown>, name: string, keys: readonly string[] = Object.keys(owner)): void {
  for (const key of keys) {
    const original = owner[key];
    if (typeof original !== 'function' || !/^[a-z]/.test(key)) continue;
    const noting = function (this: unknown, ...args: unknown[]): unknown {
      note(`${name}.${key}`);
      return Reflect.apply(original, this, args);
    };
    owner[key] = Object.assign(noting, original);
  }
}

function note(called: string): void {
  const caller = (new Error('for its stack').stack ?? '').split('\n')[3] ?? '';
  const at = caller.indexOf(source);
  if (at < 0) return;
  const [path = '', line = ''] = caller.slice(at + source.length).split(':');
  if (!(`${path} ${called}` in meant)) found.add(`${path}:${line}: calls ${called}`);
}
