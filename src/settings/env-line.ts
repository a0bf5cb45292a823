/**
 * Says in one line where the environment of a server came from: path, label and when it was read; or why nothing was read,
 * and the one thing to do in this situation. Pure: `env-source.ts` finds out the situation.
 */

import type { PlaceKind } from './place-kind.ts';

/** The label for where the `.env` is. */
export type EnvSource = 'live' | 'live (bind-mounted)' | 'fresh-discovery' | 'missing' | 'none';

/** Where the server runs, as far as it decides what an operator can do. */
export interface Place {
  readonly kind: PlaceKind;
  /** The systemd unit whose main process the server is; null if there is none. */
  readonly unit: string | null;
  /** Nothing can be copied to the default place in the container. */
  readonly isReadOnly: boolean;
  /** What is mounted is the directory that holds the file; told where that mount was replaced. */
  readonly isFolderMount?: boolean;
}

/**
 * How the `.env` gets to the place where the server reads it: an ordinary file; through a mounted folder; a mounted single
 * file; one that was replaced on the host while the old one stays mounted; a copy inside a container; a systemd credential; a
 * pipe.
 */
export type EnvOrigin = 'file' | 'mounted-folder' | 'mounted-file' | 'stale' | 'copy' | 'credential' | 'pipe';

/** Why a file that is there is not read, and what to do about it. In a situation the reason completes "it ...". */
export interface EnvObstacle {
  /** The file; not the recorded one if a default place is in the way. */
  readonly path: string;
  readonly reason: string;
  readonly remedy: string;
}

/** Everything that the line depends on, except the command that asks. */
export interface EnvSituation {
  readonly envSource: EnvSource;
  /** The file that the server is bound to; null if it found none. */
  readonly recorded: string | null;
  /** The file that a restart reads; null if there is none. */
  readonly found: string | null;
  readonly candidates: readonly string[];
  /** A link in the place of the recorded file, or at a default place, that leads nowhere; absent if there is none. */
  readonly dangling?: { readonly path: string; readonly target: string; readonly reason: string };
  /** Another file, which a new start would read instead of the recorded one; absent if there is none. */
  readonly preferred?: string;
  /** ISO time at which the values in force were read from the file; null if none were. */
  readonly readAt: string | null;
  readonly obstacle: EnvObstacle | null;
  readonly origin: EnvOrigin;
  readonly place: Place;
  /** Where else values were read from, in words: a secrets manager, files of secrets. Every reload reads them again. */
  readonly otherSources: readonly string[];
}

/** Which command asks, and what it did. */
export interface EnvQuestion {
  /** `status` for everything that did not try to read; `check` for a start while no server runs. */
  readonly by: 'reload' | 'restart' | 'check' | 'status';
  readonly dryRun?: boolean;
  /** ISO time at which the command read the file; null if it read none. */
  readonly readAt?: string | null;
  /** What it read is not valid. */
  readonly isRefused?: boolean;
}

/** The line, for a verdict, a log or `status`. */
export function describeEnvironment(situation: EnvSituation, question: EnvQuestion): string {
  const { envSource } = situation;
  const obstacle = obstacleTo(situation, question.by);
  if (obstacle) {
    const why = situation.obstacle === null ? obstacle.reason : `it ${obstacle.reason}`;
    return `${obstacle.path} (${envSource}), not read: ${why}${kept(situation)}. ${obstacle.remedy}`;
  }
  if (envSource === 'none') return describeNone(situation, question);
  if (envSource === 'missing') return describeMissing(situation, question);
  if (envSource === 'fresh-discovery') return describeDiscovery(situation, question);
  return describePresent(situation, question);
}

/** Why a file that is there may not be read by a reload or restart: a reload of a stale mount would only confirm the old file. */
export function obstacleTo({ obstacle, origin, found, recorded, place }: EnvSituation, by: EnvQuestion['by']): EnvObstacle | null {
  if (obstacle || origin !== 'stale' || by !== 'reload') return obstacle;
  return { path: found ?? recorded ?? '', reason: stale(place), remedy: staleRemedy(place) };
}

/** How to change a setting, for `status`. */
export function adviseOnEnvironment(situation: EnvSituation): string {
  const { envSource, obstacle, origin, found, place } = situation;
  if (obstacle) {
    const refused = envSource === 'fresh-discovery' ? 'a restart' : 'a reload';
    return `${obstacle.path} ${obstacle.reason}: ${refused} is refused. ${obstacle.remedy}`;
  }
  if (envSource === 'none')
    return `No .env was found at ${situation.candidates.join(', ')}${linked(situation)}. ${remedyForNone(situation)}`;
  if (envSource === 'missing' && origin === 'pipe')
    return `${situation.recorded} was a pipe, which cannot be read again; the values read from it stay in force. ${AFTER_PIPE}`;
  if (envSource === 'missing' && origin === 'stale') return staleWarning(situation.recorded ?? '', place);
  if (envSource === 'missing')
    return `${situation.recorded} ${situation.dangling?.reason ?? 'does not exist any more'}; the values last read from it stay in force. ${putBack(situation)}`;
  if (envSource === 'fresh-discovery')
    return `${adopting(place)} picks up ${found}; reload does not read it, because ${whyNotRead(situation)}.`;
  if (origin === 'stale') return staleWarning(found ?? '', place);
  return `To change settings: ${changing(situation)}`;
}

