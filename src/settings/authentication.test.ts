import { describe, expect, it } from 'vitest';
import { authModeOf, authObstacles, compareSettings, loadSettings } from './index.ts';

const load = (text: string, host = '127.0.0.1') => {
  const lines = text.split(' ').filter(Boolean);
  const boot = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const flags = { ZSCALER_MCP_TRANSPORT: 'streamable-http', ZSCALER_MCP_HOST: host };
  return loadSettings({ flags, envFile: null, boot: { ZSCALER_MCP_ALLOW_HTTP: 'true', ...boot } });
};

const KEY = 'ZSCALER_MCP_AUTH_API_KEY=k';
const JWKS = 'ZSCALER_MCP_AUTH_JWKS_URI=https://idp.example/keys';
const OIDC = 'OIDCPROXY_CONFIG_URL=https://idp.example/.well-known/openid-configuration';
const VANITY = 'ZSCALER_VANITY_DOMAIN=acme';

describe('the way to authenticate clients', () => {
  it.each([
    ['', 'none', 'jwt'],
    [VANITY, 'none', 'zscaler'],
    [KEY, 'api-key', 'api-key'],
    [JWKS, 'jwt', 'jwt'],
    [OIDC, 'oidc', 'oidc'],
    [`${OIDC} ${VANITY}`, 'oidc', 'oidc'],
    [`${KEY} ${OIDC} ${VANITY}`, 'api-key', 'api-key'],
    [`${KEY} ${JWKS} ${OIDC} ${VANITY}`, 'jwt', 'jwt'],
    [`${KEY} ${JWKS} ZSCALER_MCP_AUTH_MODE=zscaler`, 'zscaler', 'zscaler'],
    [`${KEY} ZSCALER_MCP_AUTH_ENABLED=false`, 'none', 'none'],
    [`${KEY} ZSCALER_MCP_AUTH_MODE=none`, 'none', 'none'],
    [`${VANITY} ZSCALER_MCP_AUTH_ENABLED=true`, 'zscaler', 'zscaler'],
    ['ZSCALER_MCP_AUTH_ENABLED=true', 'jwt', 'jwt'],
    ['ZSCALER_MCP_AUTH_MODE=oidcproxy', 'oidc', 'oidc'],
    ['ZSCALER_MCP_AUTH_MODE=OAuth-Proxy', 'oidc', 'oidc'],
  ])('with %j is %s on loopback and %s off it', (text, onLoopback, offLoopback) => {
    expect([authModeOf(load(text).settings), authModeOf(load(text, '0.0.0.0').settings)]).toEqual([onLoopback, offLoopback]);
  });

  it('is none over stdio, whatever is set', () => {
    const { settings } = loadSettings({ flags: {}, envFile: null, boot: { ZSCALER_MCP_AUTH_API_KEY: 'k', ZSCALER_MCP_HOST: '0.0.0.0' } });
    expect([authModeOf(settings), authObstacles(settings)]).toEqual(['none', []]);
  });

  it.each([
    ['ZSCALER_MCP_AUTH_MODE=none ZSCALER_MCP_AUTH_ENABLED=true', '127.0.0.1', ['ZSCALER_MCP_AUTH_MODE']],
    ['ZSCALER_MCP_AUTH_MODE=none', '0.0.0.0', ['ZSCALER_MCP_AUTH_MODE']],
    [`${KEY} ZSCALER_MCP_AUTH_ENABLED=false`, '::', ['ZSCALER_MCP_AUTH_ENABLED']],
    ['', '10.0.0.1', ['ZSCALER_MCP_HOST']],
    ['ZSCALER_MCP_AUTH_ENABLED=true', '127.0.0.1', ['ZSCALER_MCP_AUTH_ENABLED']],
    ['ZSCALER_MCP_AUTH_MODE=api-key', '127.0.0.1', ['ZSCALER_MCP_AUTH_API_KEY']],
    ['ZSCALER_MCP_AUTH_MODE=jwt', '127.0.0.1', ['ZSCALER_MCP_AUTH_JWKS_URI', 'ZSCALER_MCP_AUTH_ISSUER']],
    [JWKS, '127.0.0.1', ['ZSCALER_MCP_AUTH_ISSUER']],
    [`${JWKS} ZSCALER_MCP_AUTH_JWT_ISSUER=https://idp.example`, '127.0.0.1', []],
    ['ZSCALER_MCP_AUTH_MODE=zscaler', '127.0.0.1', ['ZSCALER_VANITY_DOMAIN']],
    ['ZSCALER_MCP_AUTH_MODE=oidc', '127.0.0.1', ['OIDCPROXY_CONFIG_URL', 'OIDCPROXY_AUDIENCE']],
    [`${OIDC} OIDCPROXY_CLIENT_ID=x`, '0.0.0.0', []],
    [KEY, '0.0.0.0', []],
  ])('with %j on %s is refused for %j', (text, host, settings) => {
    expect(load(text, host).problems.map(({ setting }) => setting)).toEqual(settings);
  });

  it.each([
    ['ZSCALER_MCP_AUTH_ALGORITHMS=HS256'],
    ['ZSCALER_MCP_AUTH_ALGORITHMS=none'],
    ['ZSCALER_MCP_AUTH_ALGORITHMS=RS256,hs512'],
    ['ZSCALER_MCP_AUTH_JWKS_URI=http://idp.example/keys'],
    ['ZSCALER_MCP_AUTH_JWKS_URI=https://user:pw@idp.example/keys'],
    ['OIDCPROXY_CONFIG_URL=file:///etc/passwd'],
    ['ZSCALER_MCP_AUTH_MODE=basic'],
  ])('does not take %s', (text) => {
    expect(load(text).problems[0]?.setting).toBe(text.split('=')[0]);
  });

  it('takes the keys one by one, and shows none of them', () => {
    const { settings } = load('ZSCALER_MCP_AUTH_API_KEY=one,two');
    expect(settings.authApiKeys).toEqual(['one', 'two']);
    const { changes } = compareSettings({ settings }, load('ZSCALER_MCP_AUTH_API_KEY=two,three'));
    expect(changes).toMatchObject([{ setting: 'ZSCALER_MCP_AUTH_API_KEY', applies: 'reload', from: 'changed', to: 'changed' }]);
  });
});

