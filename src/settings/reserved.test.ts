import { describe, expect, it } from 'vitest';
import { loadSettings, parseEnvFile, reserved } from './index.ts';

const judge = (line: string, transport = 'streamable-http', where: 'file' | 'environment' = 'file') => {
  const { entries, problems, warnings } = parseEnvFile(Buffer.from(line), {});
  const boot = Object.fromEntries([...entries].map(([name, { value }]) => [name, value]));
  const flags = { ZSCALER_MCP_TRANSPORT: transport };
  const loaded =
    where === 'file'
      ? loadSettings({ flags, envFile: { path: '/.env', entries, problems, warnings }, boot: {} })
      : loadSettings({ flags, envFile: null, boot });
  return loaded.problems.length > 0 ? 'error' : loaded.warnings.length > 0 ? 'warning' : 'silence';
};

describe('a name that this version cannot honour', () => {
  it.each([
    ['ZSCALER_MCP_AUTH_OAUTH_CLIENT_ID=x', 'error', 'warning'],
    ['ZSCALER_MCP_AUTH_OAUTH_CLIENT_ID=x\nZSCALER_MCP_AUTH_ENABLED=false', 'error', 'warning'],
    ['OIDCPROXY_DOMAIN=idp.example', 'error', 'warning'],
    ['OIDCPROXY_CLIENT_SECRET=x', 'warning', 'warning'],
    ['ZSCALER_MCP_TLS_CERT_FILE=/c', 'error', 'warning'],
    ['AWS_ACCESS_KEY_ID=x', 'warning', 'warning'],
    ['GOOGLE_APPLICATION_CREDENTIALS=/x', 'warning', 'warning'],
    ['AWS_REGION=eu-west-1', 'silence', 'silence'],
    ['ZSCALER_PROXY_HOST=proxy', 'error', 'error'],
    ['ZSCALER_CACHE_ENABLED=false', 'silence', 'silence'],
    ['ZSCALER_CACHE_ENABLED=true', 'warning', 'warning'],
    ['REQUESTS_CA_BUNDLE=/ca', 'warning', 'warning'],
  ])('%j is met with %s over HTTP and %s over stdio', (line, overHttp, overStdio) => {
    expect([judge(line), judge(line, 'sse'), judge(line, 'stdio')]).toEqual([overHttp, overHttp, overStdio]);
  });

  it.each([
    ['ZSCALER_MCP_TLS_CERT_FILE=/c', 'error'],
    ['AWS_ACCESS_KEY_ID=x', 'silence'],
    ['REQUESTS_CA_BUNDLE=/ca', 'silence'],
    ['OIDCPROXY_ISSUER=x', 'error'],
  ])('counts in the environment too, unless other programs share it: %s', (line, verdict) => {
    expect(judge(line, 'streamable-http', 'environment')).toBe(verdict);
  });

  it('is judged by the highest layer that has it', () => {
    const { problems, warnings } = loadSettings({
      flags: { ZSCALER_MCP_TRANSPORT: 'sse' },
      envFile: { path: '/.env', ...parseEnvFile(Buffer.from('ZSCALER_CACHE_ENABLED=false'), {}) },
      boot: { ZSCALER_CACHE_ENABLED: 'true' },
    });
    expect([problems, warnings]).toEqual([[], []]);
  });

  it('never has its value shown', () => {
    const { problems } = loadSettings({
      flags: { ZSCALER_MCP_TRANSPORT: 'sse' },
      envFile: null,
      boot: { OIDCPROXY_DOMAIN: 'SENTINEL' },
    });
    expect(problems.map(({ setting }) => setting)).toEqual(['OIDCPROXY_DOMAIN']);
    expect(JSON.stringify(problems)).not.toContain('SENTINEL');
  });

  it('has a reason and advice', () => {
    expect(reserved.filter(({ reason, hint }) => reason.length < 20 || !hint.endsWith('.'))).toEqual([]);
  });
});
