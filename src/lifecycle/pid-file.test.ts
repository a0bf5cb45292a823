import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { identify } from './identity.ts';
import { PidFile, removeStale } from './pid-file.ts';
import { folderOf, readPidFile } from './reading.ts';
import { parseRecord } from './parse.ts';
import type { LifecycleRecord } from './record.ts';

let folder: string;
let path: string;
const opened: PidFile[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pid-file-'));
  path = join(folder, 'server.pid');
});

afterEach(() => {
  for (const file of opened.splice(0)) file.stopKeeping();
  rmSync(folder, { recursive: true, force: true });
});

function recordFor(pid: number, change: Partial<LifecycleRecord> = {}): LifecycleRecord {
  const parsed = parseRecord(JSON.stringify({ schema: 1, pid, generation: 1, state: 'ready', identity: identify(pid) }));
  if ('misfit' in parsed) throw new Error(parsed.misfit);
  return { ...parsed.record, ...change };
}

async function claim(record = recordFor(process.pid)): Promise<PidFile> {
  const file = await PidFile.claim(path, record);
  opened.push(file);
  return file;
}

const deadPid = (): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', '0']);
    child.once('exit', () => resolve(child.pid ?? 0));
  });

/** A server looks after its file when the test lets time pass. */
function holdClock(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
}

