/** Checks that the systemd units agree with the program: exit codes, names of settings, commands. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serve } from '../../src/cli/commands/serve.ts';
import { status } from '../../src/cli/commands/status.ts';
import { defaultPidFiles } from '../../src/lifecycle/index.ts';
import { topics } from '../../src/settings/table.ts';
import { makeFolder, root } from './harness.ts';

const NOTIFY = 'zscaler-mcp.service';
const NOTIFY_RELOAD = 'zscaler-mcp-notify-reload.service';
const PROGRAM = '/usr/bin/zscaler-mcp';

/** Verifying a unit does not need a running systemd. */
const systemd = systemdVersion();
const lacksSystemd = systemd < 250;
if (lacksSystemd) {
  const reason = `systemd-analyze 250 or newer judges units, and there is ${systemd || 'none'}`;
  console.error(`skipped: ${reason}`);
  if (process.env['CI'] === 'true') throw new Error(reason);
}

/** 0 without systemd. */
function systemdVersion(): number {
  const { stdout } = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
  return Number(/^systemd (\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

/** Values by key, in order; a key may come several times. */
function readUnit(name: string): ReadonlyMap<string, readonly string[]> {
  const unit = new Map<string, string[]>();
  let section = '';
  for (const line of textOf(name).split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section;
    const [, key, value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (key !== undefined) unit.set(`${section}.${key}`, [...(unit.get(`${section}.${key}`) ?? []), value]);
  }
  return unit;
}

const textOf = (name: string): string => readFileSync(join(root, 'deploy/systemd', name), 'utf8');

describe.each([NOTIFY, NOTIFY_RELOAD])('%s', (name) => {
  const unit = readUnit(name);
  const only = (key: string): string | undefined => unit.get(`Service.${key}`)?.join(' | ');

  it('lets the server notify, and lets it finish running requests', () => {
    expect([only('NotifyAccess'), only('KillMode')]).toEqual(['main', 'mixed']);
    expect(only('RestrictAddressFamilies')?.split(' ')).toEqual(expect.arrayContaining(['AF_UNIX', 'AF_INET', 'AF_INET6']));
  });

  it('starts the server again unless its exit code says that the next start would end the same', () => {
    // A PID file of another user ends a start, too.
    expect(status.exits[77]).toBe("another user's server or file");
    const hopeless = [...Object.keys(serve.exits).map(Number), 77].filter((code) => [2, 4, 77].includes(code));
    expect(only('Restart')).toBe('on-failure');
    expect(only('RestartPreventExitStatus')).toBe(hopeless.join(' '));
    expect(only('RestartForceExitStatus')).toBe('SIGHUP');
  });

  it('names only settings that there are, and keeps the PID file where the server may write', () => {
    const settings = new Set(topics.flatMap(([, rows]) => Object.values(rows).map(({ env }) => env)));
    const variables = Object.fromEntries((unit.get('Service.Environment') ?? []).map((each) => each.split('=') as [string, string]));
    expect(Object.keys(variables).filter((each) => each.startsWith('ZSCALER') && !settings.has(each))).toEqual([]);
    expect(variables['ZSCALER_MCP_PID_FILE']).toBe(`%t/${only('RuntimeDirectory')}/server.pid`);
    expect(variables['NODE_COMPILE_CACHE']).toBe(`%C/${only('CacheDirectory')}`);
    // Where the pages put the audit file.
    expect(only('LogsDirectory')).toBe('zscaler-mcp');
  });

  it('does not forbid what Node.js and the commands need', () => {
    for (const key of ['MemoryDenyWriteExecute', 'ProcSubset', 'PrivatePIDs', 'PrivateUsers', 'DynamicUser'])
      expect(only(key), key).toBeUndefined();
    expect([only('NoNewPrivileges'), only('ProtectSystem'), only('PrivateTmp')]).toEqual(['yes', 'strict', 'yes']);
  });

  it('gives arguments that the server understands', () => {
    const [program, ...args] = only('ExecStart')?.split(' ') ?? [];
    expect(program).toBe(PROGRAM);
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'dist/main.js'), 'check', ...args], { encoding: 'utf8', env: {} });
    expect(status, stderr).toBe(0);
  });

  it.skipIf(lacksSystemd)('is taken by systemd without complaint', () => {
    const text = textOf(name).replaceAll(PROGRAM, '/bin/true'); // The check requires an existing program.
    const isTooOld = name === NOTIFY_RELOAD && systemd < 253;
    if (isTooOld) console.error(`systemd ${systemd} does not know Type=notify-reload; the rest of ${name} is judged`);
    const copy = join(makeFolder(), name);
    writeFileSync(copy, isTooOld ? text.replace('Type=notify-reload', 'Type=notify') : text);
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', copy], { encoding: 'utf8' });
    expect([status, stderr.split('\n').filter((line) => line.includes(name))]).toEqual([0, []]);
  });

  it.skipIf(lacksSystemd)('leaves little open, as systemd judges it', () => {
    const copy = join(makeFolder(), name);
    writeFileSync(copy, textOf(name).replace('Type=notify-reload', 'Type=notify'));
    const { status, stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', '--threshold=16', copy], {
      encoding: 'utf8',
    });
    const verdict = stdout.split('\n').find((line) => line.includes('Overall exposure level')) ?? stdout;
    console.error(verdict.replace(/^\W+/, ''));
    expect(status, verdict).toBe(0);
  });

  it('has its PID file where commands look for it by default', () => {
    const [folder = ''] = unit.get('Service.RuntimeDirectory') ?? [];
    expect(defaultPidFiles('/root')).toContain(`/run/${folder}/server.pid`);
  });
});

it('the two units differ in how a reload is asked for, and in nothing else', () => {
  const lines = (name: string) =>
    textOf(name)
      .split('\n')
      .filter((line) => !line.startsWith('#'));
  const [one, other] = [lines(NOTIFY), lines(NOTIFY_RELOAD)];
  expect(one.filter((line) => !other.includes(line))).toEqual(['Type=notify', `ExecReload=${PROGRAM} reload`]);
  expect(other.filter((line) => !one.includes(line))).toEqual(['Type=notify-reload']);
});
