/** The other servers of the same user, beside the one that commands ask: who waits for its place, and who holds another default place. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { count } from '../common/count.ts';
import type { Found, Whereabouts } from './find-server.ts';
import { readRegularFile } from './files.ts';
import { presenceOf } from './identity.ts';
import { defaultPidFiles, WAITING } from './pid-file.ts';
import { folderOf, readPidFile, suspectFolder } from './reading.ts';
import { parseRecord } from './parse.ts';
import type { LifecycleRecord, Operation, OperationKind } from './record.ts';

/** A living server that the command does not ask. */
export interface OtherServer extends Pick<LifecycleRecord, 'pid' | 'startedAt' | 'transport' | 'url' | 'cwd' | 'state' | 'generation'> {
  /** With it a command asks that server; null: it has none, and only signals reach it. */
  readonly pidFile: string | null;
}

/** Lists the other servers, oldest first. */
export function findOthers({ path, reading }: Found, { pidFile, home }: Whereabouts): readonly OtherServer[] {
  const asked = reading.kind === 'record' ? reading.record.pid : null;
  const places = pidFile === null ? defaultPidFiles(home) : [pidFile];
  const holding = places.flatMap((place) => (place === path ? [] : holderOf(place)));
  const servers = [...holding, ...places.flatMap(waitingFor)].filter(({ pid }) => pid !== asked);
  const byPid = new Map(servers.toReversed().map((server) => [server.pid, server]));
  return [...byPid.values()].toSorted((one, other) => one.startedAt.localeCompare(other.startedAt));
}

function holderOf(place: string): OtherServer[] {
  const reading = readPidFile(place);
  return reading.kind === 'record' && reading.presence === 'alive' ? [describe(reading.record, place)] : [];
}

function waitingFor(place: string): OtherServer[] {
  const folder = folderOf(place);
  try {
    // The folder is closed to others, so what is in it is ours.
    if (suspectFolder(place) !== null) return [];
    return readdirSync(folder)
      .filter((name) => name.startsWith(WAITING))
      .map((name) => join(folder, name))
      .flatMap((path) => readWaiting(path))
      .filter(({ pid, identity }) => presenceOf(pid, identity) === 'alive')
      .map((record) => describe(record, null));
  } catch {
    // No folder, or a server that ended at this moment.
    return [];
  }
}

function readWaiting(path: string): LifecycleRecord[] {
  try {
    const parsed = parseRecord(readRegularFile(path));
    return 'record' in parsed ? [parsed.record] : [];
  } catch {
    // A server that ended at this moment, or what is no file of a server.
    return [];
  }
}

const describe = ({ pid, startedAt, transport, url, cwd, state, generation }: LifecycleRecord, pidFile: string | null): OtherServer => ({
  pid,
  startedAt,
  transport,
  url,
  cwd,
  state,
  generation,
  pidFile,
});

const SIGNALS: Partial<Record<OperationKind, string>> = { reload: 'kill -HUP', restart: 'kill -USR2', stop: 'kill' };

/** Who was asked, and who was not; empty when nobody else runs. */
export function describeCompany(kind: OperationKind, { reading }: Found, others: readonly OtherServer[]): string {
  if (others.length === 0 || reading.kind !== 'record' || reading.presence !== 'alive') return '';
  const { pid, transport, cwd } = reading.record;
  const rest = `not asked: ${others.map((other) => nameOf(other, kind)).join('; ')}`;
  return `${count(others.length + 1, 'server')} of this user run. Asked: PID ${pid} (${transport}, started in ${cwd}); ${rest}`;
}

/** With what asks that one. */
function nameOf({ pid, transport, cwd, pidFile }: OtherServer, kind: OperationKind): string {
  const how = pidFile === null ? `${SIGNALS[kind] ?? 'kill -HUP'} ${pid}` : `--pid-file ${pidFile}`;
  return `PID ${pid} (${transport}, started in ${cwd}: ${how})`;
}

/** In place of "no server is running" where others wait for the place that has become free. */
export function describeHeirs(others: readonly OtherServer[]): string {
  const pids = others.map(({ pid }) => pid).join(', ');
  const who = others.length === 1 ? `PID ${pids} runs and takes` : `PIDs ${pids} run, and one of them takes`;
  return `the server that commands ask has ended; ${who} its place within seconds: try again`;
}

/** The verdict, with who was asked and who was not. */
export const withCompany = (operation: Operation, company: string): Operation =>
  company === '' ? operation : { ...operation, warnings: [...operation.warnings, company] };
