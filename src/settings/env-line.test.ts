import { describe, expect, it } from 'vitest';
import { adviseOnEnvironment, describeEnvironment, type EnvQuestion, type EnvSituation, type Place } from './env-line.ts';

const LOADED = '2026-03-04T05:06:07.089Z';
const NOW = '2026-03-04T06:00:00.000Z';

const host: Place = { kind: 'host', unit: null, isReadOnly: false };
const unit: Place = { ...host, unit: 'zscaler-mcp.service' };
const container: Place = { ...host, kind: 'container' };
const readOnly: Place = { ...container, isReadOnly: true };
const pod: Place = { ...host, kind: 'pod' };
const windows: Place = { ...host, kind: 'windows' };

const live: EnvSituation = {
  envSource: 'live',
  recorded: '/srv/.env',
  found: '/srv/.env',
  candidates: ['/srv/.env', '/app/.env', '/home/u/.zscaler-mcp/.env'],
  readAt: LOADED,
  obstacle: null,
  origin: 'file',
  place: host,
  otherSources: [],
};
const mounted: EnvSituation = { ...live, envSource: 'live (bind-mounted)', origin: 'mounted-folder', place: container };
const stale: EnvSituation = { ...mounted, origin: 'stale' };
const copy: EnvSituation = { ...mounted, recorded: '/app/.env', found: '/app/.env', origin: 'copy' };
const credential: EnvSituation = { ...live, origin: 'credential', place: unit };
const closed: EnvSituation = { ...live, obstacle: { path: '/srv/.env', reason: 'cannot be reached: closed', remedy: 'Open it.' } };
const absent: EnvSituation = { ...live, envSource: 'missing', found: null };
const elsewhere: EnvSituation = { ...live, envSource: 'fresh-discovery', found: '/home/u/.zscaler-mcp/.env' };
const none: EnvSituation = { ...live, envSource: 'none', recorded: null, found: null, readAt: null };
const managed: EnvSituation = { ...none, otherSources: ['AWS Secrets Manager acme'] };

const reload: EnvQuestion = { by: 'reload', readAt: NOW };
const nothingRead: EnvQuestion = { by: 'reload' };
const restart: EnvQuestion = { by: 'restart', readAt: NOW };
const status: EnvQuestion = { by: 'status' };

describe('the line on the environment', () => {
  it.for<[situation: string, EnvSituation, EnvQuestion, line: string]>([
    ['a file that was read', live, reload, '/srv/.env (live), read at 2026-03-04T06:00:00Z'],
    ['a file that nobody read just now', live, status, '/srv/.env (live), last read at 2026-03-04T05:06:07Z'],
    ['a mounted folder', mounted, reload, '/srv/.env (live (bind-mounted)), read at 2026-03-04T06:00:00Z'],
    [
      'a closed file',
      closed,
      nothingRead,
      '/srv/.env (live), not read: it cannot be reached: closed; what was read at 2026-03-04T05:06:07Z stays in force. Open it.',
    ],
    [
      'a stale mount at a reload',
      stale,
      nothingRead,
      '/srv/.env (live (bind-mounted)), not read: the file was replaced on the host; this container still sees the old one; what was read at 2026-03-04T05:06:07Z stays in force. Restart the container (docker restart CONTAINER or podman restart CONTAINER), which mounts the path again. Better, mount the directory.',
    ],
    [
      'a stale mount at a restart',
      { ...stale, place: pod },
      restart,
      '/srv/.env (live (bind-mounted)), read at 2026-03-04T06:00:00Z, but the file was replaced on the host; this container still sees the old one. Delete the pod: the next one mounts the path again. Better, mount the volume without subPath.',
    ],
    [
      'a file that is gone',
      absent,
      nothingRead,
      '/srv/.env (missing), not read: the file is gone; what was read at 2026-03-04T05:06:07Z stays in force. Put it back, then zscaler-mcp reload.',
    ],
    [
      'a file that is gone beside a secrets manager',
      { ...absent, otherSources: managed.otherSources },
      nothingRead,
      '/srv/.env (missing), not read: the file is gone; what was read at 2026-03-04T05:06:07Z stays in force; AWS Secrets Manager acme read again. Put it back, then zscaler-mcp reload.',
    ],
    [
      'another file that a reload does not read',
      elsewhere,
      nothingRead,
      '/home/u/.zscaler-mcp/.env (fresh-discovery), not read: the server was started with /srv/.env, which is gone; what was read at 2026-03-04T05:06:07Z stays in force. zscaler-mcp restart picks it up.',
    ],
    [
      'another file that a restart reads',
      elsewhere,
      restart,
      '/home/u/.zscaler-mcp/.env (fresh-discovery), read at 2026-03-04T06:00:00Z: picked up by this restart, because /srv/.env is gone',
    ],
    [
      'another file that a restart would read',
      { ...elsewhere, recorded: null, readAt: null },
      { ...restart, dryRun: true },
      '/home/u/.zscaler-mcp/.env (fresh-discovery), read at 2026-03-04T06:00:00Z: a restart picks it up, because the server had no .env before',
    ],
    [
      'no file',
      none,
      nothingRead,
      'no .env (none): values come from the environment of the start, which no command changes. To change settings: create /srv/.env, then zscaler-mcp restart.',
    ],
    [
      'no file for a start',
      { ...none, place: container },
      { by: 'check' },
      'no .env (none): there is none at /srv/.env, /app/.env, /home/u/.zscaler-mcp/.env. To use one, put it at one of these places, or name it with --dotenv-path.',
    ],
    [
      'no file beside a secrets manager',
      managed,
      reload,
      'no .env (none): values come from the environment of the start and from AWS Secrets Manager acme. Change values in AWS Secrets Manager acme, then zscaler-mcp reload; those of the environment change with a new start alone.',
    ],
    [
      'a copy',
      copy,
      reload,
      '/app/.env (live (bind-mounted)), read at 2026-03-04T06:00:00Z; a copy inside the container, which edits on the host do not reach: docker cp FILE CONTAINER:/app/.env, then zscaler-mcp reload.',
    ],
    [
      'a file beside one that comes before it',
      { ...live, preferred: '/etc/first.env' },
      reload,
      '/srv/.env (live), read at 2026-03-04T06:00:00Z; not /etc/first.env, which only a new start would read instead',
    ],
    [
      'a credential',
      credential,
      reload,
      '/srv/.env (live), read at 2026-03-04T06:00:00Z; a copy that systemd made when the unit was started: edit the file that LoadCredential= names, then systemctl restart zscaler-mcp.service.',
    ],
  ])('%s', ([, situation, question, line]) => {
    expect(describeEnvironment(situation, question)).toBe(line);
  });

  const places = { host, unit, container, readOnly, pod, windows };
  const situations = { live, mounted, stale, copy, credential, closed, absent, elsewhere, none, managed };
  const cases = Object.entries(situations).flatMap(([name, situation]) =>
    Object.entries(places).flatMap(([where, place]) =>
      (['reload', 'restart', 'check', 'status'] as const).map((by) => [`${name}, ${where}, ${by}`, { ...situation, place }, by] as const),
    ),
  );
  it.for(cases)('is one line with label and path, and asks for nothing that is impossible there: %s', ([, situation, by]) => {
    const line = describeEnvironment(situation, { by, readAt: by === 'status' ? null : NOW });
    const advice = adviseOnEnvironment(situation);
    expect(line).toContain(`(${situation.envSource})`);
    expect(line).toContain(situation.found ?? situation.recorded ?? 'no .env');
    for (const text of [line, advice]) {
      expect(text).toMatch(/^[^\n]{20,}$/);
      const { kind } = situation.place;
      if (kind === 'windows') expect(text).not.toMatch(/zscaler-mcp (reload|restart)/);
      if (kind === 'pod') expect(text).not.toContain('docker');
      if (situation.envSource === 'missing' && situation.origin === 'file') expect(text).not.toContain('zscaler-mcp restart');
      if (situation.origin === 'mounted-folder') expect(text).not.toMatch(/mount (the|its) directory/);
    }
  });
});