describe('a reload', () => {
  const compare = (from: string, to: string, host = '127.0.0.1') => {
    const { changes, effective } = compareSettings(load(from, host), load(to, host));
    return [changes.map(({ setting, applies }) => `${setting} ${applies}`), authModeOf(effective)];
  };

  it('begins to authenticate at once, and changes keys and ways at once', () => {
    expect(compare('', KEY)).toEqual([['ZSCALER_MCP_AUTH_API_KEY reload'], 'api-key']);
    expect(compare(KEY, 'ZSCALER_MCP_AUTH_API_KEY=other')).toEqual([['ZSCALER_MCP_AUTH_API_KEY reload'], 'api-key']);
    expect(compare(KEY, `${KEY} ZSCALER_MCP_AUTH_MODE=zscaler ${VANITY}`)).toEqual([
      ['ZSCALER_MCP_AUTH_MODE restart', 'ZSCALER_VANITY_DOMAIN restart'],
      'api-key',
    ]);
    expect(compare(`${KEY} ${VANITY}`, `ZSCALER_MCP_AUTH_MODE=zscaler ${VANITY}`)).toEqual([
      ['ZSCALER_MCP_AUTH_MODE reload', 'ZSCALER_MCP_AUTH_API_KEY reload'],
      'zscaler',
    ]);
  });

  it.each([`${KEY} ZSCALER_MCP_AUTH_ENABLED=false`, `${KEY} ZSCALER_MCP_AUTH_MODE=none`, ''])(
    'does not stop authenticating: %j waits for a restart',
    (to) => {
      const [changes, mode] = compare(KEY, to);
      expect(mode).toBe('api-key');
      expect((changes as string[]).every((change) => change.endsWith(' restart'))).toBe(true);
    },
  );

  it('does not begin to trust the platform, but ends it at once; the group applies whole or waits whole', () => {
    const trusting = `${KEY} ZSCALER_MCP_TRUST_PLATFORM_AUTH=true`;
    expect(compare('ZSCALER_MCP_AUTH_API_KEY=old', trusting)).toEqual([
      ['ZSCALER_MCP_AUTH_API_KEY restart', 'ZSCALER_MCP_TRUST_PLATFORM_AUTH restart'],
      'api-key',
    ]);
    expect(compare(trusting, KEY)).toEqual([['ZSCALER_MCP_TRUST_PLATFORM_AUTH reload'], 'api-key']);
  });

  it('does not begin to trust the platform by choosing a way in which that counts', () => {
    const trusting = `${KEY} ${JWKS} ZSCALER_MCP_AUTH_ISSUER=i ZSCALER_MCP_TRUST_PLATFORM_AUTH=true ZSCALER_MCP_AUTH_MODE=`;
    expect(compare(`${trusting}jwt`, `${trusting}api-key`)).toEqual([['ZSCALER_MCP_AUTH_MODE restart'], 'jwt']);
    expect(compare(`${trusting}api-key`, `${trusting}jwt`)).toEqual([['ZSCALER_MCP_AUTH_MODE reload'], 'jwt']);
  });

  it.each([
    [`${VANITY} ZSCALER_MCP_AUTH_MODE=zscaler`, 'ZSCALER_MCP_AUTH_ALLOWED_CLIENTS=a,b', 'ZSCALER_MCP_AUTH_ALLOWED_CLIENTS=b,c'],
    ['OIDCPROXY_CONFIG_URL=https://idp.example/x OIDCPROXY_AUDIENCE=a', 'OIDCPROXY_REQUIRED_SCOPES=a,b', 'OIDCPROXY_REQUIRED_SCOPES=a'],
  ])('changes and begins a list of who is meant, but does not give it up: %s', (common, list, other) => {
    const [setting = ''] = list.split('=');
    expect(compare(common, `${common} ${list}`)[0]).toEqual([`${setting} reload`]);
    expect(compare(`${common} ${list}`, `${common} ${other}`)[0]).toEqual([`${setting} reload`]);
    expect(compare(`${common} ${list}`, common)[0]).toEqual([`${setting} restart`]);
  });
});
