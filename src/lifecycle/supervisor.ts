/** What may start a server again after it has ended. */
import { hasContainerMarker, unitOf } from '../common/surroundings.ts';
import type { Launch } from './launch.ts';

/** Name of what started this process and watches over it, for the record; null when nothing is known to. */
export function findSupervisor({ env, manager }: Pick<Launch, 'env' | 'manager'>, { pid, ppid } = process): string | null {
  const isMain = pid === 1;
  const isOfContainer = isMain || (ppid === 1 && hasContainerMarker());
  if (manager['NOTIFY_SOCKET'] !== undefined || isUnit(env, isOfContainer, pid)) return 'systemd';
  if (env['pm_id'] !== undefined) return 'pm2';
  if (env['SUPERVISOR_ENABLED'] !== undefined) return 'supervisord';
  if (!isOfContainer) return null;
  if (env['KUBERNETES_SERVICE_HOST'] !== undefined) return 'kubernetes';
  return isMain ? 'container' : 'container-init';
}

/**
 * Every program of a session that systemd started inherits INVOCATION_ID; SYSTEMD_EXEC_PID says which one is the unit's own. An
 * older systemd names none: then what an engine started in a container got the variable from a unit outside, which runs the engine.
 */
function isUnit(
  { INVOCATION_ID: invocation, SYSTEMD_EXEC_PID: main }: Readonly<Record<string, string>>,
  isOfContainer: boolean,
  pid: number,
): boolean {
  return invocation !== undefined && (main === undefined ? !isOfContainer : main === String(pid));
}

/** What the supervisor may do after a stop, and how to keep it from that; null for a server without one. */
export function describeSupervisor(name: string | null, pid: number): string | null {
  const unit = name === 'systemd' ? (unitOf(pid) ?? 'UNIT') : '';
  const words: Readonly<Record<string, string>> = {
    systemd: `systemd starts it again if its unit says Restart=always; \`systemctl stop ${unit}\` keeps it stopped`,
    pm2: 'pm2 may start it again; `pm2 stop` keeps it stopped',
    supervisord: 'supervisord may start it again; `supervisorctl stop` keeps it stopped',
    container: 'the container ends with it, and its restart policy may start it again; `docker stop` keeps it stopped',
    'container-init':
      'if the container was started for this server, it ends with it, and its restart policy may start it again; `docker stop` keeps it stopped',
    kubernetes: 'the kubelet starts the container again; `kubectl scale --replicas=0` keeps it stopped',
  };
  return name === null ? null : (words[name] ?? `${name} may start it again`);
}
