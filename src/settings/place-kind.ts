/** Which of the places a process runs in: the commands that help an operator there differ. */
import { unitOf, variablesOf } from '../common/surroundings.ts';
import { isContainer } from './mounts.ts';
import { viewOf, type View } from './view.ts';

/** A container is one of Docker, Podman and the like; those of Kubernetes are pods. */
export type PlaceKind = 'host' | 'container' | 'pod' | 'windows';

/** A container whose systemd runs the server (LXC, systemd-nspawn) is a machine to its operator. @param env as at the start of the process */
export function kindOfPlace({ mounts, rootFolder }: View, env: ReadonlyMap<string, string>, unit: string | null): PlaceKind {
  if (process.platform === 'win32') return 'windows';
  if (unit !== null) return 'host';
  if (env.has('KUBERNETES_SERVICE_HOST')) return 'pod';
  return isContainer(mounts ?? [], rootFolder) ? 'container' : 'host';
}

/** Where this process runs. */
export function ownPlaceKind(): PlaceKind {
  const env = environmentOf(null);
  return kindOfPlace(viewOf(null), env, mainUnitOf(null, env));
}

/** The systemd unit whose main process it is; null if there is none. @param pid null for this process */
export function mainUnitOf(pid: number | null, env: ReadonlyMap<string, string>): string | null {
  // systemd.exec(5): SYSTEMD_EXEC_PID holds the number of the process that systemd itself started.
  return env.get('SYSTEMD_EXEC_PID') === String(pid ?? process.pid) ? unitOf(pid ?? 'self') : null;
}

/** As at the start of the process; empty where it cannot be read. @param pid null for this process */
export function environmentOf(pid: number | null): ReadonlyMap<string, string> {
  try {
    return new Map(variablesOf(pid ?? 'self'));
  } catch {
    return new Map();
  }
}
