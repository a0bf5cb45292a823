/** Finds out where a server runs, as far as it decides what an operator can do: container, pod, systemd unit. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { unitOf, variablesOf } from '../common/surroundings.ts';
import { CONTAINER_ENV_FILE } from './env-file.ts';
import type { Place } from './env-line.ts';
import { isContainer } from './mounts.ts';
import type { View } from './view.ts';

/** Where a process runs, and the folder in which systemd put its credentials (null without any). */
export interface Surroundings extends Place {
  readonly credentials: string | null;
}

/** @param pid null for this process */
export function surroundingsOf(view: View, pid: number | null): Surroundings {
  const env = environmentOf(pid);
  // systemd.exec(5): SYSTEMD_EXEC_PID holds the number of the process that systemd itself started.
  const isMain = env.get('SYSTEMD_EXEC_PID') === String(pid ?? process.pid);
  const unit = isMain ? unitOf(pid ?? 'self') : null;
  return {
    kind: kindOfPlace(view, env, unit),
    unit,
    isReadOnly: isReadOnly(view.rootFolder + dirname(CONTAINER_ENV_FILE)),
    credentials: env.get('CREDENTIALS_DIRECTORY') ?? null,
  };
}

/** A container whose systemd runs the server (LXC, systemd-nspawn) is a machine to its operator. */
export function kindOfPlace({ mounts, rootFolder }: View, env: ReadonlyMap<string, string>, unit: string | null): Place['kind'] {
  if (process.platform === 'win32') return 'windows';
  if (unit !== null) return 'host';
  if (env.has('KUBERNETES_SERVICE_HOST')) return 'pod';
  return isContainer(mounts ?? [], rootFolder) ? 'container' : 'host';
}

/** As at the start of the process; empty where it cannot be read. */
function environmentOf(pid: number | null): ReadonlyMap<string, string> {
  try {
    return new Map(variablesOf(pid ?? 'self'));
  } catch {
    return new Map();
  }
}

function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS';
  }
}
