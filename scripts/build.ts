/**
 * Bundles the server into `dist/`: the entry, and chunks loaded on demand.
 * `--if-needed` builds only when a source is newer than the bundle; `--quiet` prints nothing on success.
 */
import { readFileSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { renderNotices } from './notices.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const ifNeeded = process.argv.includes('--if-needed');
const quiet = process.argv.includes('--quiet');

/** Fails before any file is written if a bundled package may not be shipped. */
const notices: Plugin = {
  name: 'notices',
  generateBundle(_, bundle) {
    const modules = Object.values(bundle).flatMap((part) => (part.type === 'chunk' ? Object.keys(part.modules) : []));
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-NOTICES.txt', source: renderNotices(modules) });
  },
};

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
  rmSync(dist, { recursive: true, force: true });
  const { output } = await bundle.write({
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    plugins: [{ name: 'plain-builtins', renderChunk: takeBuiltinsPlainly }, notices],
    minify: false,
    sourcemap: false,
  });
  await bundle.close();
  const entry = join(dist, 'main.js');
  const text = readFileSync(entry, 'utf8');
  if (!text.startsWith('#!')) writeFileSync(entry, `#!/usr/bin/env node\n${text}`);
  chmodSync(entry, 0o755);
  const bytes = output.reduce((sum, part) => sum + ('code' in part ? part.code.length : 0), 0);
  if (!quiet)
    console.error(`built dist: ${output.length} files, ${Math.round(bytes / 1024)} KiB, ${Math.round(performance.now() - startedAt)} ms`);
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

async function isFresh(): Promise<boolean> {
  const built = statSync(join(dist, 'main.js'), { throwIfNoEntry: false });
  if (!built) return false;
  for await (const file of glob(['src/**/*.{ts,json}', 'package.json', 'scripts/build.ts', 'scripts/notices.ts'], { cwd: root })) {
    if (file.endsWith('.test.ts')) continue;
    if (statSync(join(root, file)).mtimeMs > built.mtimeMs) return false;
  }
  return true;
}
