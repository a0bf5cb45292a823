/** The program that a restart runs. It is looked up each time, so that a replaced one is found. */
import { createHash } from 'node:crypto';
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readNamedFile } from '../common/named-file.ts';
import type { Launch } from './launch.ts';
import { findInterpreter } from './names.ts';
import type { LifecycleRecord } from './record.ts';

/** What an exec needs. */
export interface Program {
  /** Of the executable. */
  readonly path: string;
  /** Whole argument vector, argv0 included. */
  readonly argv: readonly string[];
}

/** What a restart would execute now: a moved link leads to the new version. */
export function findProgram(launch: Launch): Program {
  return { path: findInterpreter(launch), argv: commandLine(launch, launch.entry) };
}

/**
 * The argument vector that starts the program by the given file.
 * @param entry empty for `node --eval`, whose code is among the options; the dashes keep our arguments from being read as options of Node.js
 */
export const commandLine = ({ argv0, execArgv, argv }: Launch, entry: string): string[] =>
  entry === '' ? [argv0, ...execArgv, '--', ...argv] : [argv0, ...execArgv, entry, ...argv];

/** The record that names the program may be a stranger's. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Hexadecimal SHA-256 over the .js, .ts and .json files in the entry's folder as they are now; null when they cannot be read. */
export function digestProgram(entry: string): string | null {
  try {
    const folder = dirname(realpathSync(entry));
    const hash = createHash('sha256');
    for (const file of programFiles(folder))
      hash
        .update(file)
        .update('\0')
        .update(readNamedFile(join(folder, file), MAX_FILE_BYTES).bytes)
        .update('\0');
    return hash.digest('hex');
  } catch {
    return null;
  }
}

/**
 * A hash over size, inode and times of the same files: cheaper than `digestProgram`, because nothing is read. The same trace
 * means the same digest; a different trace may come with the same digest. Null when the files cannot be examined.
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

/** Whether a restart of the recorded process would run another executable than it runs now. Linux; null elsewhere. */
export function isInterpreterReplaced(record: LifecycleRecord): boolean | null {
  const { pid, interpreter, argv0 = interpreter, searchPath = null, cwd } = record;
  const path = findInterpreter({ argv0, searchPath, cwd, execPath: interpreter });
  try {
    const [running, there] = [statSync(`/proc/${pid}/exe`), statSync(path)];
    return running.dev !== there.dev || running.ino !== there.ino;
  } catch {
    return null;
  }
}

type Recorded = Pick<LifecycleRecord, 'program' | 'argv' | 'cwd'>;

/** The path of the recorded program; null for `node --eval`, which has none. */
export function programPathOf({ program, argv: [first], cwd }: Recorded): string | null {
  const entry = program ?? first ?? '';
  return entry === '' ? null : resolve(cwd, entry);
}

/** Whether there is nothing at the path of the recorded program. */
export function isProgramGone(record: Recorded): boolean {
  const path = programPathOf(record);
  if (path === null) return false;
  try {
    statSync(path);
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

/**
 * The trace of everything that a restart would run, interpreter included: two equal ones mean that nothing has changed in
 * between. Nothing is read, because clients wait meanwhile. Null when the files cannot be examined.
 */
export function traceProgram(launch: Launch): string | null {
  const files = traceFiles(launch.main);
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
