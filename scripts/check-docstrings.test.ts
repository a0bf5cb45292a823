import { expect, test } from 'vitest';
import { docstringProblems } from './check-docstrings.ts';
import { parseSources } from './source-files.ts';

const check = (files: Readonly<Record<string, string>>) => docstringProblems(parseSources(new Map(Object.entries(files))));

test('what an index exports is followed to its declaration, where a docstring must stand', () =>
  expect(
    check({
      'http/index.ts': "/** The folder. */\nexport { open, shut as close } from './front.ts';\nexport type { Front } from './between.ts';",
      'http/between.ts': "import type { Front } from './front.ts';\nexport type { Front };",
      'http/front.ts':
        '/** The file. */\n\nexport function open(): void {}\n// a note\nexport const shut = 1;\n/** Listens. */\nexport interface Front {}\nexport const inner = 1;',
    }),
  ).toEqual({ total: 3, problems: ['http/front.ts:3: open has no docstring', 'http/front.ts:5: close has no docstring'] }));

test('all exports of common/ count, and a name that is declared nowhere', () =>
  expect(
    check({
      'common/a.ts': "/** The file. */\nimport 'node:fs';\n/** One. */\nexport const one = 1;\nexport class Two {}",
      'http/index.ts': "export { lost } from './front.ts';",
      'http/front.ts': '',
    }),
  ).toEqual({
    total: 3,
    problems: ['common/a.ts:5: Two has no docstring', 'http/index.ts: lost, which is declared nowhere, has no docstring'],
  }));
