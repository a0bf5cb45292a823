/** Runs the server under the system call filter of the systemd units. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Container, engine, initialize, lacksEngine, makeFolder, report } from './container.ts';
import { repository } from './engine.ts';

const lacks =
  lacksEngine ?? (spawnSync('systemd-analyze', ['--version']).status === 0 ? null : 'no systemd-analyze knows the sets of system calls');
if (lacks !== null) {
  console.error(`the filter of the units is not tried: ${lacks}`);
  if (process.env['CI'] === 'true') throw new Error(lacks);
}

/** The system calls of a set, and of the sets in it. */
function callsOf(set: string): string[] {
  const lines = execFileSync('systemd-analyze', ['syscall-filter', '--no-pager', set], { encoding: 'utf8' }).split('\n').slice(1);
  const names = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  return names.flatMap((name) => (name.startsWith('@') ? callsOf(name) : [name]));
}

/** Builds the filter as systemd does: calls that are always allowed, then the lines of the unit in order; `~` removes. */
function allowedBy(unit: string): string[] {
  const allowed = new Set(callsOf('@default'));
  for (const [, tilde, sets = ''] of unit.matchAll(/^SystemCallFilter=(~?)(.+)$/gm))
    for (const call of sets.split(' ').flatMap(callsOf))
      if (tilde) allowed.delete(call);
      else allowed.add(call);
  return [...allowed];
}

describe.skipIf(lacks !== null)('behind the filter of system calls of the units', () => {
  it('the server serves, reloads, restarts and stops, and may open as many files as the limit allows', async () => {
    const unit = readFileSync(join(repository, 'deploy/systemd/zscaler-mcp.service'), 'utf8');
    const names = allowedBy(unit);
    expect(names.length).toBeGreaterThan(200);
    expect(names).not.toContain('mount');
    const profile = join(makeFolder(), 'seccomp.json');
    const rules = [{ names, action: 'SCMP_ACT_ALLOW' }];
    writeFileSync(profile, JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1, syscalls: rules }));
    const locked = ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--security-opt', `seccomp=${profile}`];
    const container = await Container.start([...locked, '--ulimit', 'nofile=1024:4096', '--ulimit', 'nproc=4096:4096']);
    const ofServer = (file: string): Promise<string> => engine.must('exec', container.name, 'cat', `/proc/1/${file}`);
    // 2 is SECCOMP_MODE_FILTER.
    expect(await ofServer('status')).toMatch(/^Seccomp:\t2$/m);
    expect(await ofServer('limits')).toMatch(/^Max open files +4096 +4096/m);
    expect(await container.ask('reload')).toMatchObject({ exitCode: 0 });
    for (const generation of [2, 3]) expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted', generation });
    expect((await container.zscaler('status')).out).toContain('keeps the listening socket and idle connections');
    expect(await initialize(await container.url())).toBe(200);
    await engine.must('stop', '--time', '10', container.name);
    expect(await container.inspect('{{.State.ExitCode}}')).toBe('0');
    report(`the filter of the units: ${names.length} system calls are enough to serve, reload, restart and stop`);
  });
});
