import { expect, test } from 'vitest';
import { boundaryProblems } from './check-boundaries.ts';
import { parseSources } from './source-files.ts';

const problems = (files: Readonly<Record<string, string>>) => boundaryProblems(parseSources(new Map(Object.entries(files))));

/** Two folders and the entry, without a violation. */
const clean = {
  'main.ts': "import { start } from './server/start.ts'; start();",
  'server/start.ts': "import type { Settings } from '../settings/index.ts'; export const start = (): Settings => ({});",
  'settings/index.ts': "export type { Settings } from './table.ts';",
  'settings/table.ts': "import { same } from '../common/same.ts'; export type Settings = object; export const row = same({});",
  'common/same.ts':
    '/** import("../server/start.ts") */ export const same = <T>(it: T): T => it; export const text = "from \'../server/start.ts\'";',
};

test('files that import each other one way pass, whatever comments and strings hold', () => expect(problems(clean)).toEqual([]));

test.each([
  ['by a type', "import type { Settings } from './index.ts';"],
  ['by one type of several names', "import {\n  // the type\n  type Settings,\n} from './index.ts';"],
  ['by a type within an expression', "export type Row = import('./index.ts').Settings;"],
  ['by a dynamic import', "export const load = () => import('./index.ts');"],
  ['by a dynamic import of a template', 'export const load = () => import(`./index.ts`);'],
  ['by a re-export', "export { other } from './index.ts';"],
  ['by all exports', "export * from './index.ts';"],
  ['for its effects', "import './index.ts';"],
])('a circle of two files is named: %s', (_how, line) =>
  expect(problems({ ...clean, 'settings/table.ts': line })).toEqual([
    'settings/index.ts -> settings/table.ts -> settings/index.ts: files import each other in a circle (types count)',
  ]),
);

test('a circle of three files in three folders is named once', () =>
  expect(
    problems({
      'server/a.ts': "import '../settings/index.ts';",
      'settings/index.ts': "import '../secrets/index.ts';",
      'secrets/index.ts': "export const back = () => import('../server/a.ts');",
    }).filter((problem) => problem.includes('circle')),
  ).toEqual([
    'secrets/index.ts -> server/a.ts -> settings/index.ts -> secrets/index.ts: files import each other in a circle (types count)',
  ]));

test('two circles through one file are both named, and a file that imports itself', () =>
  expect(
    problems({
      'settings/index.ts': "import './a.ts'; import './b.ts'; import './index.ts';",
      'settings/a.ts': "import './index.ts';",
      'settings/b.ts': "import './index.ts';",
    }).map((problem) => problem.split(':')[0]),
  ).toEqual([
    'settings/a.ts -> settings/index.ts -> settings/a.ts',
    'settings/b.ts -> settings/index.ts -> settings/b.ts',
    'settings/index.ts -> settings/index.ts',
  ]));

test.each([
  [
    'a folder that may not be imported',
    'settings/table.ts',
    "import type { Start } from '../server/index.ts';",
    'settings may import no other folder',
  ],
  [
    'a folder past its index',
    'server/start.ts',
    "import type { Settings } from '../settings/table.ts';",
    'enter settings through settings/index.ts',
  ],
  ['a folder that the table lacks', 'more/index.ts', "import '../settings/index.ts';", 'the folder more is not in the table'],
  ['a folder that the table lacks and that imports nothing', 'more/index.ts', '', 'the folder more is not in the table'],
  ['a loose file in src/', 'app.ts', '', 'src/ holds main.ts and folders only'],
])('%s is named', (_what, path, text, words) => expect(problems({ ...clean, [path]: text })).toEqual([expect.stringContaining(words)]));