describe('the PID file', () => {
  // Windows has no file modes of this kind.
  it.skipIf(process.platform === 'win32')('is published whole, for its owner alone, and leaves no temporary file', async () => {
    await claim();
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(lstatSync(folderOf(path)).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).sort()).toEqual(['server.pid', 'server.pid.d']);
    expect(readPidFile(path)).toMatchObject({ kind: 'record', presence: 'alive', record: { pid: process.pid } });
  });

  it('names the first server to a second one, and stays as it was', async () => {
    await claim(recordFor(process.pid, { url: 'http://127.0.0.1:8000/mcp', transport: 'streamable-http' }));
    const before = readFileSync(path, 'utf8');
    await expect(PidFile.claim(path, recordFor(process.pid))).rejects.toMatchObject({
      code: 'ERR_RECORD_TAKEN',
      message: expect.stringContaining(`PID ${process.pid}, streamable-http at http://127.0.0.1:8000/mcp`) as string,
      hint: expect.stringContaining('--pid-file') as string,
    });
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('is taken over from a dead server', async () => {
    const pid = await deadPid();
    writeFileSync(path, JSON.stringify(recordFor(pid, { identity: { ...identify(process.pid), startTime: '1' } })), { mode: 0o600 });
    await claim();
    expect(readPidFile(path)).toMatchObject({ record: { pid: process.pid } });
  });

  it('is taken over when its number belongs to another process now', async () => {
    const decoy = recordFor(process.ppid, { identity: { ...identify(process.ppid), startTime: '12345' } });
    writeFileSync(path, JSON.stringify(decoy), { mode: 0o600 });
    expect(readPidFile(path)).toMatchObject({ kind: 'record', presence: 'reused' });
    await claim();
    expect(readPidFile(path)).toMatchObject({ presence: 'alive', record: { pid: process.pid } });
  });

  it('is taken over from a server in another PID namespace that shows no life, and refused from one that does', async () => {
    const other = { ...recordFor(1), identity: { ...identify(1), pidNamespace: 'pid:[1]' } };
    const alive = join(folder, 'alive.pid');
    for (const each of [path, alive]) writeFileSync(each, JSON.stringify(other), { mode: 0o600 });
    const beat = setInterval(() => writeFileSync(alive, JSON.stringify(other)), 300);
    const [refused, taken] = await Promise.allSettled([PidFile.claim(alive, recordFor(process.pid)), claim()]);
    clearInterval(beat);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'ERR_RECORD_TAKEN' } });
    expect(taken.status).toBe('fulfilled');
    expect(readPidFile(path)).toMatchObject({ record: { pid: process.pid } });
  });

  // Windows has no file modes of this kind.
  it.skipIf(process.platform === 'win32')('is never believed when it is a link, a folder, open to others, cut off or no record', () => {
    const good = JSON.stringify(recordFor(process.pid));
    writeFileSync(join(folder, 'target'), good, { mode: 0o600 });
    symlinkSync(join(folder, 'target'), path);
    expect(readPidFile(path)).toEqual({ kind: 'unusable', reason: 'is a symbolic link' });
    rmSync(path);
    mkdirSync(path);
    expect(readPidFile(path)).toMatchObject({ kind: 'unusable', reason: 'is a folder, not a regular file' });
    rmSync(path, { recursive: true });
    writeFileSync(path, good, { mode: 0o600 });
    chmodSync(path, 0o666);
    expect(readPidFile(path)).toEqual({ kind: 'unusable', reason: 'is writable by other users' });
    for (const text of ['', good.slice(0, 40), '[]', '{"pid":"7"}', '{"pid":7,"generation":1,"state":"ready"}', '12345\n', 'null']) {
      rmSync(path);
      writeFileSync(path, text, { mode: 0o600 });
      expect(readPidFile(path), text).toMatchObject({
        kind: 'unusable',
        reason: expect.stringContaining('does not hold the record') as string,
      });
    }
  });

  // Windows has no file modes of this kind.
  it.skipIf(process.platform === 'win32')('is not believed when the folder beside it is open to others', async () => {
    await claim();
    chmodSync(folderOf(path), 0o755);
    expect(readPidFile(path)).toMatchObject({ kind: 'unusable', reason: expect.stringContaining('open to other users') as string });
  });

  it('leaves no file of servers that waited for its place and were killed, at no end', async () => {
    const wait = async () => {
      for (const pid of [await deadPid(), process.pid]) writeFileSync(join(folderOf(path), `waiting-${pid}`), '');
    };
    const left = () => (existsSync(folderOf(path)) ? readdirSync(folderOf(path)) : []);
    const file = await claim();
    await wait();
    file.release();
    expect(left()).toEqual([`waiting-${process.pid}`]);
    await claim(recordFor(await deadPid()));
    await wait();
    await removeStale(path);
    expect(left()).toEqual([`waiting-${process.pid}`]);
    await wait();
    await claim();
    expect(left()).toEqual([`waiting-${process.pid}`]);
  });

  it.each([
    ['is a file', () => writeFileSync(folderOf(path), ''), 'is not a directory (remove it'],
    ['is a link', () => symlinkSync(folder, folderOf(path)), 'is not a directory (remove it'],
    ['is open to others', () => chmodSync(folderOf(path), 0o777), 'is open to other users (close it: chmod 700 '],
  ])('whose folder %s says so, and what to do', async (_, spoil, words) => {
    await claim();
    if (!words.includes('chmod')) rmSync(folderOf(path), { recursive: true });
    spoil();
    expect(readPidFile(path)).toMatchObject({
      kind: 'unusable',
      reason: expect.stringContaining(`cannot be used: ${folderOf(path)} ${words}`) as string,
    });
  });

  it('of a newer version is read: unknown keys are passed over, missing ones filled', () => {
    writeFileSync(
      path,
      JSON.stringify({ schema: 9, pid: process.pid, generation: 4, state: 'ready', identity: identify(process.pid), novelty: [1] }),
      { mode: 0o600 },
    );
    expect(readPidFile(path)).toMatchObject({
      kind: 'record',
      presence: 'alive',
      record: { schema: 9, generation: 4, operations: [], url: null },
    });
  });

  it('does not follow a planted link when it publishes', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, path);
    await expect(PidFile.claim(path, recordFor(process.pid))).rejects.toMatchObject({ code: 'ERR_RECORD_UNUSABLE' });
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  it('is removed by the server it describes, never by one that lost its place', async () => {
    const first = await claim();
    const other = recordFor(process.ppid);
    rmSync(path);
    writeFileSync(path, JSON.stringify(other), { mode: 0o600 });
    first.update({ state: 'stopping' });
    first.release();
    expect(first.isOurs).toBe(false);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.ppid, state: 'ready' });
  });

  it('is written again when something deletes it', async () => {
    const file = await claim();
    holdClock();
    file.keep(() => undefined);
    rmSync(path);
    vi.advanceTimersByTime(1_000);
    expect(existsSync(path)).toBe(true);
    expect(readPidFile(path)).toMatchObject({ presence: 'alive', record: { pid: process.pid } });
  });

  it('in a folder that does not exist is refused with the name of that folder', async () => {
    path = join(path, '../absent/server.pid');
    await expect(claim()).rejects.toMatchObject({
      code: 'ERR_RECORD_UNUSABLE',
      message: `the PID file ${path} cannot be written: the folder ${dirname(path)} does not exist`,
    });
  });

  it('that cannot be written stops nothing, and is written as soon as that is possible again', async () => {
    const file = PidFile.adopt(join(folder, 'not-there', 'server.pid'), recordFor(process.pid));
    opened.push(file);
    const told: string[] = [];
    file.update({ generation: 7 });
    expect(file.isPublished).toBe(false);
    holdClock();
    file.keep((message) => told.push(message));
    vi.advanceTimersByTime(2_500);
    expect(told, 'once').toEqual([expect.stringContaining('ENOENT')]);
    mkdirSync(join(folder, 'not-there'));
    vi.advanceTimersByTime(1_000);
    expect(file.isPublished).toBe(true);
    expect(readPidFile(file.path)).toMatchObject({ record: { generation: 7 } });
    rmSync(join(folder, 'not-there'), { recursive: true });
    file.release();
  });

  it('of a new server does not come with what was asked of, or left by, a dead one', async () => {
    writeFileSync(path, JSON.stringify(recordFor(await deadPid(), { identity: identify(0) })), { mode: 0o600 });
    mkdirSync(folderOf(path), { mode: 0o700 });
    for (const name of ['request-1-a.json', 'answer-1-b.json', 'handover-c'])
      writeFileSync(join(folderOf(path), name), 'x', { mode: 0o600 });
    await claim();
    expect(readdirSync(folderOf(path))).toEqual([]);
  });

  it('of a dead server is removed once looked at again, that of a living one is not', async () => {
    await claim();
    expect(await removeStale(path)).toBe(false);
    expect(existsSync(path)).toBe(true);
    writeFileSync(path, JSON.stringify(recordFor(await deadPid(), { identity: identify(0) })), { mode: 0o600 });
    expect(await removeStale(path)).toBe(true);
    expect(existsSync(path)).toBe(false);
  });

  it('is published even where the file system has a file of the same content linked beside it', async () => {
    await claim();
    linkSync(path, join(folder, 'copy'));
    expect(readPidFile(path)).toMatchObject({ kind: 'record' });
  });
});
