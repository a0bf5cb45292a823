import { describe, expect, it } from 'vitest';
import { loadSettings } from './index.ts';

const pem = '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----';

const strong = '0123456789abcdefghijklmnopqrstuv';

type Case = readonly [name: string, raw: string, expected: unknown];
const accepted: readonly Case[] = [
  ['ZSCALER_MCP_TRANSPORT', 'SSE', { transport: 'sse' }],
  ['ZSCALER_MCP_REQUEST_STATE_KEYS', `${strong}, ${strong}2`, { requestStateKeys: [strong, `${strong}2`] }],
  ['ZSCALER_MCP_REQUEST_STATE_KEYS', JSON.stringify([strong]), { requestStateKeys: [strong] }],
  ['ZSCALER_MCP_HOST', '[::1]', { host: '::1' }],
  ['ZSCALER_MCP_HOST', 'LocalHost', { host: 'localhost' }],
  ['ZSCALER_MCP_PORT', '0', { port: 0 }],
  ['ZSCALER_MCP_PORT', '65535', { port: 65_535 }],
  ['ZSCALER_MCP_DRAIN_TIMEOUT', '0', { drainTimeoutSeconds: 0 }],
  ['ZSCALER_MCP_SERVICES', ' zia, ,zpa,', { products: ['zia', 'zpa'] }],
  ['ZSCALER_MCP_WRITE_TOOLS', 'zpa_[cd]*,zia_?', { writeTools: ['zpa_[cd]*', 'zia_?'] }],
  ['ZSCALER_MCP_WRITE_ENABLED', 'Yes', { writeEnabled: true }],
  ['ZSCALER_MCP_WRITE_ENABLED', 'off', { writeEnabled: false }],
  [
    'ZSCALER_MCP_ALLOWED_HOSTS',
    'a.example,B.example:8443,c:*,*,[::1]:80,[::1],::1,10.0.0.1:80',
    { allowedHosts: ['a.example', 'b.example:8443', 'c:*', '*', '[::1]:80', '[::1]', '::1', '10.0.0.1:80'] },
  ],
  [
    'ZSCALER_MCP_ALLOWED_ORIGINS',
    'https://A.example/,http://localhost:3000,*',
    { allowedOrigins: ['https://a.example', 'http://localhost:3000', '*'] },
  ],
  ['ZSCALER_MCP_API_URL', 'https://api.example/base/', { apiUrl: 'https://api.example/base' }],
  ['ZSCALER_MCP_API_URL', 'http://127.0.0.1:81/', { apiUrl: 'http://127.0.0.1:81' }],
  ['ZSCALER_MCP_TOKEN_URL', 'http://[::1]:81/oauth2/v1/token', { tokenUrl: 'http://[::1]:81/oauth2/v1/token' }],
  ['ZSCALER_VANITY_DOMAIN', 'Acme-1', { vanityDomain: 'acme-1' }],
  ['ZSCALER_CLOUD', 'govus', { cloud: 'govus' }],
  ['ZSCALER_CUSTOMER_ID', '216196257331281920', { customerId: '216196257331281920' }],
  ['ZSCALER_PRIVATE_KEY', pem, { privateKey: pem }],
  ['ZSCALER_PRIVATE_KEY', '{"kty":"RSA","d":"x"}', { privateKey: '{"kty":"RSA","d":"x"}' }],
  ['ZSCALER_PRIVATE_KEY', '/run/secrets/key.pem', { privateKey: '/run/secrets/key.pem' }],
  ['HTTPS_PROXY', 'proxy.example:3128', { httpsProxy: 'http://proxy.example:3128' }],
  ['http_proxy', 'http://u:p@proxy:1', { httpProxy: 'http://u:p@proxy:1' }],
  ['ZSCALER_RATE_LIMIT_MAX_RETRIES', '10', { maxRetries: 10 }],
  ['ZSCALER_MCP_USER_AGENT_COMMENT', 'team blue; v1', { userAgentComment: 'team blue; v1' }],
];

