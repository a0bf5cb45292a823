import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderNotices } from './notices.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'notices-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Creates a package and returns the path of one of its modules. */
function install(name: string, manifest: Readonly<Record<string, unknown>>, files: Readonly<Record<string, string>>): string {
  const home = join(folder, 'node_modules', name);
  const all = { ...files, 'package.json': JSON.stringify({ name, version: '1.0.0', ...manifest }), 'lib/index.js': '' };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  return join(home, 'lib/index.js');
}

describe('the notices of the bundle', () => {
  it('hold each package once, by name, with its licence and notice', () => {
    const modules = [
      install('zebra', { license: 'ISC' }, { 'LICENSE.md': 'text of zebra' }),
      install(
        '@scope/ant',
        { license: '(MIT OR GPL-3.0)' },
        { licence: 'text of ant', NOTICE: 'notice of ant', 'other.txt': 'something else' },
      ),
    ];
    const text = renderNotices([...modules, ...modules, join(folder, 'src/main.ts'), '\0rolldown/runtime.js']);
    expect(text.match(/^(?:zebra|@scope\/ant) .*$/gm)).toEqual(['@scope/ant 1.0.0 ((MIT OR GPL-3.0))', 'zebra 1.0.0 (ISC)']);
    expect(text).toMatch(/notice of ant[^]*text of ant[^]*text of zebra/);
    expect(text).not.toContain('something else');
  });

  it.each([
    ['a licence that is not on the list', { license: 'GPL-3.0' }, { LICENSE: 'text' }, /bad 1\.0\.0: the licence "GPL-3\.0"/],
    ['a licence of which only one half is on the list', { license: 'MIT AND GPL-3.0' }, { LICENSE: 'text' }, /bad 1\.0\.0: the licence/],
    ['no licence at all', {}, { LICENSE: 'text' }, /bad 1\.0\.0: the licence ""/],
    ['no text of its licence', { license: 'MIT' }, { NOTICE: 'notice' }, /bad 1\.0\.0: holds no text/],
  ])('are not made for a package with %s', (_, manifest, files, message) => {
    const modules = [install('good', { license: 'MIT' }, { LICENSE: 'text' }), install('bad', manifest, files)];
    expect(() => renderNotices(modules)).toThrow(message);
  });
});
