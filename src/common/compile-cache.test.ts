import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseCompileCache } from './compile-cache.ts';

const STRANGER = 64_003;
const isRoot = process.getuid?.() === 0;
const ownHome = userInfo().homedir;
/** Not where the home of this user is itself refused, as on Windows and below /tmp. */
const isUsable = process.platform !== 'win32' && existsSync(ownHome) && 'folder' in chooseCompileCache(ownHome);

let above: string;
let home: string;
let cache: string;

const makeAll = () => mkdirSync(join(cache, 'v26-x64'), { recursive: true, mode: 0o700 });

beforeEach(() => {
  above = mkdtempSync(join(ownHome, 'compile-cache-test-'));
  home = join(above, 'home');
  cache = join(home, '.cache/zscaler-mcp/compile');
  mkdirSync(home, { mode: 0o700 });
});

afterEach(() => rmSync(above, { recursive: true, force: true }));

describe.skipIf(!isUsable)('the folder of compiled code', () => {
  it('is in the home, closed to others, and used again', () => {
    expect(chooseCompileCache(home)).toEqual({ folder: cache });
    for (const folder of ['.cache', '.cache/zscaler-mcp', '.cache/zscaler-mcp/compile'])
      expect(statSync(join(home, folder)).mode & 0o777).toBe(0o700);
    makeAll();
    writeFileSync(join(cache, 'v26-x64/1f2e'), 'code', { mode: 0o644 });
    expect(chooseCompileCache(`${home}/`)).toEqual({ folder: cache });
  });

  it.each<[string, () => void, RegExp]>([
    ['a home that every user may write', () => chmodSync(home, 0o777), /home can be written/],
    ['a home that every user may add to, as /tmp', () => chmodSync(home, 0o1777), /home can be written/],
    ['a home that a group may write', () => chmodSync(home, 0o770), /home can be written/],
    ['a folder above the home that others may write', () => chmodSync(above, 0o1777), /test-\w+ can be written/],
    ['a .cache that others may write', () => (makeAll(), chmodSync(join(home, '.cache'), 0o777)), /\.cache can be written/],
    ['a cache that others may write', () => (makeAll(), chmodSync(cache, 0o777)), /compile can be written/],
    ["Node.js's own folder in it, that others may write", () => (makeAll(), chmodSync(join(cache, 'v26-x64'), 0o777)), /v26-x64 can be/],
    [
      'a home that is a link',
      () => (rmSync(home, { recursive: true }), mkdirSync(`${home}-real`), symlinkSync(`${home}-real`, home)),
      /home is a link/,
    ],
    [
      'a .cache that is a link',
      () => (mkdirSync(join(above, 'x')), symlinkSync(join(above, 'x'), join(home, '.cache'))),
      /\.cache is a link/,
    ],
    ['a folder in it that is a link', () => (makeAll(), symlinkSync(above, join(cache, 'v27-x64'))), /v27-x64 is a link/],
    [
      'a compiled file that is a link',
      () => (makeAll(), symlinkSync('/etc/passwd', join(cache, 'v26-x64/1f2e'))),
      /1f2e is not a regular file/,
    ],
    [
      'a compiled file that others may write',
      () => (makeAll(), writeFileSync(join(cache, 'v26-x64/1f2e'), ''), chmodSync(join(cache, 'v26-x64/1f2e'), 0o666)),
      /1f2e can be written/,
    ],
    ['a file in the place of a folder', () => writeFileSync(join(home, '.cache'), ''), /\.cache is not a folder/],
    ['a home that is not there', () => rmSync(home, { recursive: true }), /ENOENT/],
  ])('is not used with %s', (_, plant, why) => {
    plant();
    expect(chooseCompileCache(home)).toEqual({ refusal: expect.stringMatching(why) as string });
  });

  it.skipIf(!isRoot).each<[string, () => void, string]>([
    ['the home', () => chownSync(home, STRANGER, STRANGER), 'home'],
    ['a folder above the home', () => chownSync(above, STRANGER, STRANGER), 'compile-cache-test-'],
    ['a folder on the way', () => (makeAll(), chownSync(join(home, '.cache'), STRANGER, STRANGER)), '.cache'],
    ["Node.js's own folder", () => (makeAll(), chownSync(join(cache, 'v26-x64'), STRANGER, STRANGER)), 'v26-x64'],
    [
      'a compiled file',
      () => (makeAll(), writeFileSync(join(cache, 'v26-x64/1f2e'), ''), chownSync(join(cache, 'v26-x64/1f2e'), STRANGER, STRANGER)),
      '1f2e',
    ],
  ])('is not used when %s belongs to another user', (_, plant, name) => {
    plant();
    const why = new RegExp(`${name}\\S* belongs to uid ${STRANGER}`);
    expect(chooseCompileCache(home)).toEqual({ refusal: expect.stringMatching(why) as string });
  });

  it('is not in a home that is no absolute path', () => {
    expect(chooseCompileCache('.')).toHaveProperty('refusal');
  });
});
