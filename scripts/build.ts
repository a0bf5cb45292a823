/**
 * Bundles the server into `dist/`: the entry, and chunks loaded on demand.
 * `--if-needed` builds only when a source is newer than the bundle; `--quiet` prints nothing on success.
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { renderNotices } from './notices.ts';
import { renderSbom } from './sbom.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const ifNeeded = process.argv.includes('--if-needed');
const quiet = process.argv.includes('--quiet');

if (!(ifNeeded && (await isFresh()))) await build();

async function build(): Promise<void> {
  const startedAt = performance.now();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const bundle = await rolldown({
    input: { main: join(root, 'src/main.ts') },
    platform: 'node',
    // Not bundled: koffi is native, undici is loaded only behind a proxy, and operators install the SDK of their secrets manager themselves.
    external: [/^node:/, 'koffi', 'undici', '@aws-sdk/client-secrets-manager', '@google-cloud/secret-manager'],
    transform: { define: { 'globalThis.ZSCALER_MCP_VERSION': JSON.stringify(version) } },
    onLog(level, log, handler) {
      // Ignores eval and circular imports inside dependencies.
      if (log.code === 'EVAL' || log.code === 'CIRCULAR_DEPENDENCY') return;
      handler(level, log);
    },
  });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    plugins: [{ name: 'plain', renderChunk: (code) => escapeWide(takeBuiltinsPlainly(code)) }],
    minify: false,
    sourcemap: false,
  });
  await bundle.close();
  // Nothing is written before everything that can fail is done: a failed build leaves the former bundle.
  const modules = output.flatMap((part) => (part.type === 'chunk' ? Object.keys(part.modules) : []));
  let texts: Readonly<Record<string, string>>;
  try {
    texts = { 'THIRD-PARTY-NOTICES.txt': renderNotices(modules), 'sbom.cdx.json': renderSbom(modules) };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    return;
  }
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  for (const part of output) writeFileSync(join(dist, part.fileName), part.type === 'chunk' ? part.code : part.source);
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(dist, name), text);
  const entry = join(dist, 'main.js');
  const text = readFileSync(entry, 'utf8');
  if (!text.startsWith('#!')) writeFileSync(entry, `#!/usr/bin/env node\n${text}`);
  chmodSync(entry, 0o755);
  const bytes = output.reduce((sum, part) => sum + ('code' in part ? part.code.length : 0), 0);
  if (!quiet)
    console.error(
      `built dist: ${output.length + Object.keys(texts).length} files, ${Math.round(bytes / 1024)} KiB, ${Math.round(performance.now() - startedAt)} ms`,
    );
}

/**
 * Replaces imports of Node.js modules with `process.getBuiltinModule`. A named import makes Node.js evaluate every export of the
 * module, including getters that load large parts of it that a start does not need: 20 ms for `node:http` alone.
 */
function takeBuiltinsPlainly(code: string): string {
  return code.replaceAll(/^import (.+?) from "(node:[^"]+)";$/gm, (_, clause: string, name: string) => {
    const [, whole, named] = /^(?:(?:\* as )?([\w$]+))?(?:, )?(?:\{(.+)\})?$/.exec(clause) ?? [];
    const parts = named?.trim().replaceAll(/ as /g, ': ');
    const taken = `process.getBuiltinModule("${name}")`;
    return [whole ? `const ${whole} = ${taken};` : '', parts ? `const { ${parts} } = ${taken};` : ''].filter(Boolean).join(' ');
  });
}

/**
 * Writes characters beyond Latin-1 as escapes: with one of them V8 keeps the text of a whole chunk in two bytes for each character.
 * In strings, templates and regular expressions they mean the same; a template of `String.raw` would show them. A chunk that is made
 * of such characters (tables of encodings) stays as it is.
 */
function escapeWide(code: string): string {
  const escaped = code.replaceAll(/[^\0-\xff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return escaped.length < 2 * code.length ? escaped : code;
}

async function isFresh(): Promise<boolean> {
  const built = statSync(join(dist, 'main.js'), { throwIfNoEntry: false });
  if (!built) return false;
  for await (const file of glob(['src/**/*.{ts,json}', 'package.json', 'package-lock.json', 'scripts/{build,notices,sbom}.ts'], {
    cwd: root,
  })) {
    if (file.endsWith('.test.ts')) continue;
    if (statSync(join(root, file)).mtimeMs > built.mtimeMs) return false;
  }
  return true;
}
