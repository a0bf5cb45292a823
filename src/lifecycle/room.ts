/** Memory for a second image: the rehearsal runs one beside this server, and the kernel kills where a cgroup's limit is reached. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const CGROUPS = '/sys/fs/cgroup';
const MIB = 1_024 * 1_024;

/** What the tightest limit above a process leaves, in bytes. */
export interface Room {
  readonly limit: number;
  /** What could still be used under it. */
  readonly left: number;
}

/** The most that a rehearsal was seen to take: a generation that takes over sessions begins with more, which a rehearsal has not. */
const MOST = 64 * MIB;

/**
 * What a second image of the program is expected to take beside this one, in bytes: what this process has in memory that no other
 * shares, when it has just become ready. Linux; null elsewhere.
 */
export function imageMemory(): number | null {
  const found = /^RssAnon:\s+(\d+) kB$/m.exec(readOrNull('/proc/self/status') ?? '');
  return found ? Math.min(MOST, Number(found[1]) * 1_024) : null;
}

/** How a hierarchy of cgroups shows its memory, see cgroups(7). */
interface Layout {
  readonly below: string;
  /** Of the line of /proc/self/cgroup that names this process's group. */
  readonly membership: RegExp;
  readonly limit: string;
  readonly used: string;
  /** Lines of `memory.stat` that count what the kernel would drop. */
  readonly droppable: readonly string[];
}

const LAYOUTS: readonly Layout[] = [
  {
    below: '',
    membership: /^0::(\/.*)$/m,
    limit: 'memory.max',
    used: 'memory.current',
    droppable: ['active_file', 'inactive_file', 'slab_reclaimable'],
  },
  {
    below: 'memory',
    membership: /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(\/.*)$/m,
    limit: 'memory.limit_in_bytes',
    used: 'memory.usage_in_bytes',
    droppable: ['total_active_file', 'total_inactive_file'],
  },
];

/**
 * The cgroup with the least room among those that this process is in; null where none has a limit, or none can be seen. Files that
 * the kernel would drop count as room, and so does swap.
 */
export function findRoom(root: string = CGROUPS, membership = readOrNull('/proc/self/cgroup'), swap = freeSwap()): Room | null {
  const rooms = LAYOUTS.flatMap((layout) => {
    const group = layout.membership.exec(membership ?? '')?.[1];
    return group === undefined
      ? []
      : roomsAbove(join(root, layout.below), group, layout).map((room) => ({ ...room, left: room.left + Math.min(swap, room.swap) }));
  });
  const [least] = rooms.toSorted((one, other) => one.left - other.left);
  return least ? { limit: least.limit, left: least.left } : null;
}

function roomsAbove(top: string, group: string, layout: Layout): GroupRoom[] {
  const rooms: GroupRoom[] = [];
  for (let folder = join(top, group); folder.startsWith(top); folder = dirname(folder)) {
    const room = roomOf(folder, layout);
    if (room) rooms.push(room);
  }
  return rooms;
}

/** Why there is too little memory to rehearse, with both figures; null when there is enough, or it cannot be told. @param needed in bytes */
export function describeShortage(needed: number | null, room: Room | null): string | null {
  if (needed === null || room === null || room.left >= needed) return null;
  const [need, limit, left] = [Math.ceil(needed / MIB), Math.floor(room.limit / MIB), Math.max(0, Math.floor(room.left / MIB))];
  return `too little memory to rehearse: a second image of the program needs ${need} MiB, and the limit of ${limit} MiB leaves ${left} MiB; raise the limit, or stop and start the server`;
}

type GroupRoom = Room & { readonly swap: number };

function roomOf(folder: string, layout: Layout): GroupRoom | null {
  const [limit, used] = [numberIn(folder, layout.limit), numberIn(folder, layout.used)];
  if (limit === null || used === null) return null;
  const stat = new Map((readOrNull(join(folder, 'memory.stat')) ?? '').split('\n').map((line) => line.split(' ', 2) as [string, string]));
  const droppable = layout.droppable.map((name) => Number(stat.get(name) ?? 0));
  return { limit, left: limit - used + droppable.reduce((sum, bytes) => sum + bytes, 0), swap: swapIn(folder) };
}

/** How much swap the group may still use; version 1 does not limit it alone. */
const swapIn = (folder: string): number =>
  Math.max(0, (numberIn(folder, 'memory.swap.max') ?? Infinity) - (numberIn(folder, 'memory.swap.current') ?? 0));

const freeSwap = (): number => Number(/^SwapFree:\s+(\d+) kB$/m.exec(readOrNull('/proc/meminfo') ?? '')?.[1] ?? 0) * 1_024;

/** Null for `max`, and where there is no such file. */
function numberIn(folder: string, name: string): number | null {
  const text = readOrNull(join(folder, name))?.trim() ?? '';
  return /^\d+$/.test(text) ? Number(text) : null;
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
