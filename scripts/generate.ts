/** `npm run generate`: writes the files that follow from tables in the source. `--check` writes nothing and names those that are stale. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderExitCodesPage } from './render-exit-codes.ts';
import { renderPythonSettingsPage } from './render-python-settings.ts';
import { renderEnvExample, renderSettingsPage } from './render-settings.ts';
import { renderToolsPage } from './render-tools.ts';

interface Generated {
  /** From the root of the repository. */
  readonly path: string;
  readonly render: () => string;
}

const generated: readonly Generated[] = [
  { path: '.env.example', render: renderEnvExample },
  { path: 'docs/reference/settings.md', render: renderSettingsPage },
  { path: 'docs/reference/exit-codes.md', render: renderExitCodesPage },
  { path: 'docs/reference/python-settings.md', render: renderPythonSettingsPage },
  { path: 'docs/reference/tools.md', render: renderToolsPage },
];

const root = join(import.meta.dirname, '..');
const stale = generated.filter(({ path, render }) => readOrNull(join(root, path)) !== render());

if (process.argv.includes('--check')) {
  for (const { path } of stale) console.error(`${path} is stale: run npm run generate`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  for (const { path, render } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), render());
    console.error(`wrote ${path}`);
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
