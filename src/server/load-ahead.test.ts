import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../settings/index.ts';
import { laterModules, loadAhead } from './load-ahead.ts';

const src = join(import.meta.dirname, '..');

/** Imports on demand that a running server never makes, or has made before it is ready, with the reason. */
const notLater: Readonly<Record<string, string>> = {
  'server/index.ts ./configuration.ts': 'a command',
  'server/index.ts ./trial.ts': 'a command',
  'server/index.ts ./start.ts': 'the start',
  'server/index.ts ../lifecycle/come-back.ts': 'the way back of a generation that cannot be loaded',
  'server/start.ts node:cluster': 'part of Node.js',
  'server/start.ts ../demo/index.ts': 'the start',
  'server/state.ts ../state/index.ts': 'the start: where the state is kept changes with a restart only',
  'server/trial.ts ./state.ts': 'the start, and commands: a reload does not ask the store',
};

/** Imports on demand that `laterModules` makes. */
const later = [
  'auth/failures.ts rate-limiter-flexible',
  'auth/issuer.ts jose',
  'http/rate-limit.ts rate-limiter-flexible',
  'mcp/sse.ts @modelcontextprotocol/server-legacy/sse',
  'metrics/metrics.ts prom-client',
  'secrets/aws.ts @aws-sdk/client-secrets-manager',
  'secrets/gcp.ts @google-cloud/secret-manager',
  'secrets/index.ts ./aws.ts',
  'secrets/index.ts ./gcp.ts',
  'secrets/index.ts ./vault.ts',
  'server/read-secrets.ts ../secrets/index.ts',
  'server/trial.ts ../audit/index.ts',
  'server/trial.ts ../http/index.ts',
  'shape/query.ts ./jmespath/index.ts',
  'zscaler/assertion.ts jose',
  'zscaler/transport.ts undici',
];

const names = (settings: Partial<ReturnType<typeof loadSettings>['settings']>): string[] =>
  Object.keys(laterModules({ ...loadSettings({ flags: {}, envFile: null, boot: {} }).settings, ...settings }));

describe('what a running server may load later', () => {
  it('is known, each import on demand: add it to laterModules, or say why it cannot be needed', () => {
    const found = globSync('**/*.ts', { cwd: src })
      .filter((path) => !/^(?:cli\/|main\.ts)|\.(?:test|test-d|fixture)\.ts$/.test(path))
      .flatMap((path) =>
        [...readFileSync(join(src, path), 'utf8').matchAll(/(?<!typeof )\bimport\('([^']+)'\)/g)].map(([, name]) => `${path} ${name}`),
      );
    expect([...new Set(found)].toSorted()).toEqual([...Object.keys(notLater), ...later].toSorted());
  });

  it('depends on settings that only a restart changes', () => {
    expect(names({ transport: 'stdio' })).toEqual(['queries', 'judges of a reload', 'the key of the cloud', 'readers of secrets managers']);
    expect(names({ transport: 'streamable-http' })).toEqual([...names({ transport: 'stdio' }), 'authentication', 'rate limits', 'metrics']);
    expect(names({ transport: 'sse' })).toEqual([...names({ transport: 'streamable-http' }), 'HTTP+SSE']);
    expect(names({ transport: 'stdio', httpsProxy: 'http://127.0.0.1:1' })).toContain('the proxy');
  });

  it('is loaded one after the other; what cannot be loaded is said, and keeps nothing else', async () => {
    const [loaded, said]: string[][] = [[], []];
    const say = (_: unknown, message: string) => void said?.push(message);
    const load = (name: string) => () => void loaded?.push(name);
    const fail = () => Promise.reject(new Error('gone'));
    await loadAhead({ one: load('one'), two: fail, three: load('three') }, { debug: say, info: say, warn: say, error: say });
    expect([loaded, said]).toEqual([
      ['one', 'three'],
      [expect.stringContaining('two could not be loaded ahead'), 'all that later requests may need is loaded'],
    ]);
  });
});