describe('the advice', () => {
  it.for<[situation: string, EnvSituation, part: string]>([
    ['a file', live, 'edit /srv/.env, then zscaler-mcp reload'],
    ['a file on Windows', { ...live, place: windows }, 'edit /srv/.env, then stop the server and let its supervisor start it again.'],
    ['a mounted folder', mounted, 'edit /srv/.env on the host, in the mounted directory, then zscaler-mcp reload'],
    ['a mounted file', { ...mounted, origin: 'mounted-file' }, 'mount its directory (such as /config) instead'],
    ['a stale mount', stale, 'docker restart CONTAINER or podman restart CONTAINER'],
    ['a stale mount of a unit', { ...stale, place: unit }, 'Run systemctl restart zscaler-mcp.service, which mounts the path again'],
    ['a copy', copy, 'docker cp FILE CONTAINER:/app/.env, then zscaler-mcp reload'],
    ['a copy in a pod', { ...copy, place: pod }, 'kubectl cp FILE POD:/app/.env, then zscaler-mcp reload'],
    ['a credential', credential, 'systemctl restart zscaler-mcp.service'],
    ['a closed file', closed, 'a reload is refused. Open it.'],
    ['a file gone from a mounted folder', { ...absent, origin: 'mounted-folder' }, 'Put it back on the host, in the mounted directory'],
    ['a mounted Secret', { ...mounted, place: pod }, 'change what is mounted there (a Secret or ConfigMap) and apply it'],
    [
      'a file gone from a mounted Secret',
      { ...absent, origin: 'mounted-folder', place: pod },
      'Put it back into what is mounted there (a Secret or ConfigMap)',
    ],
    ['a copy that is gone', { ...absent, origin: 'copy' }, 'Put it back with docker cp FILE CONTAINER:/srv/.env, then zscaler-mcp reload'],
    ['a credential that is gone', { ...absent, origin: 'credential', place: unit }, 'Run systemctl restart zscaler-mcp.service'],
    ['another file', elsewhere, 'zscaler-mcp restart picks up /home/u/.zscaler-mcp/.env'],
    ['no file', none, 'create /srv/.env, then zscaler-mcp restart'],
    ['no file over stdio', { ...none, candidates: ['/app/.env', '/home/u/.zscaler-mcp/.env'] }, 'create /home/u/.zscaler-mcp/.env'],
    [
      'no file in a container',
      { ...none, place: container },
      'docker cp FILE CONTAINER:/app/.env, then docker exec CONTAINER zscaler-mcp restart',
    ],
    ['no file in a read-only container', { ...none, place: readOnly }, '-v DIRECTORY:/config:ro'],
    ['no file in a pod', { ...none, place: pod }, 'Change the variables in the manifest'],
    ['no file in a unit', { ...none, place: unit }, 'then systemctl restart zscaler-mcp.service'],
    [
      'no file beside a secrets manager',
      { ...managed, place: container },
      'Change values in AWS Secrets Manager acme, then zscaler-mcp reload',
    ],
  ])('follows the situation: %s', ([, situation, part]) => {
    expect(adviseOnEnvironment(situation)).toContain(part);
  });
});
