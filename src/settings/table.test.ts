import { describe, expect, it } from 'vitest';
import { logFormats, logLevels } from '../common/log.ts';
import { flagLayer, flagOptions, describeSettings, loadSettings, rows, table, type Settings } from './index.ts';
import { findReserved } from './reserved.ts';

// Names that operators of the Python server use; each must be a setting, or have a recorded reason why not.
const SERVER =
  `ZSCALER_MCP_TRANSPORT ZSCALER_MCP_HOST ZSCALER_MCP_PORT ZSCALER_MCP_SERVICES ZSCALER_MCP_DISABLED_SERVICES ZSCALER_MCP_TOOLSETS
  ZSCALER_MCP_DISABLED_TOOLSETS ZSCALER_MCP_WRITE_ENABLED ZSCALER_MCP_WRITE_TOOLS ZSCALER_MCP_DISABLED_TOOLS ZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER
  ZSCALER_MCP_LOG_TOOL_CALLS ZSCALER_MCP_USER_AGENT_COMMENT ZSCALER_MCP_DOTENV_PATH ZSCALER_MCP_PID_FILE ZSCALER_MCP_DEBUG ZSCALER_MCP_ALLOW_HTTP
  ZSCALER_MCP_TLS_CERTFILE ZSCALER_MCP_TLS_KEYFILE ZSCALER_MCP_TLS_KEYFILE_PASSWORD ZSCALER_MCP_TLS_CA_CERTS ZSCALER_MCP_ALLOWED_HOSTS
  ZSCALER_MCP_DISABLE_HOST_VALIDATION ZSCALER_MCP_ALLOWED_SOURCE_IPS ZSCALER_MCP_AUTH_ENABLED ZSCALER_MCP_AUTH_MODE ZSCALER_MCP_AUTH_JWKS_URI
  ZSCALER_MCP_AUTH_ISSUER ZSCALER_MCP_AUTH_AUDIENCE ZSCALER_MCP_AUTH_ALGORITHMS ZSCALER_MCP_AUTH_API_KEY ZSCALER_MCP_TRUST_PLATFORM_AUTH
  OIDCPROXY_CONFIG_URL OIDCPROXY_BASE_URL OIDCPROXY_AUDIENCE OIDCPROXY_CLIENT_ID OIDCPROXY_REQUIRED_SCOPES OIDCPROXY_CLIENT_SECRET
  ZSCALER_MCP_REQUEST_STATE_KEYS ZSCALER_MCP_CONFIRMATION_TTL ZSCALER_MCP_DISABLE_OUTPUT_SANITIZATION ZSCALER_MCP_REPORT_TOKENS
  ZSCALER_MCP_TOKEN_ENCODING`.split(/\s+/);
const SECRETS = 'ZSCALER_SECRET_NAME AWS_REGION AWS_DEFAULT_REGION ZSCALER_MCP_GCP_SECRET_MANAGER GCP_PROJECT_ID'.split(' ');
const ONE_API =
  'ZSCALER_CLIENT_ID ZSCALER_CLIENT_SECRET ZSCALER_PRIVATE_KEY ZSCALER_VANITY_DOMAIN ZSCALER_CUSTOMER_ID ZCELL_CUSTOMER_ID ZSCALER_CLOUD'.split(
    ' ',
  );
const SDK =
  `ZSCALER_MICROTENANT_ID ZSCALER_PARTNER_ID ZSCALER_SANDBOX_TOKEN ZSCALER_SANDBOX_CLOUD ZSCALER_REQUEST_TIMEOUT ZSCALER_CONNECTION_TIMEOUT
  ZSCALER_RATE_LIMIT_MAX_RETRIES ZSCALER_CACHE_ENABLED ZSCALER_CACHE_DEFAULT_TTL ZSCALER_CACHE_DEFAULT_TTI ZSCALER_LOGGING_ENABLED
  ZSCALER_LOGGING_LOG_LEVEL ZSCALER_PROXY_HOST ZSCALER_PROXY_PORT ZSCALER_PROXY_USERNAME ZSCALER_PROXY_PASSWORD ZSCALER_USER_AGENT
  ZSCALER_ZCELL_CUSTOMER_ID ZSCALER_SDK_LOG ZSCALER_SDK_VERBOSE LOG_TO_FILE LOG_FILE_PATH HTTP_PROXY HTTPS_PROXY REQUESTS_CA_BUNDLE`.split(
    /\s+/,
  );
const FLAGS = `transport host port services disabled-services toolsets disabled-toolsets enable-write-tools write-tools disabled-tools
  no-entitlement-filter log-tool-calls user-agent-comment dotenv-path pid-file debug`.split(/\s+/);

const names = new Set(rows.flatMap(([, { env, aliases = [] }]) => [env, ...aliases.map((alias) => alias.env)]));

