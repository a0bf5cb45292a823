import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSettings, rows, type Settings } from './index.ts';
import { describeLoosening, describeModeChange, loosenings } from './loosening.ts';
import type { SettingName } from './table.ts';

const folder = mkdtempSync(join(tmpdir(), 'loosening-'));
const pem = join(folder, 'file.pem');
writeFileSync(pem, 'content');
afterAll(() => rmSync(folder, { recursive: true }));

const KEY = 'ZSCALER_MCP_AUTH_API_KEY=k1';
const TLS = `ZSCALER_MCP_TLS_CERTFILE=${pem} ZSCALER_MCP_TLS_KEYFILE=${pem}`;
const OIDC = 'ZSCALER_MCP_AUTH_MODE=oidc OIDCPROXY_CONFIG_URL=https://x.example/ OIDCPROXY_AUDIENCE=a';
const WRITES = 'ZSCALER_MCP_WRITE_ENABLED=true ZSCALER_MCP_WRITE_TOOLS=zia_*';

const settingsOf = (text: string): Settings => {
  const pairs = text.split(' ').filter((pair) => pair !== '');
  const boot = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const));
  return loadSettings({ flags: {}, envFile: null, boot: { ZSCALER_MCP_TRANSPORT: 'streamable-http', ...boot } }).settings;
};

/** The stricter configuration, the looser one, and what is said. */
const examples: readonly (readonly [strict: string, loose: string, said: string])[] = [
  [KEY, '', 'client authentication is off (was api-key): everyone who can reach the server may call its tools'],
  [KEY, `${KEY} ZSCALER_MCP_AUTH_ENABLED=false`, 'client authentication is off (was api-key)'],
  [KEY, `${KEY} ZSCALER_MCP_AUTH_MODE=none`, 'client authentication is off (was api-key)'],
  [OIDC, '', 'client authentication is off (was oidc)'],
  [KEY, `${KEY} ZSCALER_MCP_TRUST_PLATFORM_AUTH=true`, 'clients without credentials are admitted as the platform'],
  [KEY, `${KEY} ZSCALER_MCP_HOST=0.0.0.0`, 'the server listens on the network (0.0.0.0)'],
  ['ZSCALER_MCP_TRANSPORT=stdio', '', 'the server listens at 127.0.0.1, for every user of this machine, with client authentication none'],
  [TLS, '', 'HTTPS is off'],
  [`${TLS} ZSCALER_MCP_TLS_CA_CERTS=${pem}`, TLS, 'client certificates are not asked for (were required)'],
  [
    `${TLS} ZSCALER_MCP_TLS_CA_CERTS=${pem}`,
    `${TLS} ZSCALER_MCP_TLS_CA_CERTS=${pem} ZSCALER_MCP_TLS_CLIENT_CERTS=optional`,
    'client certificates are optional (were required)',
  ],
  ['', 'ZSCALER_MCP_ALLOW_HTTP=true', 'plain HTTP is allowed'],
  ['', 'ZSCALER_MCP_DISABLE_HOST_VALIDATION=true', 'the Host header is not checked'],
  ['', 'ZSCALER_MCP_ALLOWED_HOSTS=a.example', 'accepted Host headers: a.example in addition to none'],
  ['ZSCALER_MCP_ALLOWED_HOSTS=a.example', 'ZSCALER_MCP_ALLOWED_HOSTS=*', 'accepted Host headers: all (was a.example)'],
  ['', 'ZSCALER_MCP_ALLOWED_ORIGINS=*', 'web origins that may call: all (was none)'],
  ['ZSCALER_MCP_ALLOWED_SOURCE_IPS=10.0.0.0/8', '', 'addresses that may connect: all (was 10.0.0.0/8)'],
  [
    'ZSCALER_MCP_ALLOWED_SOURCE_IPS=10.1.0.0/16,2001:db8::/32',
    'ZSCALER_MCP_ALLOWED_SOURCE_IPS=10.0.0.0/8,2001:db8::/32',
    'addresses that may connect: 10.0.0.0/8 in addition to 10.1.0.0/16,2001:db8::/32',
  ],
  ['', 'ZSCALER_MCP_TRUSTED_PROXIES=10.0.0.1', 'proxies that may state the address of a client: 10.0.0.1 in addition to none'],
  [
    'ZSCALER_MCP_AUTH_MODE=zscaler ZSCALER_VANITY_DOMAIN=acme ZSCALER_MCP_AUTH_ALLOWED_CLIENTS=a',
    'ZSCALER_MCP_AUTH_MODE=zscaler ZSCALER_VANITY_DOMAIN=acme',
    'admitted OneAPI clients: all (was a)',
  ],
  [KEY, `${KEY},k2`, '2 client keys are accepted (was 1)'],
  [`${OIDC} OIDCPROXY_REQUIRED_SCOPES=a,b`, `${OIDC} OIDCPROXY_REQUIRED_SCOPES=a`, 'scopes that a token need not have any more: b'],
  ['ZSCALER_MCP_AUTH_ALGORITHMS=ES256', 'ZSCALER_MCP_AUTH_ALGORITHMS=ES256,RS256', 'accepted signature algorithms: RS256 in addition'],
  ['', 'ZSCALER_MCP_AUTH_FAILURE_LIMIT=1000', 'failed authentications per address and minute: 30 -> 1000'],
  ['ZSCALER_MCP_RATE_LIMIT=10', '', 'limit of requests per caller and minute: 10 -> none'],
  ['', WRITES, 'tools that change the tenant are offered: zia_*'],
  [WRITES, `${WRITES},zpa_*`, 'tools that change the tenant are offered: zpa_*'],
  ['ZSCALER_MCP_DISABLED_TOOLS=zia_*', '', 'tools that are not disabled any more: zia_*'],
  ['ZSCALER_MCP_CHAT_SEPARATORS=<turn>,<x>', 'ZSCALER_MCP_CHAT_SEPARATORS=<turn>', 'separators of speakers that are not shown any more'],
  ['ZSCALER_MCP_SERVICES=zia', '', 'offered products: all (was zia)'],
  ['ZSCALER_MCP_DISABLED_SERVICES=zia', '', 'products that are not disabled any more: zia'],
  ['ZSCALER_MCP_TOOLSETS=users', 'ZSCALER_MCP_TOOLSETS=users,groups', 'offered toolsets: groups in addition to users'],
  ['ZSCALER_MCP_DISABLED_TOOLSETS=users', '', 'toolsets that are not disabled any more: users'],
  ['', 'ZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER=true', 'tools of products that the tenant does not have are offered'],
  ['ZSCALER_MCP_CONFIRMATION_FALLBACK=refuse', '', 'a model may confirm deletions by itself'],
  ['', 'ZSCALER_MCP_DISABLE_OUTPUT_SANITIZATION=true', 'hidden characters and active markup reach the model'],
  ['ZSCALER_MCP_LOG_TOOL_CALLS=true', '', 'tool calls are not audited any more'],
  ['', 'ZSCALER_MCP_API_URL=https://api.example', "calls go to https://api.example, not to the cloud's own address"],
  ['', 'ZSCALER_MCP_TOKEN_URL=https://login.example', 'credentials go to https://login.example'],
  [
    'ZSCALER_MCP_STATE_URL=rediss://a.example:6379',
    'ZSCALER_MCP_STATE_URL=redis://a.example:6379',
    'the state store is reached without TLS',
  ],
];

