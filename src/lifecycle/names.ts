/** Paths by the names that an operator uses: links are kept, so that a link that moves (`current`) leads to what it leads to then. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join, relative, resolve } from 'node:path';

/**
 * The working directory by the shell's name for it (PWD) if that leads to the same place, else by its real path. `process.cwd()`
 * throws when the directory has been deleted.
 */
export function workingDirectory(pwd: string | undefined): string {
  let real: string;
  try {
    real = process.cwd();
  } catch {
    return pwd ?? '/';
  }
  return pwd?.startsWith('/') && isSamePlace(pwd, '.') ? resolve(pwd) : real;
}

/**
 * A file below the working directory, whose absolute path was made from the directory's real path, by the directory's name.
 * @param given the relative path that it was made from; empty when that is not known
 */
export function asNamed(absolute: string, cwd: string, given: string): string {
  const inside = given === '' ? relative(resolveLinks(cwd), absolute) : given;
  const named = resolve(cwd, inside);
  // The folders are compared: `node dist/main` names no file.
  return isSamePlace(dirname(named), dirname(absolute)) ? named : absolute;
}

/**
 * The name of a file, links resolved, that was reached by one of the paths given: the path itself, with `.js` added as
 * `node dist/main` does, or, where a launcher at that path loaded it, the same link above both. Itself when no path leads there.
 */
export function findByName(file: string, given: readonly string[], cwd: string): string {
  const named = given.filter(Boolean).map((path) => resolve(cwd, path));
  const exact = named.flatMap((path) => [path, `${path}.js`]).find((path) => resolveLinks(path) === file);
  return exact ?? named.map((path) => besideLauncher(file, path)).find((path) => path !== null) ?? file;
}

function besideLauncher(file: string, launcher: string): string | null {
  for (let folder = dirname(launcher); folder !== dirname(folder); folder = dirname(folder)) {
    const real = resolveLinks(folder);
    if (file.startsWith(`${real}/`)) return join(folder, relative(real, file));
  }
  return null;
}

/** How an interpreter was named, and which one it was. */
interface InterpreterName {
  readonly argv0: string;
  readonly cwd: string;
  readonly searchPath: string | null;
  readonly execPath: string;
}

/** PATH, if a search on it for a bare `argv0` leads to the interpreter that runs: a launcher may set any `argv0`. */
export function searchPath({ path, ...name }: Omit<InterpreterName, 'searchPath'> & { readonly path: string | undefined }): string | null {
  if (!path || name.argv0.includes('/')) return null;
  const found = search({ ...name, searchPath: path });
  return found !== null && isSamePlace(found, name.execPath) ? path : null;
}

/** The interpreter that its name leads to now: `argv0` if it is an executable path or is found on PATH again, else the one that runs. */
export function findInterpreter(name: InterpreterName): string {
  const { argv0, cwd, searchPath: path, execPath } = name;
  if (!argv0.includes('/')) return path === null ? execPath : (search(name) ?? execPath);
  const byName = resolve(cwd, argv0);
  return isExecutable(byName) ? byName : execPath;
}

/** Whether its name leads to the interpreter that runs: `argv0` may be a script that executes another file. */
export const isNamedAsRunning = (name: InterpreterName): boolean => isSamePlace(findInterpreter(name), name.execPath);

/** As a shell does; an empty place on PATH is the working directory. */
function search({ argv0, cwd, searchPath: path }: Omit<InterpreterName, 'execPath'>): string | null {
  const places = (path ?? '').split(delimiter).map((folder) => resolve(cwd, folder, argv0));
  return places.find((place) => isExecutable(place) && statSync(place).isFile()) ?? null;
}

/** Whether this process may execute the file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function resolveLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isSamePlace(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one, { bigint: true }), statSync(other, { bigint: true })];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}