describe('the table', () => {
  it.each([...SERVER, ...SECRETS, ...ONE_API, ...SDK])('knows %s as a setting, or says why not', (name) => {
    expect([names.has(name), findReserved(name) !== undefined]).toContain(true);
    expect(names.has(name) && findReserved(name) !== undefined).toBe(false);
  });

  it('has each name and flag once', () => {
    const all = rows
      .flatMap(([, { env, flag, aliases = [] }]) => [env, flag, ...aliases.flatMap((alias) => [alias.env, alias.flag])])
      .filter((each) => each !== undefined);
    expect(all.length).toBe(new Set(all).size);
  });

  it('has no flag for a secret', () => {
    expect(rows.filter(([, row]) => row.secret && (row.flag || row.aliases?.some(({ flag }) => flag))).map(([, { env }]) => env)).toEqual(
      [],
    );
    const secrets = rows.filter(([, row]) => row.secret).map(([, { env }]) => env);
    expect(secrets, 'a new secret: add its name to this list').toEqual([
      'ZSCALER_MCP_TLS_KEYFILE_PASSWORD',
      'ZSCALER_MCP_AUTH_API_KEY',
      'ZSCALER_MCP_REQUEST_STATE_KEYS',
      'ZSCALER_CLIENT_SECRET',
      'ZSCALER_PRIVATE_KEY',
      'VAULT_TOKEN',
      'HTTPS_PROXY',
      'HTTP_PROXY',
      'ZSCALER_MCP_STATE_URL',
    ]);
  });

  it('knows the levels that the log knows', () => {
    expect(table.logLevel.takes).toBe(`one of ${logLevels.join(', ')}`);
    expect(table.logFormat.takes).toBe(`one of ${logFormats.join(', ')}`);
  });

  it('pins defaults that operators rely on', () => {
    const { settings } = loadSettings({ flags: {}, envFile: null, boot: {} });
    const nothing = {
      clientId: undefined,
      clientSecret: undefined,
      privateKey: undefined,
      vanityDomain: undefined,
      customerId: undefined,
      zcellCustomerId: undefined,
    };
    expect(settings, 'a new setting: add its default to this list').toEqual({
      ...nothing,
      transport: 'stdio',
      host: '127.0.0.1',
      port: 8000,
      allowedHosts: [],
      allowedOrigins: [],
      disableHostValidation: false,
      sessions: 'stateful',
      sessionLimit: 10_000,
      sessionIdleSeconds: 3600,
      tlsCertificate: undefined,
      tlsKey: undefined,
      tlsKeyPassword: undefined,
      tlsClientAuthorities: undefined,
      tlsClientCertificates: 'required',
      allowHttp: false,
      allowedSources: [],
      trustedProxies: [],
      bodyLimit: 4_194_304,
      bodiesLimit: 67_108_864,
      readTimeoutSeconds: 30,
      connectionLimit: 10_000,
      connectionsPerAddress: 1_000,
      requestsPerMinute: 0,
      authEnabled: undefined,
      authMode: undefined,
      authApiKeys: [],
      authJwksUri: undefined,
      authIssuer: undefined,
      authAudience: 'zscaler-mcp-server',
      authAlgorithms: ['RS256', 'ES256'],
      authAllowedClients: [],
      trustPlatformAuth: false,
      oidcConfigUrl: undefined,
      oidcBaseUrl: undefined,
      oidcAudience: undefined,
      oidcClientId: undefined,
      oidcRequiredScopes: [],
      authFailureLimit: 30,
      products: [],
      disabledProducts: [],
      toolsets: [],
      disabledToolsets: [],
      disableEntitlementFilter: false,
      writeEnabled: false,
      writeTools: [],
      disabledTools: [],
      requestStateKeys: [],
      confirmationSeconds: 300,
      confirmationFallback: 'token',
      disableOutputSanitization: false,
      chatSeparators: [],
      metrics: false,
      logLevel: 'info',
      logFormat: 'auto',
      logToolCalls: false,
      auditFormat: 'line',
      auditFile: undefined,
      cloud: 'production',
      apiUrl: undefined,
      tokenUrl: undefined,
      microtenantId: undefined,
      partnerId: undefined,
      stateUrl: undefined,
      statePrefix: 'zscaler-mcp:',
      secretName: undefined,
      awsRegion: undefined,
      gcpSecretManager: false,
      gcpProject: undefined,
      gcpSecrets: [],
      gcpEndpoint: undefined,
      vaultPath: undefined,
      vaultMount: 'secret',
      vaultAddress: undefined,
      vaultToken: undefined,
      vaultNamespace: undefined,
      secretsTimeoutSeconds: 10,
      requestTimeoutSeconds: 60,
      maxResponseTokens: 20_000,
      maxRetries: 2,
      answerLimit: 16_777_216,
      userAgentComment: undefined,
      httpsProxy: undefined,
      httpProxy: undefined,
      noProxy: undefined,
      dotenvPath: undefined,
      pidFile: undefined,
      drainTimeoutSeconds: 7,
      keepSessions: true,
      watchEnv: false,
    });
  });

  it('pins what a reload applies', () => {
    const live = rows.filter(([, { applies }]) => applies === 'reload').map(([name]) => name);
    expect(live, 'a new setting: add its name at its place in this list').toEqual([
      'sessionLimit',
      'sessionIdleSeconds',
      'tlsCertificate',
      'tlsKey',
      'tlsKeyPassword',
      'tlsClientAuthorities',
      'allowedSources',
      'bodyLimit',
      'bodiesLimit',
      'readTimeoutSeconds',
      'connectionLimit',
      'connectionsPerAddress',
      'requestsPerMinute',
      'authEnabled',
      'authMode',
      'authApiKeys',
      'authJwksUri',
      'authIssuer',
      'authAudience',
      'authAlgorithms',
      'authAllowedClients',
      'trustPlatformAuth',
      'oidcConfigUrl',
      'oidcBaseUrl',
      'oidcAudience',
      'oidcClientId',
      'oidcRequiredScopes',
      'authFailureLimit',
      'requestStateKeys',
      'confirmationSeconds',
      'confirmationFallback',
      'disableOutputSanitization',
      'chatSeparators',
      'maxResponseTokens',
      'metrics',
      'logLevel',
      'logFormat',
      'logToolCalls',
      'auditFormat',
      'auditFile',
      'clientId',
      'clientSecret',
      'privateKey',
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
      'drainTimeoutSeconds',
      'keepSessions',
      'watchEnv',
    ]);
    expect(rows.filter(([, { applies }]) => applies === 'boot').map(([name]) => name)).toEqual(['dotenvPath', 'pidFile']);
  });

  it('gives each setting its type', () => {
    const typed: (settings: Settings) => [number, 'stdio' | 'streamable-http' | 'sse', readonly string[], string | undefined] = ({
      port,
      transport,
      toolsets,
      clientId,
    }) => [port, transport, toolsets, clientId];
    // @ts-expect-error a setting without a default may be undefined
    const wrong: (settings: Settings) => string = ({ clientId }) => clientId;
    expect([typed.length, wrong.length]).toEqual([1, 1]);
  });
});

