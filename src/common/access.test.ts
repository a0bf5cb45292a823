import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { danglingTarget, findAbsentPlace, findNonFolder, type ClosedPlace } from './access.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'access-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As another user, in a process of its own: a worker has no user of its own. */
function closedTo(uid: number, path: string): ClosedPlace | null {
  const code = `process.seteuid(${uid}); console.log(JSON.stringify(findClosedPlace(${JSON.stringify(path)})))`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['-e', `import(${JSON.stringify(join(import.meta.dirname, 'access.ts'))}).then(({ findClosedPlace }) => { ${code} })`],
    { encoding: 'utf8' },
  );
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as ClosedPlace | null;
}

describe.skipIf(process.getuid?.() !== 0)('a closed place', () => {
  it('is the first on the way that this user may not pass, links included', () => {
    const real = join(folder, 'real');
    mkdirSync(join(real, 'sub'), { recursive: true });
    symlinkSync(join(real, 'sub'), join(folder, 'link'));
    writeFileSync(join(real, 'sub', 'file'), '');
    chmodSync(folder, 0o711);
    chmodSync(real, 0o700);
    for (const path of [join(real, 'sub', 'file'), join(folder, 'link', 'file')])
      expect(closedTo(4_711, path)).toMatchObject({ place: real, uid: 0, remedy: 'Run this as root.' });
  });

  it('is the file itself, or the folder that it would be created in', () => {
    writeFileSync(join(folder, 'file'), '', { mode: 0o600 });
    chmodSync(folder, 0o755);
    expect(closedTo(4_711, join(folder, 'file'))?.place).toBe(join(folder, 'file'));
    expect(closedTo(4_711, join(folder, 'new'))).toMatchObject({
      place: folder,
      reason: expect.stringContaining('cannot be written by') as string,
    });
  });
});

describe('a path that leads nowhere', () => {
  it('is told by its first part that is not there, or by its link', () => {
    expect(findAbsentPlace(join(folder, 'a', 'b', 'c'))).toMatchObject({ place: join(folder, 'a'), reason: 'is not there' });
    symlinkSync('second', join(folder, 'first'));
    symlinkSync(join(folder, 'none'), join(folder, 'second'));
    expect(danglingTarget(join(folder, 'first'))).toBe(join(folder, 'none'));
    expect(findAbsentPlace(join(folder, 'first', 'x'))?.reason).toBe(`is a link to ${join(folder, 'none')}, which is not there`);
    writeFileSync(join(folder, 'file'), '');
    symlinkSync(join(folder, 'file', 'x'), join(folder, 'through-a-file'));
    expect(danglingTarget(join(folder, 'through-a-file'))).toBe(join(folder, 'file', 'x'));
    for (const path of [folder, join(folder, 'none'), join(folder, 'file', 'x')]) expect(danglingTarget(path)).toBeNull();
  });

  it('through a file is told by that file', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(findNonFolder(join(folder, 'file', 'x', 'y'))).toBe(join(folder, 'file'));
    expect(findNonFolder(join(folder, 'file'))).toBeNull();
  });
});
