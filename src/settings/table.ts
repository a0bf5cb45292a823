/** Every setting there is. Types, flags, help, `.env.example`, the reference page and what a reload can apply come from here. */
import type { LogLevel } from '../log.ts';
import { allowedHost, allowedOrigin, bindHost, cloudUrl, dnsLabel, headerComment, identifier, privateKey, proxyUrl } from './formats.ts';
import { choice, flag, integer, list, parseFlag, text, type Setting, type Values } from './setting.ts';

/** Written out here, so that reading the table does not load the logger. */
const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const satisfies readonly LogLevel[];

const server = {
  transport: choice(['stdio', 'streamable-http', 'sse'], {
    env: 'ZSCALER_MCP_TRANSPORT',
    flag: '--transport',
    default: 'stdio',
    applies: 'restart',
    about: 'How clients reach the server.',
  }),
  host: text(
    {
      env: 'ZSCALER_MCP_HOST',
      flag: '--host',
      default: '127.0.0.1',
      applies: 'restart',
      about: 'Address to listen on. Loopback only, since this version does not authenticate clients.',
    },
    'a host name or an IP address',
    bindHost,
  ),
  port: integer({
    env: 'ZSCALER_MCP_PORT',
    flag: '--port',
    default: 8000,
    min: 0,
    max: 65_535,
    applies: 'restart',
    about: 'TCP port to listen on; 0 takes a free one.',
  }),
  allowedHosts: list(
    {
      env: 'ZSCALER_MCP_ALLOWED_HOSTS',
      default: [],
      applies: 'restart',
      about: 'Host headers to accept beside loopback ones, for a reverse proxy in front.',
    },
    'comma-separated: host, host:port, host:*, *',
    allowedHost,
  ),
  allowedOrigins: list(
    { env: 'ZSCALER_MCP_ALLOWED_ORIGINS', default: [], applies: 'restart', about: 'Origin headers to accept beside loopback ones.' },
    'comma-separated: scheme://host[:port], *',
    allowedOrigin,
  ),
  disableHostValidation: flag({
    env: 'ZSCALER_MCP_DISABLE_HOST_VALIDATION',
    default: false,
    applies: 'restart',
    about: 'Accept every Host header. Opens the server to DNS rebinding; prefer a list of hosts.',
  }),
  sessionLimit: integer({
    env: 'ZSCALER_MCP_SESSION_LIMIT',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    applies: 'reload',
    about: 'MCP sessions that may be open at once.',
  }),
  sessionIdleSeconds: integer({
    env: 'ZSCALER_MCP_SESSION_IDLE_TIMEOUT',
    default: 3600,
    min: 1,
    max: 604_800,
    applies: 'reload',
    about: 'Seconds after which an idle session ends.',
  }),
};

const offer = {
  services: list({
    env: 'ZSCALER_MCP_SERVICES',
    flag: '--services',
    short: 's',
    default: [],
    applies: 'restart',
    about: 'Products to offer; empty offers all.',
  }),
  disabledServices: list({
    env: 'ZSCALER_MCP_DISABLED_SERVICES',
    flag: '--disabled-services',
    default: [],
    applies: 'restart',
    about: 'Products not to offer; wins over the list of products to offer.',
  }),
  toolsets: list({
    env: 'ZSCALER_MCP_TOOLSETS',
    flag: '--toolsets',
    default: [],
    applies: 'restart',
    about: 'Toolsets to offer; empty, "all" or "default" offers all.',
  }),
  disabledToolsets: list({
    env: 'ZSCALER_MCP_DISABLED_TOOLSETS',
    flag: '--disabled-toolsets',
    default: [],
    applies: 'restart',
    about: 'Toolsets not to offer; wins over the list of toolsets to offer.',
  }),
  writeEnabled: flag({
    env: 'ZSCALER_MCP_WRITE_ENABLED',
    flag: '--enable-write-tools',
    default: false,
    applies: 'restart',
    about: 'Offer tools that change the tenant, as far as ZSCALER_MCP_WRITE_TOOLS names them.',
  }),
  writeTools: list(
    {
      env: 'ZSCALER_MCP_WRITE_TOOLS',
      flag: '--write-tools',
      default: [],
      applies: 'restart',
      about: 'Names of the tools that may change the tenant; * and ? match as in file names.',
    },
    'a comma-separated list of patterns',
  ),
  disabledTools: list(
    {
      env: 'ZSCALER_MCP_DISABLED_TOOLS',
      flag: '--disabled-tools',
      default: [],
      applies: 'restart',
      about: 'Names of tools never to offer; * and ? match as in file names. Wins over everything.',
    },
    'a comma-separated list of patterns',
  ),
};