const refused: readonly (readonly [name: string, raw: string])[] = [
  ['ZSCALER_MCP_TRANSPORT', 'http'],
  ['ZSCALER_MCP_REQUEST_STATE_KEYS', 'short'],
  ['ZSCALER_MCP_REQUEST_STATE_KEYS', `${strong},short`],
  ['ZSCALER_MCP_REQUEST_STATE_KEYS', 'a'.repeat(64)],
  ['ZSCALER_MCP_REQUEST_STATE_KEYS', '[1]'],
  ['ZSCALER_MCP_REQUEST_STATE_KEYS', `["${strong}"`],
  ['ZSCALER_MCP_HOST', 'http://localhost'],
  ['ZSCALER_MCP_HOST', '127.0.0.1:80'],
  ['ZSCALER_MCP_HOST', 'a b'],
  ['ZSCALER_MCP_PORT', '65536'],
  ['ZSCALER_MCP_PORT', '-1'],
  ['ZSCALER_MCP_PORT', '8e3'],
  ['ZSCALER_MCP_PORT', '0x50'],
  ['ZSCALER_MCP_PORT', '80.0'],
  ['ZSCALER_MCP_DRAIN_TIMEOUT', '3601'],
  ['ZSCALER_REQUEST_TIMEOUT', '0'],
  ['ZSCALER_RATE_LIMIT_MAX_RETRIES', '11'],
  ['ZSCALER_MCP_SESSION_LIMIT', '0'],
  ['ZSCALER_MCP_WRITE_ENABLED', 'ja'],
  ['ZSCALER_MCP_WRITE_TOOLS', 'zpa_* zia_*'],
  ['ZSCALER_MCP_ALLOWED_HOSTS', 'https://a.example'],
  ['ZSCALER_MCP_ALLOWED_HOSTS', 'a.example:70000'],
  ['ZSCALER_MCP_ALLOWED_HOSTS', '*.example'],
  ['ZSCALER_MCP_ALLOWED_HOSTS', '[10.0.0.1]'],
  ['ZSCALER_MCP_ALLOWED_ORIGINS', 'a.example'],
  ['ZSCALER_MCP_ALLOWED_ORIGINS', 'https://a.example/path'],
  ['ZSCALER_MCP_ALLOWED_ORIGINS', 'null'],
  ['ZSCALER_MCP_API_URL', 'http://api.example'],
  ['ZSCALER_MCP_API_URL', 'http://127.0.0.1.example'],
  ['ZSCALER_MCP_API_URL', 'ftp://127.0.0.1'],
  ['ZSCALER_MCP_API_URL', 'https://u:p@api.example'],
  ['ZSCALER_MCP_API_URL', 'https://@api.example'],
  ['ZSCALER_MCP_API_URL', 'https://api.example?x=1'],
  ['ZSCALER_MCP_API_URL', 'https://api.example#x'],
  ['ZSCALER_MCP_API_URL', 'api.example'],
  ['ZSCALER_VANITY_DOMAIN', 'acme.zslogin.net'],
  ['ZSCALER_VANITY_DOMAIN', 'evil.example/x?'],
  ['ZSCALER_VANITY_DOMAIN', 'https://acme'],
  ['ZSCALER_VANITY_DOMAIN', 'acme\\'],
  ['ZSCALER_VANITY_DOMAIN', 'acme@evil'],
  ['ZSCALER_VANITY_DOMAIN', '-acme'],
  ['ZSCALER_VANITY_DOMAIN', 'a'.repeat(64)],
  ['ZSCALER_CLOUD', 'beta.evil'],
  ['ZSCALER_CUSTOMER_ID', '1/../2'],
  ['ZSCALER_CUSTOMER_ID', '1 2'],
  ['ZSCALER_PRIVATE_KEY', '-----BEGIN PRIVATE KEY-----'],
  ['ZSCALER_PRIVATE_KEY', '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----'],
  ['ZSCALER_PRIVATE_KEY', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'],
  ['ZSCALER_PRIVATE_KEY', '{"kty":"RSA","n":"x"}'],
  ['ZSCALER_PRIVATE_KEY', '{"kty"'],
  ['HTTPS_PROXY', 'socks5://proxy:1'],
  ['HTTPS_PROXY', 'http://'],
  ['ZSCALER_MCP_USER_AGENT_COMMENT', 'a\nb'],
  ['ZSCALER_MCP_USER_AGENT_COMMENT', 'é'],
  ['ZSCALER_CLIENT_ID', 'a\u0000b'],
  ['NO_PROXY', 'a\nb'],
];

describe('a value', () => {
  it.each(accepted)('%s=%j is accepted', (name, raw, expected) => {
    const { settings, problems } = loadSettings({ flags: {}, envFile: null, boot: { [name]: raw } });
    expect([problems, settings]).toEqual([[], expect.objectContaining(expected as object)]);
  });

  it.each(refused)('%s=%j is refused, with what was wanted', (name, raw) => {
    const { problems } = loadSettings({ flags: {}, envFile: null, boot: { [name]: raw } });
    expect(problems).toMatchObject([{ setting: name, message: expect.stringMatching(/^expected .+, got /) as string }]);
  });
});
