import { describe, expect, it } from 'vitest';
import { logPosture, postureOf, type KeptSecrets } from './posture.ts';
import { loadSettings } from '../settings/index.ts';

const read = { action: 'read', isConfirmed: false };
const remove = { action: 'delete', isConfirmed: true };

const posture = (boot: Record<string, string>, tools = [read], demo = false) => {
  const { settings } = loadSettings({ flags: {}, envFile: null, boot: { ZSCALER_MCP_TRANSPORT: 'streamable-http', ...boot } });
  return postureOf({ settings, tools, demo });
};

const kept = (secrets: KeptSecrets) => {
  const { settings } = loadSettings({ flags: {}, envFile: null, boot: {} });
  return postureOf({ settings, tools: [read], demo: false, secrets });
};

const risks = (...args: Parameters<typeof posture>) => posture(...args).risks.map(({ id }) => id);

const key = '0123456789abcdef0123456789abcdef';

describe('the posture', () => {
  it('over stdio has no network to speak of', () => {
    expect(posture({ ZSCALER_MCP_TRANSPORT: 'stdio' })).toEqual({ on: ['output sanitization'], off: ['audit of tool calls'], risks: [] });
  });

  it('names each protection as on or off', () => {
    expect(
      posture({ ZSCALER_MCP_AUTH_API_KEY: key, ZSCALER_MCP_ALLOWED_SOURCE_IPS: '10.0.0.0/8', ZSCALER_MCP_LOG_TOOL_CALLS: 'true' }),
    ).toEqual({
      on: ['client authentication (api-key)', 'host validation', 'source addresses', 'output sanitization', 'audit of tool calls'],
      off: ['HTTPS', 'client certificates', 'rate limit'],
      risks: [],
    });
  });

  it.each<[string, Record<string, string>]>([
    ['no-authentication', {}],
    ['plain-http', { ZSCALER_MCP_HOST: '0.0.0.0', ZSCALER_MCP_AUTH_API_KEY: key }],
    ['platform-trusted', { ZSCALER_MCP_AUTH_API_KEY: key, ZSCALER_MCP_TRUST_PLATFORM_AUTH: 'true' }],
    ['short-key', { ZSCALER_MCP_AUTH_API_KEY: `${key},short` }],
    ['any-tenant-client', { ZSCALER_MCP_AUTH_MODE: 'zscaler', ZSCALER_VANITY_DOMAIN: 'acme' }],
    ['no-host-validation', { ZSCALER_MCP_AUTH_API_KEY: key, ZSCALER_MCP_DISABLE_HOST_VALIDATION: 'true' }],
    ['any-host', { ZSCALER_MCP_AUTH_API_KEY: key, ZSCALER_MCP_ALLOWED_HOSTS: '*' }],
    ['any-origin', { ZSCALER_MCP_AUTH_API_KEY: key, ZSCALER_MCP_ALLOWED_ORIGINS: '*' }],
    ['no-sanitization', { ZSCALER_MCP_AUTH_API_KEY: key, ZSCALER_MCP_DISABLE_OUTPUT_SANITIZATION: 'true' }],
  ])('calls %s a risk', (risk, boot) => {
    expect(risks(boot)).toEqual([risk]);
  });

  it('counts the tools that change the tenant, and says how deletions can be confirmed', () => {
    const quiet = { ZSCALER_MCP_AUTH_API_KEY: key };
    const tools = [read, { action: 'update', isConfirmed: false }, remove];
    expect(posture(quiet, tools).risks[0]).toEqual({
      id: 'write-tools',
      message: '2 tools may change the tenant, 1 of them removes something',
    });
    expect(risks(quiet, tools)).toEqual(['write-tools', 'confirmation-by-token']);
    expect(risks({ ...quiet, ZSCALER_MCP_CONFIRMATION_FALLBACK: 'refuse' }, tools)).toEqual(['write-tools']);
    expect(risks(quiet, [read], true)).toEqual(['demo']);
  });

  it('says where calls and credentials go instead of to the cloud, unless nothing goes there', () => {
    const elsewhere = {
      ZSCALER_MCP_AUTH_API_KEY: key,
      ZSCALER_MCP_API_URL: 'https://gateway.example/api',
      ZSCALER_MCP_TOKEN_URL: 'https://idp.example/t',
    };
    expect(posture(elsewhere).risks).toEqual([
      {
        id: 'other-endpoints',
        message: "calls go to https://gateway.example/api, credentials go to https://idp.example/t, and not to the cloud's own address",
      },
    ]);
    expect(risks(elsewhere, [read], true)).toEqual(['demo']);
  });

  it('says where the secrets are kept, and calls a file that everybody may read a risk', () => {
    const places = ['/run/secrets/one', '/run/secrets/two', 'Vault secret/mcp'];
    expect(kept({ inTheOpen: 0, places, readableFile: null })).toMatchObject({
      on: ['output sanitization', 'secrets kept apart (Vault secret/mcp, 2 files)'],
      risks: [],
    });
    expect(kept({ inTheOpen: 1, places, readableFile: null }).off).toContain('secrets kept apart (1 in the .env or the environment)');
    expect(kept({ inTheOpen: 1, places: [], readableFile: '/x/.env' }).risks).toEqual([
      { id: 'readable-secrets', message: expect.stringContaining('/x/.env: chmod 600') as unknown },
    ]);
  });

  it.each([
    [true, ['protections on: client authentication (api-key), host validation, output sanitization; off: HTTPS', 'risk: ', 'risk: ']],
    [false, ['posture: 2 risks: plain-http, short-key']],
  ])('stands in the log once, without a secret: as text %j', (isText, expected) => {
    const lines: unknown[][] = [];
    const log = { isText, info: (...line: unknown[]) => void lines.push(line), warn: (...line: unknown[]) => void lines.push(line) };
    logPosture(log, posture({ ZSCALER_MCP_AUTH_API_KEY: 'SENTINEL', ZSCALER_MCP_HOST: '0.0.0.0' }));
    expect(lines.map(([, message]) => message)).toEqual(expected.map((start) => expect.stringContaining(start) as unknown));
    expect(JSON.stringify(lines)).not.toContain('SENTINEL');
    expect(JSON.stringify(lines).split('plain HTTP at')).toHaveLength(2);
  });
});