/** The warning about a mounted file that was replaced: the old inode stays mounted. */
export const staleWarning = (path: string, place: Place): string => `${path}: ${stale(place)}. ${staleRemedy(place)}`;

/** The warning about a file in a container that is not mounted. */
export const copyWarning = (path: string): string => `${path} is a copy, not a mount: edits on the host do not reach this copy`;

/** Outside a container, a unit or a namespace may have a mount of its own. */
const stale = ({ kind, isFolderMount = false }: Place): string =>
  `${isFolderMount ? 'the mounted directory was replaced on the host;' : 'the file was replaced on the host;'} ${kind === 'host' ? 'the server' : 'this container'} still sees the old one`;

/** To the second; the fraction is noise to an operator. */
const spellIso = (iso: string): string => iso.replace(/\.\d+Z$/, 'Z');

const kept = ({ readAt }: EnvSituation): string => (readAt === null ? '' : `; what was read at ${spellIso(readAt)} stays in force`);

function describePresent(situation: EnvSituation, { readAt = null }: EnvQuestion): string {
  const { envSource, found, origin, place } = situation;
  const file = `${found} (${envSource})`;
  const instead = situation.preferred === undefined ? '' : `; not ${situation.preferred}, which only a new start would read instead`;
  const lastRead = situation.readAt === null ? 'not read yet' : `last read at ${spellIso(situation.readAt)}`;
  const read = `${readAt === null ? lastRead : `read at ${spellIso(readAt)}`}${instead}`;
  if (origin === 'stale') return `${file}, ${read}, but ${stale(place)}. ${staleRemedy(place)}`;
  if (origin === 'copy' || origin === 'credential') return `${file}, ${read}; ${NATURE[origin]}: ${changing(situation)}`;
  return `${file}, ${read}`;
}

const NATURE = {
  copy: 'a copy inside the container, which edits on the host do not reach',
  credential: 'a copy that systemd made when the unit was started',
} as const;

function describeMissing(situation: EnvSituation, { by }: EnvQuestion): string {
  if (situation.origin === 'stale')
    return `${situation.recorded} (missing), not read: ${stale(situation.place)}${kept(situation)}. ${staleRemedy(situation.place)}`;
  if (by === 'check')
    return `${situation.recorded} (missing), not read: ${situation.dangling === undefined ? 'there is no such file. Create it, or name another one.' : `it ${situation.dangling.reason}. Put ${situation.dangling.target} back, or correct the link.`}`;
  const also = situation.otherSources.length === 0 ? '' : `; ${listed(situation.otherSources)} read again`;
  if (situation.origin === 'pipe')
    return `${situation.recorded} (missing), not read: it was a pipe, which cannot be read again${kept(situation)}${also}. ${AFTER_PIPE}`;
  return `${situation.recorded} (missing), not read: ${situation.dangling === undefined ? 'the file is gone' : `it ${situation.dangling.reason}`}${kept(situation)}${also}. ${putBack(situation)}`;
}

const AFTER_PIPE = 'To change settings without a new start, start the server with a regular file.';

function describeDiscovery(situation: EnvSituation, { by, dryRun = false, readAt = null, isRefused = false }: EnvQuestion): string {
  const { found, recorded, place } = situation;
  if (by !== 'restart' || readAt === null)
    return `${found} (fresh-discovery), not read: ${whyNotRead(situation)}${kept(situation)}. ${adopting(place)} picks it up.`;
  const why =
    recorded === null ? `the server had no .env before${linked(situation)}` : `${recorded} ${situation.dangling?.reason ?? 'is gone'}`;
  if (isRefused) return `${found} (fresh-discovery), read at ${spellIso(readAt)}, and not picked up: it is not valid${kept(situation)}`;
  const picked = dryRun ? 'a restart picks it up' : 'picked up by this restart';
  return `${found} (fresh-discovery), read at ${spellIso(readAt)}: ${picked}, because ${why}`;
}

const whyNotRead = ({ recorded, dangling }: EnvSituation): string =>
  recorded === null
    ? 'the server was started without a .env'
    : `the server was started with ${recorded}, which ${dangling?.reason ?? 'is gone'}`;

/** For a server that had no `.env`: a link that was meant to lead to one. */
const linked = ({ dangling }: EnvSituation): string => (dangling === undefined ? '' : ` (${dangling.path} ${dangling.reason})`);

