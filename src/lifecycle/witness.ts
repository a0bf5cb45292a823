/** A `stop` that waits for the end leaves its name beside the PID file, so that the server does not end before it has read the last record. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFile, inFolder, readRegularFile, removeIfThere } from './files.ts';
import { identify, isIdentity, isPid, presenceOf, type Identity } from './identity.ts';
import { newOperationId } from './requests.ts';

const PREFIX = 'witness-';

interface Witness {
  readonly pid: number;
  readonly identity: Identity;
}

/** @returns what takes the name away again. Without it, where nothing can be written, the command works as well but may miss the last record. */
export function beWitness(folder: string): () => void {
  const name = `${PREFIX}${newOperationId()}`;
  const witness: Witness = { pid: process.pid, identity: identify(process.pid) };
  attempt(() => inFolder(folder, (at) => createFile(join(at, name), JSON.stringify(witness))));
  return () => attempt(() => inFolder(folder, (at) => removeIfThere(join(at, name))));
}

/** Waits until every `stop` that lives has read the record, at most for `limitMs`. */
export async function awaitWitnesses(folder: string, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline && namesIn(folder).some((name) => isWatching(join(folder, name)))) await sleep(5);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}

function isWatching(path: string): boolean {
  try {
    const { pid, identity } = JSON.parse(readRegularFile(path)) as Partial<Witness>;
    return isPid(pid) && isIdentity(identity) && presenceOf(pid, identity) === 'alive';
  } catch {
    return false;
  }
}

function attempt(work: () => unknown): void {
  try {
    work();
  } catch {
    // The folder has gone with its server, or nothing can be written there.
  }
}
