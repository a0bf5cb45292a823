import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kindOfPlace } from './place-kind.ts';

let container: string;
beforeEach(() => {
  container = mkdtempSync(join(tmpdir(), 'place-'));
  mkdirSync(join(container, 'run'));
  writeFileSync(join(container, 'run/.containerenv'), '');
});
afterEach(() => rmSync(container, { recursive: true, force: true }));

const kindIn = (rootFolder: string, env: Record<string, string>, unit: string | null) =>
  kindOfPlace({ mounts: [], rootFolder, isBlind: false }, new Map(Object.entries(env)), unit);

describe.skipIf(process.platform === 'win32')('the place of a server', () => {
  it('is a host, a container or a pod', () => {
    expect(kindIn(join(container, 'run'), {}, null)).toBe('host');
    expect(kindIn(container, {}, null)).toBe('container');
    expect(kindIn(container, { KUBERNETES_SERVICE_HOST: '192.0.2.1' }, null)).toBe('pod');
  });

  it('is a host where systemd runs it as a unit, in a container too', () => {
    expect(kindIn(container, {}, 'zscaler-mcp.service')).toBe('host');
  });
});
