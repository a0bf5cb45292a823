/**
 * Bundles the server into `dist/`: the entry, and chunks that are loaded when needed.
 * `--if-needed` builds only when a source is newer than the result; `--quiet` prints nothing on success.
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

/** Fails, before a file is written, when a bundled package may not be shipped. */
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
    // The FFI is native, the proxy's client is loaded by few, the SDKs of secrets managers are installed by whoever has one: packages of their own.
    external: [/^node:/, 'koffi', 'undici', '@aws-sdk/client-secrets-manager', '@google-cloud/secret-manager'],
    transform: { define: { 'globalThis.ZSCALER_MCP_VERSION': JSON.stringify(version) } },
    onLog(level, log, handler) {
      // Dependencies' own eval or circular imports are not ours to mend.
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
 * Takes Node's own modules as they are. An import by name makes Node.js look at every export of the module, among them
 * getters that load large parts of it which a start has no use for: 20 ms for `node:http` alone.
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