describe('what loosens a server', () => {
  it.each(examples)('%j -> %j', (strict, loose, said) => {
    const [from, to] = [settingsOf(strict), settingsOf(loose)];
    expect(describeLoosening(from, to)).toEqual([expect.stringContaining(said)]);
    expect(describeLoosening(to, from)).toEqual([]);
    expect(describeLoosening(from, from)).toEqual([]);
  });

  it('has an example here for every row of the table', () => {
    const pairs = examples.map(([strict, loose]) => [settingsOf(strict), settingsOf(loose)] as const);
    expect(loosenings.filter((row) => !pairs.some(([from, to]) => row.describe(from, to) !== null))).toEqual([]);
  });

  it('is decided for every setting: a new one loosens something, or is listed here', () => {
    const known = new Set<SettingName>([...loosenings.flatMap(({ settings }) => settings), ...neutral]);
    expect(rows.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);
    const loosening = new Set(loosenings.flatMap(({ settings }) => settings));
    expect([...neutral].filter((name) => loosening.has(name))).toEqual([]);
  });

  it('holds for every setting whose loosening waits for a restart', () => {
    const loosening = new Set(loosenings.flatMap(({ settings }) => settings));
    expect(rows.filter(([name, row]) => 'waitsWhen' in row && !loosening.has(name))).toEqual([]);
  });
});

describe('a changed way to authenticate clients', () => {
  it.each([
    [KEY, OIDC, 'client authentication changes: api-key -> oidc'],
    ['', KEY, 'client authentication changes: none -> api-key'],
    [KEY, '', null],
    [KEY, KEY, null],
    ['ZSCALER_MCP_TRANSPORT=stdio', KEY, null],
  ])('%j -> %j', (from, to, said) => {
    expect(describeModeChange(settingsOf(from), settingsOf(to))).toBe(said);
  });
});

/** None of their values lets more in, offers more or hides less than another. */
const neutral: readonly SettingName[] = [
  'port',
  'sessions',
  'sessionLimit',
  'sessionIdleSeconds',
  'tlsKeyPassword',
  'bodyLimit',
  'bodiesLimit',
  'readTimeoutSeconds',
  'connectionLimit',
  'connectionsPerAddress',
  'authAudience',
  'oidcBaseUrl',
  'oidcAudience',
  'oidcClientId',
  'requestStateKeys',
  'confirmationSeconds',
  'maxResponseTokens',
  'metrics',
  'logLevel',
  'logFormat',
  'auditFormat',
  'auditFile',
  'clientId',
  'clientSecret',
  'privateKey',
  'cloud',
  'customerId',
  'zcellCustomerId',
  'microtenantId',
  'partnerId',
  'secretName',
  'awsRegion',
  'gcpSecretManager',
  'gcpProject',
  'gcpSecrets',
  'gcpEndpoint',
  'vaultPath',
  'vaultMount',
  'vaultAddress',
  'vaultToken',
  'vaultNamespace',
  'secretsTimeoutSeconds',
  'requestTimeoutSeconds',
  'maxRetries',
  'answerLimit',
  'userAgentComment',
  'httpsProxy',
  'httpProxy',
  'noProxy',
  'statePrefix',
  'dotenvPath',
  'pidFile',
  'drainTimeoutSeconds',
  'keepSessions',
  'watchEnv',
];