function describeNone(situation: EnvSituation, { by }: EnvQuestion): string {
  const { otherSources, candidates } = situation;
  if (by === 'check')
    return `no .env (none): there is none at ${candidates.join(', ')}${linked(situation)}. To use one, put it at one of these places, or name it with --dotenv-path.`;
  const remedy = remedyForNone(situation);
  if (otherSources.length === 0)
    return `no .env (none)${linked(situation)}: values come from the environment of the start, which no command changes. ${remedy}`;
  return `no .env (none)${linked(situation)}: values come from the environment of the start and from ${listed(otherSources)}. ${remedy}`;
}

/** Values that the environment of the start supplied; in a container `--env-file` is such a source. */
function remedyForNone({ otherSources, candidates, place }: EnvSituation): string {
  if (otherSources.length > 0)
    return `Change values in ${listed(otherSources)}, then ${reloading(place)}; those of the environment change with a new start alone.`;
  if (place.kind === 'pod') return 'Change the variables in the manifest and apply it: new pods get them.';
  if (place.kind === 'container' && place.isReadOnly)
    return 'An --env-file is read by docker run alone. Recreate the container, with a directory that holds a .env: -v DIRECTORY:/config:ro -e ZSCALER_MCP_DOTENV_PATH=/config/.env.';
  if (place.kind === 'container')
    return 'An --env-file is read by docker run alone. To change settings: docker cp FILE CONTAINER:/app/.env, then docker exec CONTAINER zscaler-mcp restart.';
  if (place.unit !== null) return `Change the variables of the unit, then ${restartingUnit(place.unit)}.`;
  return `To change settings: create ${candidates.find((path) => path !== '/app/.env') ?? candidates[0] ?? '.env'}, then ${restarting(place)}.`;
}

function putBack({ origin, recorded, dangling, place }: EnvSituation): string {
  if (origin === 'credential') return `${capital(restartingUnit(place.unit))}, which makes it again.`;
  const how =
    origin === 'mounted-folder'
      ? place.kind === 'pod'
        ? 'Put it back into what is mounted there (a Secret or ConfigMap), and apply it'
        : 'Put it back on the host, in the mounted directory'
      : origin === 'copy'
        ? `Put it back with ${copying(place, dangling?.target ?? recorded ?? '')}`
        : `Put ${dangling?.target ?? 'it'} back`;
  return `${how}, then ${reloading(place)}.`;
}

/** Completes "To change settings: ...". */
function changing({ origin, found, place }: EnvSituation): string {
  const waiting = place.kind === 'windows' ? '' : '; changes that it lists as waiting need zscaler-mcp restart';
  switch (origin) {
    case 'credential':
      return `edit the file that LoadCredential= names, then ${restartingUnit(place.unit)}.`;
    case 'copy':
      return `${copying(place, found ?? '')}, then ${reloading(place)}.`;
    case 'mounted-folder':
      if (place.kind === 'pod')
        return `change what is mounted there (a Secret or ConfigMap) and apply it; once ${found} has changed, ${reloading(place)}${waiting}.`;
      return `edit ${found} on the host, in the mounted directory, then ${reloading(place)}${waiting}.`;
    case 'mounted-file':
      return `edit the mounted file on the host in place, then ${reloading(place)}${waiting}. If your editor replaces the file, mount its directory (such as /config) instead.`;
    case 'file':
    case 'pipe':
    case 'stale':
      return `edit ${found}, then ${reloading(place)}${waiting}.`;
  }
}

/** The kernel keeps the old file mounted; whatever made the mount must make it again. */
function staleRemedy({ kind, unit, isFolderMount = false }: Place): string {
  const better = isFolderMount ? '' : ' Better, mount the directory.';
  if (kind === 'pod') return 'Delete the pod: the next one mounts the path again. Better, mount the volume without subPath.';
  if (kind === 'container')
    return 'Restart the container (docker restart CONTAINER or podman restart CONTAINER), which mounts the path again.' + better;
  if (unit !== null) return `${capital(restartingUnit(unit))}, which mounts the path again.${better}`;
  return `Mount the path again and start the server again.${better}`;
}

const copying = ({ kind }: Place, path: string): string =>
  kind === 'pod' ? `kubectl cp FILE POD:${path}` : `docker cp FILE CONTAINER:${path}`;

const NEW_START = 'stop the server and let its supervisor start it again';
const reloading = ({ kind }: Place): string => (kind === 'windows' ? NEW_START : 'zscaler-mcp reload');
const restarting = ({ kind }: Place): string => (kind === 'windows' ? NEW_START : 'zscaler-mcp restart');
/** As the subject of a sentence. */
const adopting = ({ kind }: Place): string => (kind === 'windows' ? 'A new start of the server' : 'zscaler-mcp restart');
const restartingUnit = (unit: string | null): string => `systemctl restart ${unit ?? 'UNIT'}`;

/** A command keeps its small letters. */
const capital = (command: string): string => `Run ${command}`;

const listed = (words: readonly string[]): string => words.join(' and ');
