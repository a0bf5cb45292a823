/** Finds out where a server runs, as far as it decides what an operator can do: container, pod, systemd unit. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { CONTAINER_ENV_FILE } from './env-file.ts';
import type { Place } from './env-line.ts';
import { environmentOf, kindOfPlace, mainUnitOf } from './place-kind.ts';
import type { View } from './view.ts';

/** Where a process runs, and the folder in which systemd put its credentials (null without any). */
export interface Surroundings extends Place {
  readonly credentials: string | null;
}

/** @param pid null for this process */
export function surroundingsOf(view: View, pid: number | null): Surroundings {
  const env = environmentOf(pid);
  const unit = mainUnitOf(pid, env);
  return {
    kind: kindOfPlace(view, env, unit),
    unit,
    isReadOnly: isReadOnly(view.rootFolder + dirname(CONTAINER_ENV_FILE)),
    credentials: env.get('CREDENTIALS_DIRECTORY') ?? null,
  };
}

function isReadOnly(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS';
  }
}
