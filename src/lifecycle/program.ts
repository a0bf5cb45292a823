/** The program that a restart runs: found anew each time, so that a replaced one is picked up. */
import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Launch } from './launch.ts';

export interface Program {
  readonly path: string;
  /** Whole argument vector, argv0 included. */
  readonly argv: readonly string[];
}

/** `argv0` if it is a path (a moved link leads to the new version), else the interpreter that runs now. */
export function findProgram(launch: Launch): Program {
  const byName = launch.argv0.includes('/') ? resolve(launch.cwd, launch.argv0) : null;
  const path = byName !== null && isExecutable(byName) ? byName : launch.execPath;
  return { path, argv: [launch.argv0, ...launch.execArgv, launch.entry, ...launch.argv] };
}

/** SHA-256 over the program files as they are on disk now; null when they cannot be read. */
export function digestProgram(entry: string): string | null {
  try {
    const folder = dirname(realpathSync(entry));
    const hash = createHash('sha256');
    for (const file of programFiles(folder))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(folder, file)))
        .update('\0');
    return hash.digest('hex');
  } catch {
    return null;
  }
}

/**
 * Differs whenever one of the program's files was written, replaced or moved, which a look at each tells without reading it.
 * The same trace means the same digest; another trace may. Null when it cannot be looked at.
 */
export function traceFiles(entry: string): string | null {
  try {
    const folder = dirname(realpathSync(entry));
    const hash = createHash('sha256');
    for (const file of programFiles(folder)) hash.update(`${file}\0${traceOf(join(folder, file))}\0`);
    return hash.digest('hex');
  } catch {
    return null;
  }
}

/** Whether a process runs another Node.js than the one at that path now; null when the system does not tell. */
export function isInterpreterReplaced(pid: number, path: string): boolean | null {
  try {
    const [running, there] = [statSync(`/proc/${pid}/exe`), statSync(path)];
    return running.dev !== there.dev || running.ino !== there.ino;
  } catch {
    return null;
  }
}

/**
 * Tells whether what a restart would run is still what was there before, interpreter included. Cheaper than the digest,
 * since clients wait meanwhile. Null when it cannot be looked at.
 */
export function traceProgram(launch: Launch): string | null {
  const files = traceFiles(launch.entry);
  try {
    return files === null ? null : `${traceOf(findProgram(launch).path)}\n${files}`;
  } catch {
    return null;
  }
}

function traceOf(path: string): string {
  const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
  return [path, dev, ino, size, mtimeMs, ctimeMs].join(' ');
}

const programFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(js|ts|json)$/.test(file))
    .sort();

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
