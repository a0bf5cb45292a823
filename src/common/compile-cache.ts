/** Where compiled code of earlier starts may be kept: what is in that folder is run, as the user who starts the program. */
import { lstatSync, mkdirSync, readdirSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';

/** The folder, made if it is not there, or why there is none. */
export type CompileCache = { readonly folder: string } | { readonly refusal: string };

/**
 * Chooses a folder in the home that nobody but this user and root can have put anything in: every folder on the way to it is theirs,
 * no link, and closed to the writing of others; with the sticky bit, too, since others may add to such a folder.
 */
export function chooseCompileCache(home: string): CompileCache {
  if (!isAbsolute(home)) return { refusal: 'the home is not an absolute path' };
  const root = normalize(home).replace(/(?<=.)\/$/, '');
  const own = ['.cache', 'zscaler-mcp', 'compile'].reduce<string[]>((all, name) => [...all, join(all.at(-1) ?? root, name)], []);
  try {
    for (const folder of waysTo(root)) refuseUnsafe(folder, lstatSync(folder));
    for (const folder of own) refuseUnsafe(folder, lstatSync(folder, { throwIfNoEntry: false }) ?? make(folder));
    const folder = own.at(-1) ?? root;
    refuseForeign(folder);
    return { folder };
  } catch (error) {
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
}

const waysTo = (path: string): string[] => (path === dirname(path) ? [path] : [...waysTo(dirname(path)), path]);

function make(folder: string): Stats {
  mkdirSync(folder, { mode: 0o700 });
  return lstatSync(folder);
}

function refuseUnsafe(path: string, stats: Stats): void {
  if (stats.isSymbolicLink()) throw new Error(`${path} is a link`);
  if (!stats.isDirectory()) throw new Error(`${path} is not a folder`);
  refuseOthers(path, stats);
}

function refuseOthers(path: string, { uid, mode }: Stats): void {
  if (uid !== 0 && uid !== process.geteuid?.()) throw new Error(`${path} belongs to uid ${uid}`);
  if ((mode & 0o022) !== 0) throw new Error(`${path} can be written by other users`);
}

/** What others may have put there while they could: Node.js keeps a folder for each of its versions, with the compiled files in it. */
function refuseForeign(folder: string): void {
  for (const version of readdirSync(folder)) {
    const path = join(folder, version);
    refuseUnsafe(path, lstatSync(path));
    for (const name of readdirSync(path)) {
      const stats = lstatSync(join(path, name));
      if (!stats.isFile()) throw new Error(`${join(path, name)} is not a regular file`);
      refuseOthers(join(path, name), stats);
    }
  }
}
