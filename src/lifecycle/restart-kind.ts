/** Which kind of restart the next one will be: found out by loading what it needs. */
import type { Native } from './native.ts';
import type { LifecycleOptions } from './options.ts';
import { isProgramGone } from './program.ts';
import type { LifecycleRecord } from './record.ts';

/**
 * Loads the FFI, and records whether a restart can hand the listening socket over. Once loaded it stays, whatever becomes of
 * its files. Where the whole program is out of reach, nothing is recorded: no restart is done then, with the FFI or without it.
 */
export function tryHandover({ native, keeper }: Pick<LifecycleOptions<unknown>, 'native' | 'keeper'>): Native | null {
  const loaded = native();
  if (loaded === null && isProgramGone(keeper.record)) return null;
  const handover = loaded ? 'descriptor' : 'rebind';
  if (keeper.record.handover !== handover) keeper.update({ handover });
  return loaded;
}

/** What a restart does to connections, to continue a sentence that begins with it. */
export function describeRestart({ transport, url, handover }: Pick<LifecycleRecord, 'transport' | 'url' | 'handover'>): string {
  if (transport === 'stdio') return 'keeps the pipes and the session';
  if (handover !== 'descriptor') return 'opens the socket again: connections are refused for a moment';
  return url?.startsWith('https:')
    ? 'keeps the listening socket; TLS connections end, and their clients connect again'
    : 'keeps the listening socket and idle connections';
}

/** A warning that the restart after this one will be of another kind, because the program on disk lacks the FFI. */
export const LOSES_FFI =
  'the program on disk has no FFI library (koffi): this restart keeps the socket, the one after it opens it again and refuses connections for a moment; install the package with its optional dependencies';
