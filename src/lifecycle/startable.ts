/** Whether the program of a server could be executed again: what of it is missing or closed, and what to do about it. */
import { accessSync, constants, statSync, type Stats } from 'node:fs';
import { findAbsentPlace, findClosedPlace } from '../common/access.ts';
import type { Problem } from '../common/problem.ts';
import type { Launch } from './launch.ts';
import { findInterpreter } from './names.ts';

/** What a start needs: how Node.js, the program and the directory are named. `main` is empty for `node --eval`. */
export type StartNeeds = Pick<Launch, 'argv0' | 'searchPath' | 'execPath' | 'cwd' | 'main'>;

/** What is in the way of a start. */
interface Obstacle {
  readonly file: string;
  /** `working directory`, `Node.js` or `program`. */
  readonly what: string;
  /** Continues a sentence that begins with what it is. */
  readonly reason: string;
  /** Continues it after a semicolon. */
  readonly remedy: string;
}

/** The first thing that is in the way; null when nothing that can be seen is. */
export function findStartObstacle(needs: StartNeeds): Obstacle | null {
  const { cwd, main } = needs;
  const node = findInterpreter(needs);
  return (
    obstacleAt('working directory', cwd, { isDirectory: true, access: constants.X_OK }) ??
    obstacleAt('Node.js', node, { isDirectory: false, access: constants.X_OK }) ??
    (main === '' ? null : obstacleAt('program', main, { isDirectory: false, access: constants.R_OK }))
  );
}

/** The same for a server by its record: `the Node.js /usr/bin/node is not there any more; put it back`; null when nothing is in the way. */
export function explainStartObstacle(needs: StartNeeds): string | null {
  const obstacle = findStartObstacle(needs);
  return obstacle === null ? null : `the ${obstacle.what} ${obstacle.file} ${obstacle.reason}; ${obstacle.remedy}`;
}

/** For `check`. */
export function problemOfStart(needs: StartNeeds): Problem | null {
  const obstacle = findStartObstacle(needs);
  if (obstacle === null) return null;
  const { file, what, reason, remedy } = obstacle;
  return {
    setting: null,
    file,
    line: null,
    message: `the ${what} of the server ${reason}`,
    hint: `${remedy[0]?.toUpperCase()}${remedy.slice(1)}.`,
  };
}

interface Wanted {
  readonly isDirectory: boolean;
  /** Of `access`(2). */
  readonly access: number;
}

function obstacleAt(what: string, file: string, { isDirectory, access }: Wanted): Obstacle | null {
  try {
    if (statSync(file).isDirectory() !== isDirectory)
      return { file, what, reason: isDirectory ? 'is not a directory any more' : 'has become a directory', remedy: 'put it back' };
    accessSync(file, access);
    return null;
  } catch (error) {
    return { file, what, ...explain(file, access, error as NodeJS.ErrnoException) };
  }
}

function explain(file: string, access: number, { code = '' }: NodeJS.ErrnoException): Pick<Obstacle, 'reason' | 'remedy'> {
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const link = findAbsentPlace(file);
    return link?.reason.startsWith('is a link')
      ? { reason: `is behind ${link.place}, which ${link.reason}`, remedy: asClause(link.remedy) }
      : { reason: 'is not there any more', remedy: 'put it back' };
  }
  if (code !== 'EACCES') return { reason: `cannot be used (${code})`, remedy: 'put it back' };
  const stats = statsOf(file);
  const right = access === constants.X_OK ? 'x' : 'r';
  if (stats?.isFile() && access === constants.X_OK)
    return (stats.mode & 0o111) === 0o111
      ? { reason: 'may not be executed', remedy: 'look whether its file system is mounted with noexec' }
      : { reason: 'may not be executed', remedy: `run chmod a+x ${file}` };
  const closed = findClosedPlace(file);
  const who = `uid ${process.geteuid?.() ?? 'unknown'}`;
  return closed === null
    ? { reason: `is out of reach of ${who}`, remedy: 'look for what forbids it, such as SELinux or AppArmor' }
    : {
        reason: closed.place === file ? closed.reason : `is out of reach: ${closed.place} ${closed.reason}`,
        remedy: `run chmod a+${closed.place === file ? right : 'x'} ${closed.place}`,
      };
}

function statsOf(file: string): Stats | null {
  try {
    return statSync(file);
  } catch {
    return null;
  }
}

const asClause = (sentence: string): string => `${sentence[0]?.toLowerCase()}${sentence.slice(1)}`.replace(/\.$/, '');
