/** Checks imports: only allowed folders, through a folder's `index.ts`, and no import cycles. */
import { join } from 'node:path';
import { parseSources, readSources, report, type SourceFile } from './source-files.ts';

/** The folders that each folder may import, in addition to itself and `common`. */
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

/** Files that may be imported directly instead of through their folder's index, with the reason. */
const sideDoors: Readonly<Record<string, string>> = {
  'lifecycle/launch.ts': 'the entry needs it before anything else is loaded',
  'lifecycle/come-back.ts': 'the way back must not need what could not be loaded',
  'settings/env-source.ts': '`status` starts faster without the table of settings',
};

/** One line per import that breaks a rule, and per cycle. */
export function boundaryProblems(files: readonly SourceFile[]): string[] {
  return [
    ...files
      .filter(({ path }) => !path.includes('/') && path !== 'main.ts')
      .map(({ path }) => `${path}: src/ holds main.ts and folders only`),
    ...[...new Set(files.filter(({ path }) => path.includes('/')).map(({ path }) => folderOf(path)))]
      .filter((folder) => !(folder in allowed))
      .map((folder) => `src/${folder}: the folder ${folder} is not in the table of scripts/check-boundaries.ts`),
    ...files.flatMap(({ path, imports }) => imports.flatMap((imported) => importProblems(path, imported))),
    ...circles(files)
      .map((circle) => [...circle, circle[0]].join(' -> '))
      .map((circle) => `${circle}: files import each other in a circle (types count)`),
  ];
}

function importProblems(file: string, imported: string): string[] {
  const from = folderOf(file);
  const to = folderOf(imported);
  if (from === to || to === 'common') return [];
  const permitted = allowed[from];
  if (!permitted) return [];
  if (!permitted.includes('*') && !permitted.includes(to))
    return [`${file} imports ${imported}: ${from} may import ${permitted.join(', ') || 'no other folder'}`];
  const isEntry = imported === `${to}/index.ts` || imported === to || imported in sideDoors || from === 'main.ts';
  return isEntry ? [] : [`${file} imports ${imported}: enter ${to} through ${to}/index.ts`];
}

/** The folder below `src/`, or the file name at the top. */
const folderOf = (path: string): string => path.split('/')[0] ?? path;

/** The shortest cycle through each import that is part of one; each is listed once, starting at its alphabetically first file. */
function circles(files: readonly SourceFile[]): string[][] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const found = new Map<string, string[]>();
  for (const { path, imports } of files) {
    for (const imported of imports) {
      const way = shortestWay(imported, path, importsOf);
      if (!way) continue;
      const first = way.indexOf(way.toSorted()[0] ?? '');
      const circle = [...way.slice(first), ...way.slice(0, first)];
      found.set(circle.join(' '), circle);
    }
  }
  return [...found.values()];
}

/** The shortest path of imports between two files, both included; null if there is none. */
function shortestWay(from: string, to: string, importsOf: ReadonlyMap<string, readonly string[]>): string[] | null {
  const cameFrom = new Map<string, string | null>([[from, null]]);
  for (const file of cameFrom.keys()) {
    if (file === to) {
      const way: string[] = [];
      for (let each: string | null | undefined = file; each; each = cameFrom.get(each)) way.unshift(each);
      return way;
    }
    for (const next of importsOf.get(file) ?? []) if (!cameFrom.has(next)) cameFrom.set(next, file);
  }
  return null;
}

if (import.meta.main) report(boundaryProblems(parseSources(readSources(join(import.meta.dirname, '..')))));
