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
