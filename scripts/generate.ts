/**
 * First part of `npm run generate`: writes the files generated from tables in the source (the second part writes the snapshots).
 * `--check` writes nothing and names stale files.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderExitCodesPage } from './render-exit-codes.ts';
import { renderPythonSettingsPage } from './render-python-settings.ts';
import { renderReadme } from './render-readme.ts';
import { renderEnvExample, renderSettingsPage } from './render-settings.ts';
import { renderToolsPage } from './render-tools.ts';

interface Generated {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly render: () => string;
}

const generated: readonly Generated[] = [
  { path: '.env.example', render: renderEnvExample },
  { path: 'docs/reference/settings.md', render: renderSettingsPage },
  { path: 'docs/reference/exit-codes.md', render: renderExitCodesPage },
  { path: 'docs/reference/python-settings.md', render: renderPythonSettingsPage },
  { path: 'docs/reference/tools.md', render: renderToolsPage },
  { path: 'README.md', render: renderReadme },
];

const root = join(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');

for (const { path, render } of generated) {
  const text = renderOrSay(path, render);
  if (text === undefined || readOrNull(join(root, path)) === text) continue;
  if (isCheck) say(`${path} is stale: run \`npm run generate\` and commit what it writes`);
  else write(path, text);
}

function renderOrSay(path: string, render: () => string): string | undefined {
  try {
    return render();
  } catch (error) {
    say(`${path} cannot be written: ${(error as Error).message}`);
    return undefined;
  }
}

function say(problem: string): void {
  console.error(problem);
  process.exitCode = 1;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  console.error(`wrote ${path}`);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
