import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

test('a build that fails for a licence says only why, and leaves the former bundle', () => {
  const root = mkdtempSync(join(tmpdir(), 'build-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const files = {
    'package.json': '{"type":"module","version":"1.0.0"}',
    'src/main.ts': "import { x } from 'bad'; console.log(x);",
    'node_modules/bad/package.json': '{"name":"bad","version":"1.0.0","license":"GPL-3.0","main":"index.js"}',
    'node_modules/bad/index.js': 'export const x = Math.random();',
    'dist/main.js': 'former',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const name of ['build.ts', 'notices.ts', 'sbom.ts']) cpSync(join(import.meta.dirname, name), join(root, 'scripts', name));
  symlinkSync(join(import.meta.dirname, '../node_modules/rolldown'), join(root, 'node_modules/rolldown'), 'junction');
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/build.ts')], { encoding: 'utf8' });
  expect(stderr).toBe('the bundle cannot be published:\nbad 1.0.0: the licence "GPL-3.0" is not on the list in scripts/notices.ts\n');
  expect(status).toBe(1);
  expect(readFileSync(join(root, 'dist/main.js'), 'utf8')).toBe('former');
});