const trust = {
  disableOutputSanitization: flag({
    env: 'ZSCALER_MCP_DISABLE_OUTPUT_SANITIZATION',
    default: false,
    applies: 'reload',
    about: 'Hand on hidden characters and active markup of answers as they are.',
  }),
};

const logging = {
  logLevel: choice(logLevels, {
    env: 'ZSCALER_MCP_LOG_LEVEL',
    flag: '--log-level',
    default: 'info',
    applies: 'reload',
    about: 'How much is logged to stderr.',
    aliases: [
      {
        env: 'ZSCALER_MCP_DEBUG',
        flag: '--debug',
        isSwitch: true,
        about: 'The same as log level debug, when true.',
        translate: (raw: string) => (parseFlag(raw) ? 'debug' : undefined),
      },
    ],
  }),
  logToolCalls: flag({
    env: 'ZSCALER_MCP_LOG_TOOL_CALLS',
    flag: '--log-tool-calls',
    default: false,
    applies: 'reload',
    about: 'Log each tool call with its redacted arguments and outcome.',
  }),
};

const tenant = {
  clientId: text({ env: 'ZSCALER_CLIENT_ID', applies: 'reload', group: 'tenant', about: 'OneAPI client id.' }),
  clientSecret: text({ env: 'ZSCALER_CLIENT_SECRET', secret: true, applies: 'reload', group: 'tenant', about: 'OneAPI client secret.' }),
  privateKey: text(
    {
      env: 'ZSCALER_PRIVATE_KEY',
      secret: true,
      applies: 'reload',
      group: 'tenant',
      about: 'OneAPI private key instead of a secret, and used if both are given.',
    },
    'PEM text, JWK JSON, or the path of a file with one of them',
    privateKey,
  ),
  vanityDomain: text(
    {
      env: 'ZSCALER_VANITY_DOMAIN',
      applies: 'restart',
      group: 'tenant',
      about: 'Vanity domain of the tenant: "acme" of https://acme.zslogin.net.',
    },
    'one DNS label',
    dnsLabel,
  ),
  cloud: text(
    {
      env: 'ZSCALER_CLOUD',
      default: 'production',
      applies: 'restart',
      group: 'tenant',
      about: 'Cloud of the tenant: production, beta, gov, govus, ...',
    },
    'one DNS label',
    dnsLabel,
  ),
  customerId: text(
    { env: 'ZSCALER_CUSTOMER_ID', applies: 'reload', group: 'tenant', about: 'Customer id, needed by the ZPA and ZMS tools.' },
    'an identifier',
    identifier,
  ),
  zcellCustomerId: text(
    {
      env: 'ZCELL_CUSTOMER_ID',
      applies: 'reload',
      group: 'tenant',
      about: 'Customer id of ZCell, needed by its tools.',
      aliases: [{ env: 'ZSCALER_ZCELL_CUSTOMER_ID' }],
    },
    'an identifier',
    identifier,
  ),
  apiUrl: text(
    {
      env: 'ZSCALER_MCP_API_URL',
      applies: 'restart',
      group: 'tenant',
      about: 'Base URL of the API, instead of the one that follows from the cloud.',
    },
    'an https URL; plain http on loopback',
    cloudUrl,
  ),
  tokenUrl: text(
    {
      env: 'ZSCALER_MCP_TOKEN_URL',
      applies: 'restart',
      group: 'tenant',
      about: 'URL of the token endpoint, instead of the one that follows from vanity domain and cloud.',
    },
    'an https URL; plain http on loopback',
    cloudUrl,
  ),
  microtenantId: text(
    { env: 'ZSCALER_MICROTENANT_ID', applies: 'reload', about: 'Microtenant that ZPA calls act in.' },
    'an identifier',
    identifier,
  ),
  partnerId: text(
    { env: 'ZSCALER_PARTNER_ID', applies: 'reload', about: 'Partner id sent with each request.' },
    'an identifier',
    identifier,
  ),
};

