/** What Linux, systemd and container engines tell about where a process runs. */
import { readFileSync, statSync } from 'node:fs';

/** The variables that a process was started with. @throws when they cannot be read */
export function variablesOf(pid: number | 'self'): (readonly [name: string, value: string])[] {
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return variables.map((text) => {
    const at = text.indexOf('=');
    return [text.slice(0, at), text.slice(at + 1)];
  });
}

/** The systemd unit that a process belongs to; null where there is none or it cannot be told. */
export function unitOf(pid: number | 'self'): string | null {
  try {
    return unitIn(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
  } catch {
    return null;
  }
}

/** The last part of the control groups that names a service: those above it may be the service manager of a user. */
export const unitIn = (cgroups: string): string | null =>
  cgroups.split(/[/\n]/).findLast((name) => /^[\w.@:\\-]+\.service$/.test(name)) ?? null;

/** Whether Kubernetes runs this process. */
export function isInPod(): boolean {
  try {
    return variablesOf('self').some(([name]) => name === 'KUBERNETES_SERVICE_HOST');
  } catch {
    return false;
  }
}

const MARKERS = ['/.dockerenv', '/run/.containerenv'];

/** Whether Docker or Podman left its file in a file system. @param rootFolder prefix for its paths, such as `/proc/<pid>/root` */
export const hasContainerMarker = (rootFolder = ''): boolean =>
  MARKERS.some((marker) => statSync(rootFolder + marker, { throwIfNoEntry: false }) !== undefined);