describe('flags', () => {
  it('cover those that operators use', () => {
    expect(FLAGS.filter((flag) => !(flag in flagOptions()))).toEqual([]);
    expect(flagOptions()).toMatchObject({
      services: { type: 'string', short: 's' },
      debug: { type: 'boolean' },
      'drain-timeout': { type: 'string' },
    });
  });

  it('become a layer by environment name; what is no setting is left to others', () => {
    const layer = flagLayer({
      port: '1',
      'enable-write-tools': true,
      debug: true,
      demo: true,
      json: true,
      'no-entitlement-filter': true,
      toolsets: undefined,
    });
    expect(layer).toEqual({
      ZSCALER_MCP_PORT: '1',
      ZSCALER_MCP_WRITE_ENABLED: 'true',
      ZSCALER_MCP_DEBUG: 'true',
      ZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER: 'true',
    });
    expect(loadSettings({ flags: layer, envFile: null, boot: {} })).toMatchObject({
      settings: { port: 1, writeEnabled: true, logLevel: 'debug' },
      problems: [],
    });
  });

  it('and every setting stand in the help', () => {
    const help = describeSettings()
      .flatMap(({ settings }) => settings.map(({ names, text }) => `${names.join(' ')}: ${text}`))
      .join('\n');
    expect(
      [...rows.map(([, { env }]) => env), ...FLAGS.filter((flag) => flag !== 'no-entitlement-filter').map((flag) => `--${flag}`)].filter(
        (name) => !help.includes(name),
      ),
    ).toEqual([]);
    expect(help).toContain(
      '-s, --services SERVICES (ZSCALER_MCP_SERVICES): Products to offer; empty offers all. [a comma-separated list of zia, zpa, ',
    );
    expect(help).toContain('--toolsets TOOLSETS (ZSCALER_MCP_TOOLSETS): ');
    expect(help).toContain('[a comma-separated list of toolsets, which `zscaler-mcp tools` lists; default none; ');
    expect(help).toContain('--port PORT (ZSCALER_MCP_PORT): ');
    expect(help).not.toContain('VALUE');
    expect(help).toContain('--transport stdio|streamable-http|sse (ZSCALER_MCP_TRANSPORT): How clients connect: over stdio');
    expect(help).toContain('\nZSCALER_MCP_DISABLE_HOST_VALIDATION=true|false: Accept every Host header.');
  });
});
