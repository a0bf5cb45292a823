/** Who may import whom. Dependencies point one way; a folder is entered through its index. */
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { dirname, join, normalize, relative, sep } from 'node:path';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src');

/** What each folder may import of the others, beside itself and `common`. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  audit: [],
  lifecycle: [],
  metrics: [],
  settings: [],
  secrets: [],
  http: [],
  auth: ['audit'],
  sanitize: [],
  confirm: ['sanitize'],
  state: [],
  shape: [],
  mcp: ['audit', 'sanitize', 'confirm', 'shape'],
  tools: [],
  zscaler: [],
  demo: [],
  cli: ['lifecycle', 'settings', 'tools', 'server'],
  common: [],
  server: [
    'audit',
    'auth',
    'confirm',
    'demo',
    'http',
    'lifecycle',
    'mcp',
    'metrics',
    'secrets',
    'settings',
    'shape',
    'state',
    'tools',
    'zscaler',
  ],
  'main.ts': ['*'],
};

/** Files that may be imported past a folder's index, with the reason. */
const sideDoors: Readonly<Record<string, string>> = {
  'lifecycle/launch.ts': 'the entry needs it before anything else is loaded',
  'lifecycle/come-back.ts': 'the way back must not need what could not be loaded',
  'settings/env-source.ts': '`status` starts faster without the table of settings',
};

const problems: string[] = [];
for await (const file of glob('**/*.ts', { cwd: source })) {
  if (file.endsWith('.test.ts') || file.endsWith('.test-d.ts')) continue;
  for (const imported of importsOf(file)) judge(file, imported);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path]) => normalize(join(dirname(file), path ?? '')));
}

function judge(file: string, imported: string): void {
  const from = ownerOf(file);
  const to = ownerOf(imported);
  if (from === to || to === 'common') return;
  const permitted = allowed[from];
  if (!permitted) return void problems.push(`${file}: the folder ${from} is not in the table of scripts/check-boundaries.ts`);
  if (!permitted.includes('*') && !permitted.includes(to))
    return void problems.push(`${file} imports ${imported}: ${from} may import ${permitted.join(', ') || 'no other folder'}`);
  const isFace = imported === join(to, 'index.ts') || imported === to;
  if (!isFace && !(imported in sideDoors) && from !== 'main.ts')
    problems.push(`${file} imports ${imported}: enter ${to} through ${join(to, 'index.ts')}`);
}

/** The folder below src, or the file's own name at the top. */
function ownerOf(path: string): string {
  return relative('.', path).split(sep)[0] ?? path;
}
