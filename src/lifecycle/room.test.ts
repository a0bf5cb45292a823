import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeShortage, findRoom, imageMemory } from './room.ts';

const MIB = 1_024 * 1_024;

interface Group {
  readonly max: number | 'max';
  readonly current: number;
  readonly files?: number;
}

/** A tree of cgroups as the kernel shows it; figures in MiB. */
function makeGroups(groups: Readonly<Record<string, Group>>): string {
  const root = mkdtempSync(join(tmpdir(), 'zscaler-mcp-cgroup-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, { max, current, files = 0 }] of Object.entries(groups)) {
    const folder = join(root, path);
    mkdirSync(folder, { recursive: true });
    const bytes = (size: number | 'max') => (size === 'max' ? 'max\n' : `${size * MIB}\n`);
    writeFileSync(join(folder, 'memory.max'), bytes(max));
    writeFileSync(join(folder, 'memory.current'), bytes(current));
    writeFileSync(join(folder, 'memory.stat'), `anon 1\nfile 1\ninactive_anon 7\nactive_file ${files * MIB}\ninactive_file 0\n`);
  }
  return root;
}

it.each<[string, string | null, Readonly<Record<string, Group>>, [number, number] | null]>([
  ['its own limit', '0::/pod/app\n', { 'pod/app': { max: 70, current: 50 } }, [70, 20]],
  ['files count as room', '0::/pod/app\n', { 'pod/app': { max: 70, current: 50, files: 15 } }, [70, 35]],
  ['a tighter limit above', '0::/pod/app\n', { 'pod/app': { max: 70, current: 10 }, pod: { max: 90, current: 80 } }, [90, 10]],
  ['the root of a container', '0::/\n', { '': { max: 64, current: 44 } }, [64, 20]],
  ['beside hierarchies of version 1', '5:cpu:/x\n0::/app\n', { app: { max: 64, current: 70 } }, [64, -6]],
  ['no limit', '0::/app\n', { app: { max: 'max', current: 50 } }, null],
  ['a group that cannot be seen', '0::/../other\n', { app: { max: 64, current: 50 } }, null],
  ['no cgroups', null, {}, null],
])('finds the room for a second image: %s', (_, membership, groups, expected) => {
  const room = findRoom(makeGroups(groups), membership, 0);
  expect(room && [room.limit / MIB, room.left / MIB]).toEqual(expected);
});

it('names both figures when there is too little, and nothing when there is enough or it cannot be told', () => {
  const room = { limit: 70 * MIB, left: 20.9 * MIB };
  expect(describeShortage(40.2 * MIB, room)).toContain('needs 41 MiB, and the limit of 70 MiB leaves 20 MiB');
  expect(describeShortage(40 * MIB, { ...room, left: -3 })).toContain('leaves 0 MiB');
  expect([describeShortage(20 * MIB, room), describeShortage(null, room), describeShortage(40 * MIB, null)]).toEqual([null, null, null]);
});

it('reads cgroups of version 1 too', () => {
  const root = makeGroups({});
  const folder = join(root, 'memory/app');
  mkdirSync(folder, { recursive: true });
  const files = {
    limit_in_bytes: `${64 * MIB}\n`,
    usage_in_bytes: `${50 * MIB}\n`,
    stat: `total_active_file ${MIB}\ntotal_inactive_file ${MIB}\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `memory.${name}`), text);
  expect(findRoom(root, '9:name=x:/\n4:memory:/app\n0::/\n', 0)).toEqual({ limit: 64 * MIB, left: 16 * MIB });
  expect(findRoom(root, '5:cpu,memory:/app\n', 10 * MIB), 'with swap').toEqual({ limit: 64 * MIB, left: 26 * MIB });
});

it.skipIf(process.platform !== 'linux')('expects of a second image what this one takes', () => {
  expect(imageMemory()).toBeGreaterThan(MIB);
  expect(imageMemory()).toBeLessThanOrEqual(64 * MIB);
});
