import { mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packHandover, unpackHandover, type Handover } from './handover.ts';
import { loadNative } from './native.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'handover-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const handover = {
  schema: 1,
  generation: 2,
  state: { secret: 'SENTINEL', id: 12_345_678_901_234_567_890n },
} as unknown as Handover<unknown>;
const launchWith = (handover: string) => ({ handover });
const native = () => loadNative({ env: {} });

/** Whether it is an open file in memory: another thread of the tests may have got the same number meanwhile, for something else. */
function isMemory(descriptor: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('/memfd:');
  } catch {
    return false;
  }
}

describe('what is handed over', () => {
  it('says what to do when it is longer than a text can be', () => {
    const state = {
      toJSON: () => {
        throw new RangeError('Invalid string length');
      },
    };
    expect(() => packHandover({ ...handover, state }, null, folder)).toThrow(
      expect.objectContaining({
        code: 'ERR_EXEC_FAILED',
        message: 'what the sessions keep is more than can be handed to the next generation (512 MiB)',
        hint: expect.stringContaining('--end-sessions') as string,
      }),
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  // Windows has no file modes of this kind.
  it.skipIf(process.platform === 'win32')('by file is for its owner alone, read once, and gone', () => {
    const { value } = packHandover(handover, null, folder);
    const [name = ''] = readdirSync(folder);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(value).not.toContain('SENTINEL');
    expect(unpackHandover(launchWith(value))).toEqual(handover);
    expect(readdirSync(folder)).toEqual([]);
    expect(() => unpackHandover(launchWith(value))).toThrow(/cannot be used/);
  });

  it.runIf(process.platform === 'linux')('by descriptor never has a name, and the descriptor is closed as it is read', () => {
    const { value } = packHandover(handover, native(), folder);
    const descriptor = value.split(':').at(-1) ?? '';
    expect(readdirSync(folder)).toEqual([]);
    expect(isMemory(descriptor)).toBe(true);
    expect(unpackHandover(launchWith(value))).toEqual(handover);
    expect(isMemory(descriptor)).toBe(false);
  });

  it.each([true, false])('leaves nothing when it is discarded (file: %s)', (byFile) => {
    const { value, discard } = packHandover(handover, byFile ? null : native(), folder);
    discard();
    expect(readdirSync(folder)).toEqual([]);
    if (!byFile) expect(isMemory(value.split(':').at(-1) ?? '')).toBe(false);
  });

  it('is meant for one process and one generation', () => {
    const { value } = packHandover(handover, null, folder);
    const [way = '', pid = '', start = '', generation = '', ...rest] = value.split(':');
    const other = (...parts: string[]) => unpackHandover(launchWith([...parts, ...rest].join(':')));
    expect(other(way, String(Number(pid) + 1), start, generation)).toBeNull();
    expect(other(way, pid, '1', generation)).toBeNull();
    expect(unpackHandover({ handover: null })).toBeNull();
    expect(() => other(way, pid, start, '3')).toThrow(/another generation/);
  });
});
