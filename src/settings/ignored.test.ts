import { describe, expect, it } from 'vitest';
import { whyIgnored } from './ignored.ts';
import { loadSettings, table } from './index.ts';
import type { SettingName } from './table.ts';

const http = { ZSCALER_MCP_TRANSPORT: 'streamable-http' };
const settingsOf = (boot: Record<string, string>) => loadSettings({ flags: {}, envFile: null, boot }).settings;

const names = Object.keys(table) as SettingName[];
const ignoredUnder = (boot: Record<string, string>): readonly SettingName[] =>
  names.filter((name) => whyIgnored(name, settingsOf(boot)) !== null);

describe('a setting without effect beside the others', () => {
  it.each<[SettingName, Record<string, string>, string]>([
    ['port', {}, 'clients connect over stdio'],
    ['allowedHosts', { ...http, ZSCALER_MCP_DISABLE_HOST_VALIDATION: 'true' }, 'ZSCALER_MCP_DISABLE_HOST_VALIDATION'],
    ['tlsKeyPassword', http, 'ZSCALER_MCP_TLS_CERTFILE is not set'],
    ['allowHttp', http, 'the server listens on loopback'],
    ['authMode', { ...http, ZSCALER_MCP_AUTH_ENABLED: 'false' }, 'ZSCALER_MCP_AUTH_ENABLED is false'],
    ['authApiKeys', { ...http, ZSCALER_MCP_AUTH_MODE: 'jwt' }, 'mode jwt'],
    ['authIssuer', { ...http, ZSCALER_MCP_AUTH_API_KEY: 'k' }, 'mode api-key'],
    ['authFailureLimit', http, 'client authentication is off'],
    ['oidcClientId', { ...http, ZSCALER_MCP_AUTH_MODE: 'oidc', OIDCPROXY_AUDIENCE: 'a' }, 'OIDCPROXY_AUDIENCE is set'],
    ['writeTools', http, 'ZSCALER_MCP_WRITE_ENABLED is not true'],
    ['writeEnabled', http, 'ZSCALER_MCP_WRITE_TOOLS names no tool'],
    ['auditFile', http, 'ZSCALER_MCP_LOG_TOOL_CALLS is not true'],
    ['clientSecret', { ...http, ZSCALER_PRIVATE_KEY: '/run/key.pem' }, 'ZSCALER_PRIVATE_KEY is set'],
    ['vaultToken', http, 'ZSCALER_MCP_VAULT_PATH is not set'],
    ['secretsTimeoutSeconds', http, 'no secrets manager is configured'],
    ['statePrefix', http, 'ZSCALER_MCP_STATE_URL is not set'],
  ])('%s under %j', (name, boot, reason) => {
    expect(whyIgnored(name, settingsOf(boot))).toContain(reason);
  });

  it('is none of those that count in any configuration', () => {
    const everywhere = [http, {}].map(ignoredUnder);
    for (const name of ['logLevel', 'clientId', 'clientSecret', 'vanityDomain', 'products', 'drainTimeoutSeconds', 'watchEnv'] as const)
      for (const ignored of everywhere) expect(ignored).not.toContain(name);
  });

  it('counts where the setting that uses it is there', () => {
    const full = {
      ...http,
      ZSCALER_MCP_AUTH_API_KEY: 'k',
      ZSCALER_MCP_LOG_TOOL_CALLS: 'true',
      ZSCALER_MCP_WRITE_ENABLED: 'true',
      ZSCALER_MCP_WRITE_TOOLS: 'zia_*',
      ZSCALER_SECRET_NAME: 'x',
    };
    const ignored = ignoredUnder(full);
    for (const name of ['authApiKeys', 'trustPlatformAuth', 'auditFile', 'writeTools', 'awsRegion', 'secretsTimeoutSeconds'] as const)
      expect(ignored).not.toContain(name);
  });
});
