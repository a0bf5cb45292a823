import { describe, expect, it } from 'vitest';
import { describeSupervisor, findSupervisor } from './supervisor.ts';

const own = String(process.pid);

describe('what may start a server again', () => {
  it.each([
    ['by its socket', { manager: { NOTIFY_SOCKET: '/run/systemd/notify' } }, 'systemd'],
    ['as the main process of a unit', { env: { INVOCATION_ID: 'a1', SYSTEMD_EXEC_PID: own } }, 'systemd'],
    ['by an older systemd', { env: { INVOCATION_ID: 'a1' } }, 'systemd'],
    ['not in a shell of a session that systemd started', { env: { INVOCATION_ID: 'a1', SYSTEMD_EXEC_PID: '1' } }, null],
    ['by pm2', { env: { pm_id: '0' } }, 'pm2'],
    ['by supervisord', { env: { SUPERVISOR_ENABLED: '1' } }, 'supervisord'],
    ['by nothing', {}, null],
  ])('is known %s', (_, given, name) => {
    expect(findSupervisor({ env: {}, manager: {}, ...given })).toBe(name);
  });

  it.each<[what: string, env: Record<string, string>, expected: string]>([
    ['passed on from a unit that runs the engine', { INVOCATION_ID: 'a1' }, 'container'],
    ['with the number of the engine', { INVOCATION_ID: 'a1', SYSTEMD_EXEC_PID: '4711' }, 'container'],
    ['in a pod', { INVOCATION_ID: 'a1', KUBERNETES_SERVICE_HOST: '192.0.2.1' }, 'kubernetes'],
    ['of the init of a machine', { INVOCATION_ID: 'a1', SYSTEMD_EXEC_PID: '1' }, 'systemd'],
  ])('is what the main process of a container has, though it has the variables of a unit: %s', (_, env, expected) => {
    expect(findSupervisor({ env, manager: {} }, { ...process, pid: 1, ppid: 0 })).toBe(expected);
  });

  it('comes with what keeps the server stopped', () => {
    expect(describeSupervisor(null, process.pid)).toBeNull();
    for (const [name, command] of [
      ['systemd', 'systemctl stop'],
      ['pm2', 'pm2 stop'],
      ['supervisord', 'supervisorctl stop'],
      ['container', 'the container ends with it'],
      // Also the parent of what is left over when its own parent has ended.
      ['container-init', 'if the container was started for this server'],
      ['container-init', 'docker stop'],
      ['kubernetes', 'kubectl scale'],
      ['of-a-later-version', 'of-a-later-version'],
    ] as const)
      expect(describeSupervisor(name, process.pid)).toContain(command);
  });
});