const requests = {
  requestTimeoutSeconds: integer({
    env: 'ZSCALER_REQUEST_TIMEOUT',
    default: 60,
    min: 1,
    max: 3600,
    hint: 'Every request has a time limit; remove the line for the default of 60 seconds.',
    applies: 'reload',
    about: 'Seconds that one request to the cloud may take.',
  }),
  maxRetries: integer({
    env: 'ZSCALER_RATE_LIMIT_MAX_RETRIES',
    default: 2,
    min: 0,
    max: 10,
    applies: 'reload',
    about: 'How often a request is tried again after a rate limit.',
  }),
  userAgentComment: text(
    {
      env: 'ZSCALER_MCP_USER_AGENT_COMMENT',
      flag: '--user-agent-comment',
      applies: 'reload',
      about: 'Added in parentheses to the User-Agent of requests to the cloud.',
    },
    'printable ASCII text',
    headerComment,
  ),
  httpsProxy: text(
    {
      env: 'HTTPS_PROXY',
      secret: true,
      applies: 'restart',
      about: 'Proxy for https requests. May hold a password, so it is treated as a secret.',
      aliases: [{ env: 'https_proxy' }],
    },
    'the URL of a proxy, or host:port',
    proxyUrl,
  ),
  httpProxy: text(
    {
      env: 'HTTP_PROXY',
      secret: true,
      applies: 'restart',
      about: 'Proxy for plain http requests, and for https ones without HTTPS_PROXY.',
      aliases: [{ env: 'http_proxy' }],
    },
    'the URL of a proxy, or host:port',
    proxyUrl,
  ),
  noProxy: text(
    {
      env: 'NO_PROXY',
      applies: 'restart',
      about: 'Hosts that are reached without a proxy, comma-separated.',
      aliases: [{ env: 'no_proxy' }],
    },
    'a comma-separated list of hosts',
  ),
};

const life = {
  dotenvPath: text(
    {
      env: 'ZSCALER_MCP_DOTENV_PATH',
      flag: '--dotenv-path',
      applies: 'boot',
      about: 'The .env file to use; without it, the default places are searched.',
    },
    'a path',
  ),
  pidFile: text(
    { env: 'ZSCALER_MCP_PID_FILE', flag: '--pid-file', applies: 'boot', about: 'Where the server records itself and takes commands.' },
    'a path',
  ),
  drainTimeoutSeconds: integer({
    env: 'ZSCALER_MCP_DRAIN_TIMEOUT',
    flag: '--drain-timeout',
    default: 7,
    min: 0,
    max: 3600,
    applies: 'reload',
    about: 'Seconds that requests in flight may take before a restart or a stop cuts them.',
  }),
  keepSessions: flag({
    env: 'ZSCALER_MCP_RESTART_KEEP_SESSIONS',
    default: false,
    applies: 'reload',
    about: 'Keep MCP sessions over every restart, as `restart --keep-sessions` does for one.',
  }),
};

/** The rows by topic, in the order of help and reference page. */
export const topics: readonly (readonly [topic: string, rows: Readonly<Record<string, Setting<unknown>>>])[] = [
  ['Server', server],
  ['What is offered', offer],
  ['Trust', trust],
  ['Logging', logging],
  ['Tenant', tenant],
  ['Requests to the cloud', requests],
  ['Process', life],
];

export const table = { ...server, ...offer, ...trust, ...logging, ...tenant, ...requests, ...life };

export type SettingName = keyof typeof table;

/** What is configured. Frozen; lists are frozen too. */
export type Settings = Values<typeof table>;

/** The rows with their keys. */
export const rows: readonly (readonly [SettingName, Setting<unknown>])[] = Object.entries(table) as [SettingName, Setting<unknown>][];
