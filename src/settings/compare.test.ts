import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSettings, configDigest, loadSettings, table } from './index.ts';

const load = (boot: Record<string, string>) => loadSettings({ flags: {}, envFile: null, boot });
const brief = (changes: ReturnType<typeof compareSettings>['changes']) =>
  changes.map(({ setting, applies, from, to }) => `${setting} ${applies}: ${from} -> ${to}`);

describe('comparing settings', () => {
  it('finds nothing between equals', () => {
    expect(compareSettings(load({ ZSCALER_MCP_TOOLSETS: 'a,b' }), load({ ZSCALER_MCP_TOOLSETS: 'a, b' })).changes).toEqual([]);
  });

  it('puts what is live in force and keeps what waits', () => {
    const old = load({ ZSCALER_MCP_LOG_LEVEL: 'info', ZSCALER_MCP_PORT: '1' });
    const { changes, effective } = compareSettings(
      old,
      load({ ZSCALER_MCP_LOG_LEVEL: 'warn', ZSCALER_MCP_PORT: '2', ZSCALER_MCP_TOOLSETS: 'a,b' }),
    );
    expect(brief(changes)).toEqual([
      'ZSCALER_MCP_PORT restart: 1 -> 2',
      'ZSCALER_MCP_TOOLSETS restart: none -> a,b',
      'ZSCALER_MCP_LOG_LEVEL reload: info -> warn',
    ]);
    expect(effective).toEqual({ ...old.settings, logLevel: 'warn' });
    expect(Object.isFrozen(effective)).toBe(true);
  });

  it('tells again what waits, and forgets it once it is taken back', () => {
    const next = load({ ZSCALER_MCP_PORT: '2' });
    const first = compareSettings(load({}), next);
    const second = compareSettings({ settings: first.effective }, next);
    expect(brief(second.changes)).toEqual(brief(first.changes));
    expect(compareSettings({ settings: second.effective }, load({})).changes).toEqual([]);
  });

  it('applies credentials at once as long as the tenant stays', () => {
    const { changes } = compareSettings(
      load({ ZSCALER_CLIENT_ID: 'a', ZSCALER_CLIENT_SECRET: 'b' }),
      load({ ZSCALER_CLIENT_ID: 'c', ZSCALER_CUSTOMER_ID: '1' }),
    );
    expect(brief(changes)).toEqual([
      'ZSCALER_CLIENT_ID reload: a -> c',
      'ZSCALER_CLIENT_SECRET reload: set -> unset',
      'ZSCALER_CUSTOMER_ID reload: unset -> 1',
    ]);
  });

  it.each([
    // what tightens applies, what loosens waits
    ['ZSCALER_MCP_ALLOWED_SOURCE_IPS', undefined, '10.0.0.0/8', 'reload'],
    ['ZSCALER_MCP_ALLOWED_SOURCE_IPS', '10.0.0.0/8', '192.0.2.7', 'reload'],
    ['ZSCALER_MCP_ALLOWED_SOURCE_IPS', '10.0.0.0/8', undefined, 'restart'],
    ['ZSCALER_MCP_ALLOWED_SOURCE_IPS', '10.0.0.0/8', '10.0.0.0/8,*', 'restart'],
    ['ZSCALER_MCP_DISABLE_OUTPUT_SANITIZATION', 'true', 'false', 'reload'],
    ['ZSCALER_MCP_DISABLE_OUTPUT_SANITIZATION', 'false', 'true', 'restart'],
  ] as const)('lets what loosens a protection wait: %s from %s to %s', (name, from, to, applies) => {
    const { changes } = compareSettings(load(from === undefined ? {} : { [name]: from }), load(to === undefined ? {} : { [name]: to }));
    expect(changes).toMatchObject([{ setting: name, applies }]);
  });

  it.each([
    ['ZSCALER_VANITY_DOMAIN', 'other'],
    ['ZSCALER_CLOUD', 'beta'],
    ['ZSCALER_MCP_API_URL', 'https://api.example'],
    ['ZSCALER_MCP_TOKEN_URL', 'https://id.example'],
  ])('never sends new credentials to the old tenant: with %s all of the group waits', (name, value) => {
    const old = load({ ZSCALER_VANITY_DOMAIN: 'acme', ZSCALER_CLIENT_SECRET: 'b' });
    const next = load({
      ZSCALER_VANITY_DOMAIN: 'acme',
      ZSCALER_CLIENT_SECRET: 'c',
      ZSCALER_CUSTOMER_ID: '1',
      ZSCALER_MCP_LOG_TOOL_CALLS: 'true',
      [name]: value,
    });
    const { changes, effective } = compareSettings(old, next);
    expect(changes.filter(({ applies }) => applies === 'reload').map(({ setting }) => setting)).toEqual(['ZSCALER_MCP_LOG_TOOL_CALLS']);
    expect(effective).toEqual({ ...old.settings, logToolCalls: true });
    const reverted = compareSettings({ settings: effective }, load({ ZSCALER_VANITY_DOMAIN: 'acme', ZSCALER_CLIENT_SECRET: 'c' }));
    expect(reverted.changes.find(({ setting }) => setting === 'ZSCALER_CLIENT_SECRET')?.applies).toBe('reload');
  });

  it('never shows a secret, whichever way it changes', () => {
    const none = load({});
    const one = load({ ZSCALER_CLIENT_SECRET: 'SENTINEL-1', HTTPS_PROXY: 'http://u:SENTINEL@p:1', ZSCALER_PRIVATE_KEY: '/SENTINEL' });
    const other = load({ ZSCALER_CLIENT_SECRET: 'SENTINEL-2', HTTPS_PROXY: 'http://u:SENTINEL2@p:1', ZSCALER_PRIVATE_KEY: '/SENTINEL2' });
    const all = [compareSettings(none, one), compareSettings(one, other), compareSettings(other, none)].map(({ changes }) => changes);
    expect(JSON.stringify(all)).not.toContain('SENTINEL');
    expect(all.map((changes) => changes.map(({ from, to, secret }) => `${from} ${to} ${secret}`))).toEqual([
      Array(3).fill('unset set true'),
      Array(3).fill('changed changed true'),
      Array(3).fill('set unset true'),
    ]);
  });

  it('is what the rows say, for any two configurations', () => {
    const value = fc.record(
      {
        ZSCALER_MCP_PORT: fc.constantFrom('1', '2'),
        ZSCALER_CLIENT_SECRET: fc.constantFrom('a', 'b'),
        ZSCALER_CLOUD: fc.constantFrom('beta', 'gov'),
        ZSCALER_MCP_SESSION_LIMIT: fc.constantFrom('5', '6'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(value, value, (before, after) => {
        const [old, next] = [load(before), load(after)];
        const { changes, effective } = compareSettings(old, next);
        const live = new Set(changes.filter(({ applies }) => applies === 'reload').map(({ setting }) => setting));
        for (const [name, { env }] of Object.entries(table) as [keyof typeof table, { env: string }][]) {
          expect(effective[name]).toEqual(live.has(env) ? next.settings[name] : old.settings[name]);
        }
        expect(live.has('ZSCALER_CLIENT_SECRET') && old.settings.cloud !== next.settings.cloud).toBe(false);
        expect(compareSettings({ settings: effective }, next).changes.every(({ applies }) => applies === 'restart')).toBe(true);
      }),
    );
  });
});

describe('the digest of a configuration', () => {
  const key = Buffer.alloc(32, 1);
  it('is the same for the same settings and key, wherever they came from', () => {
    const fromFlags = loadSettings({ flags: { ZSCALER_MCP_PORT: '1' }, envFile: null, boot: {} });
    expect(configDigest(load({ ZSCALER_MCP_PORT: '1' }), key)).toBe(configDigest(fromFlags, key));
    expect(configDigest(fromFlags, key)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('differs with any setting and with the key', () => {
    const digests = [
      configDigest(load({}), key),
      configDigest(load({}), Buffer.alloc(32, 2)),
      configDigest(load({ ZSCALER_CLIENT_SECRET: 'a' }), key),
      configDigest(load({ ZSCALER_CLIENT_ID: 'a' }), key),
    ];
    expect(new Set(digests).size).toBe(4);
  });
});
