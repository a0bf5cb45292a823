import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify } from './identity.ts';
import { acquireLock, lockHolder, tryLock, withLock } from './lock.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lock-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the lock', () => {
  it('is held by one at a time and names its holder', async () => {
    const lock = await acquireLock(folder, 0);
    expect(lockHolder(folder)).toBe(process.pid);
    await expect(acquireLock(folder, 30)).rejects.toMatchObject({ code: 'ERR_LOCK_BUSY' });
    lock.release();
    expect(lockHolder(folder)).toBeNull();
    (await acquireLock(folder, 0)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a dead holder is broken, once', async () => {
    const pid = await new Promise<number>((resolve) => {
      const child = spawn(process.execPath, ['-e', '0']);
      child.once('exit', () => resolve(child.pid ?? 0));
    });
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid, identity: { ...identify(process.pid), startTime: '5' }, nonce: 'x' }));
    const lock = await acquireLock(folder, 2_000);
    expect(lockHolder(folder)).toBe(process.pid);
    expect(tryLock(folder)).toBeNull();
    lock.release();
  });

  it('is broken by one alone, who may die meanwhile; how old a file looks counts for nothing', async () => {
    const dead = { pid: process.pid, identity: { ...identify(process.pid), startTime: '5' }, nonce: 'x' };
    const guard = join(folder, 'lock.break');
    writeFileSync(join(folder, 'lock'), JSON.stringify(dead));
    writeFileSync(guard, JSON.stringify({ ...dead, identity: identify(process.pid) }));
    utimesSync(guard, 0, 0);
    await expect(acquireLock(folder, 100)).rejects.toMatchObject({ code: 'ERR_LOCK_BUSY' });
    writeFileSync(guard, JSON.stringify(dead));
    const later = Date.now() / 1_000 + 86_400;
    utimesSync(guard, later, later);
    (await acquireLock(folder, 2_000)).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not released by one who no longer holds it', async () => {
    const lock = await acquireLock(folder, 0);
    rmSync(join(folder, 'lock'));
    const next = await acquireLock(folder, 0);
    lock.release();
    expect(lockHolder(folder)).toBe(process.pid);
    next.release();
  });

  it('lets twenty rivals in one after the other', async () => {
    let inside = 0;
    let most = 0;
    let entered = 0;
    const visit = () =>
      withLock(folder, 10_000, async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 2));
        inside--;
        entered++;
      });
    await Promise.all(Array.from({ length: 20 }, visit));
    expect([most, entered]).toEqual([1, 20]);
  });
});
