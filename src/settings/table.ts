/** Every setting there is. Types, flags, help, `.env.example`, the reference page and what a reload can apply come from here. */
import type { LogLevel } from '../common/log.ts';
import { file } from './file-content.ts';
import {
  addressRange,
  absolutePath,
  allowedHost,
  allowedOrigin,
  bindHost,
  cloudUrl,
  dnsLabel,
  documentUrl,
  headerComment,
  identifier,
  keyPrefix,
  privateKey,
  proxyUrl,
  sealingKeys,
  signatureAlgorithm,
  stateUrl,
} from './formats.ts';
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
      about: 'Address to listen on. Off loopback, clients must be authenticated, over HTTPS unless ZSCALER_MCP_ALLOW_HTTP is true.',
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
    {
      env: 'ZSCALER_MCP_ALLOWED_ORIGINS',
      default: [],
      applies: 'restart',
      about: 'Origins of pages that may call the server and read its answers (CORS), beside those of loopback, which may call alone.',
    },
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

/** Serving TLS or not is decided with the socket; what is served over it is not. */
const isSwitched = (from: unknown, to: unknown): boolean => (from === undefined) !== (to === undefined);

const letsAllIn = (list: readonly string[] = []): boolean => list.length === 0 || list.includes('*');

const isOpened = (from: readonly string[] | undefined, to: readonly string[] | undefined): boolean => !letsAllIn(from) && letsAllIn(to);

/** Of a switch that takes a protection away. */
const isSwitchedOn = (_from: boolean | undefined, to: boolean | undefined): boolean => to === true;

const edge = {
  tlsCertificate: file(
    {
      env: 'ZSCALER_MCP_TLS_CERTFILE',
      applies: 'reload',
      group: 'tls',
      waitsWhen: isSwitched,
      about:
        'Certificate chain (PEM) to serve HTTPS with. A renewed one is applied by a reload; switching HTTPS on or off waits for a restart.',
    },
    'the path of a PEM file',
  ),
  tlsKey: file(
    {
      env: 'ZSCALER_MCP_TLS_KEYFILE',
      applies: 'reload',
      group: 'tls',
      waitsWhen: isSwitched,
      about: 'Private key (PEM) of the certificate.',
    },
    'the path of a PEM file',
  ),
  tlsKeyPassword: text({
    env: 'ZSCALER_MCP_TLS_KEYFILE_PASSWORD',
    secret: true,
    applies: 'reload',
    group: 'tls',
    about: 'Password of the private key, if it has one.',
  }),
  tlsClientAuthorities: file(
    {
      env: 'ZSCALER_MCP_TLS_CA_CERTS',
      applies: 'reload',
      group: 'tls',
      waitsWhen: isSwitched,
      about: 'Authorities (PEM) that vouch for clients. With it every client needs a certificate of theirs.',
    },
    'the path of a PEM file',
  ),
  tlsClientCertificates: choice(['required', 'optional'], {
    env: 'ZSCALER_MCP_TLS_CLIENT_CERTS',
    default: 'required',
    applies: 'restart',
    group: 'tls',
    about: 'Whether clients without a certificate are let in although ZSCALER_MCP_TLS_CA_CERTS is set.',
  }),
  allowHttp: flag({
    env: 'ZSCALER_MCP_ALLOW_HTTP',
    default: false,
    applies: 'restart',
    about: 'Serve plain HTTP on an address that is not loopback. For a network that encrypts by itself.',
  }),
  allowedSources: list(
    {
      env: 'ZSCALER_MCP_ALLOWED_SOURCE_IPS',
      default: [],
      applies: 'reload',
      waitsWhen: isOpened,
      about: 'Addresses that clients may come from; empty or * means all. Letting all in again waits for a restart.',
    },
    'comma-separated addresses and CIDR ranges, *',
    addressRange,
  ),
  trustedProxies: list(
    {
      env: 'ZSCALER_MCP_TRUSTED_PROXIES',
      default: [],
      applies: 'restart',
      about: 'Reverse proxies whose X-Forwarded-For header tells the address of the client.',
    },
    'comma-separated addresses and CIDR ranges',
    addressRange,
  ),
  bodyLimit: integer({
    env: 'ZSCALER_MCP_REQUEST_BODY_LIMIT',
    default: 4_194_304,
    min: 1_024,
    max: 67_108_864,
    applies: 'reload',
    about: 'Bytes that one message may have.',
  }),
  readTimeoutSeconds: integer({
    env: 'ZSCALER_MCP_READ_TIMEOUT',
    default: 30,
    min: 1,
    max: 600,
    applies: 'reload',
    about:
      'Seconds in which a request must have arrived whole, a third of it for its headers; and after which a client is cut off that takes nothing of an answer.',
  }),
  connectionLimit: integer({
    env: 'ZSCALER_MCP_CONNECTION_LIMIT',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    applies: 'reload',
    about: 'Connections that may be open at once; more are closed as they come.',
  }),
  connectionsPerAddress: integer({
    env: 'ZSCALER_MCP_CONNECTIONS_PER_ADDRESS',
    default: 1_000,
    min: 1,
    max: 1_000_000,
    applies: 'reload',
    about: 'Connections that one address may have open; trusted proxies may have more.',
  }),
  requestsPerMinute: integer({
    env: 'ZSCALER_MCP_RATE_LIMIT',
    default: 0,
    min: 0,
    max: 1_000_000,
    applies: 'reload',
    about: 'Requests that one caller may make in a minute; 0 sets no limit.',
  }),
};

/** The names that other servers have for two of the modes. */
const authModeNames = { oidcproxy: 'oidc', 'oauth-proxy': 'oidc' } as const;

/** Its rules over several rows are in `authentication.ts`. */
const access = {
  authEnabled: flag({
    env: 'ZSCALER_MCP_AUTH_ENABLED',
    applies: 'reload',
    group: 'authentication',
    about:
      'Whether clients that come over HTTP are authenticated. Without it they are off loopback, and on loopback when a mode, keys or an issuer of tokens are set.',
  }),
  authMode: choice(
    ['none', 'api-key', 'jwt', 'zscaler', 'oidc'],
    {
      env: 'ZSCALER_MCP_AUTH_MODE',
      applies: 'reload',
      group: 'authentication',
      about:
        'How clients are authenticated. Without it: jwt if ZSCALER_MCP_AUTH_JWKS_URI is set, else api-key if ZSCALER_MCP_AUTH_API_KEY is, else oidc if OIDCPROXY_CONFIG_URL is, else zscaler if ZSCALER_VANITY_DOMAIN is. none is for loopback only.',
    },
    authModeNames,
  ),
  authApiKeys: list(
    {
      env: 'ZSCALER_MCP_AUTH_API_KEY',
      secret: true,
      default: [],
      applies: 'reload',
      group: 'authentication',
      about: 'Mode api-key: the keys that are accepted, several while they are rotated. --generate-auth-token prints a new one.',
    },
    'one key, or several separated by commas',
  ),
  authJwksUri: text(
    {
      env: 'ZSCALER_MCP_AUTH_JWKS_URI',
      applies: 'reload',
      group: 'authentication',
      about: 'Mode jwt: where the public keys of the issuer are published.',
    },
    'an https URL; plain http on loopback',
    documentUrl,
  ),
  authIssuer: text({
    env: 'ZSCALER_MCP_AUTH_ISSUER',
    applies: 'reload',
    group: 'authentication',
    about: 'Mode jwt: the issuer (iss) that a token must name.',
    aliases: [{ env: 'ZSCALER_MCP_AUTH_JWT_ISSUER' }],
  }),
  authAudience: text({
    env: 'ZSCALER_MCP_AUTH_AUDIENCE',
    default: 'zscaler-mcp-server',
    applies: 'reload',
    group: 'authentication',
    about: 'Mode jwt: the audience (aud) that a token must name.',
    aliases: [{ env: 'ZSCALER_MCP_AUTH_JWT_AUDIENCE' }],
  }),
  authAlgorithms: list(
    {
      env: 'ZSCALER_MCP_AUTH_ALGORITHMS',
      default: ['RS256', 'ES256'],
      applies: 'reload',
      group: 'authentication',
      about: 'Modes jwt and oidc: the signature algorithms that are accepted.',
    },
    'a comma-separated list of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA',
    signatureAlgorithm,
  ),
  authAllowedClients: list({
    env: 'ZSCALER_MCP_AUTH_ALLOWED_CLIENTS',
    default: [],
    applies: 'reload',
    group: 'authentication',
    waitsWhen: isOpened,
    about:
      'Mode zscaler: the ids of the OneAPI clients that may come in; empty lets every client of the tenant in. Emptying it waits for a restart.',
  }),
  trustPlatformAuth: flag({
    env: 'ZSCALER_MCP_TRUST_PLATFORM_AUTH',
    default: false,
    applies: 'reload',
    group: 'authentication',
    waitsWhen: isSwitchedOn,
    about:
      'Modes api-key and zscaler: let requests in that show no credentials at all, since the platform in front has authenticated them. Open to everybody who reaches the server directly.',
  }),
  oidcConfigUrl: text(
    {
      env: 'OIDCPROXY_CONFIG_URL',
      applies: 'reload',
      group: 'authentication',
      about: 'Mode oidc: the discovery document of the identity provider.',
    },
    'an https URL; plain http on loopback',
    documentUrl,
  ),
  oidcBaseUrl: text(
    {
      env: 'OIDCPROXY_BASE_URL',
      applies: 'reload',
      group: 'authentication',
      about: 'Modes jwt and oidc: the URL under which clients know this server; without it, what they call it in the Host header.',
      aliases: [{ env: 'ZSCALER_MCP_AUTH_BASE_URL' }],
    },
    'an https URL; plain http on loopback',
    cloudUrl,
  ),
  oidcAudience: text({
    env: 'OIDCPROXY_AUDIENCE',
    applies: 'reload',
    group: 'authentication',
    about: 'Mode oidc: the audience (aud) that a token must name; without it, OIDCPROXY_CLIENT_ID.',
  }),
  oidcClientId: text({
    env: 'OIDCPROXY_CLIENT_ID',
    applies: 'reload',
    group: 'authentication',
    about: 'Mode oidc: the audience, where OIDCPROXY_AUDIENCE is not set.',
  }),
  oidcRequiredScopes: list({
    env: 'OIDCPROXY_REQUIRED_SCOPES',
    default: [],
    applies: 'reload',
    group: 'authentication',
    waitsWhen: isOpened,
    about: 'Mode oidc: the scopes that a token must have, all of them. Emptying the list waits for a restart.',
  }),
  authFailureLimit: integer({
    env: 'ZSCALER_MCP_AUTH_FAILURE_LIMIT',
    default: 30,
    min: 1,
    max: 100_000,
    applies: 'reload',
    about: 'Wrong credentials that one address may show in a minute before it is told to wait.',
  }),
};

const offer = {
  products: list({
    env: 'ZSCALER_MCP_SERVICES',
    flag: '--services',
    short: 's',
    default: [],
    applies: 'restart',
    about: 'Products to offer; empty offers all.',
  }),
  disabledProducts: list({
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
    about:
      'Toolsets to offer; empty, "all" or "default" offers all. With "discover" a client begins with a few tools that find the others.',
  }),
  disabledToolsets: list({
    env: 'ZSCALER_MCP_DISABLED_TOOLSETS',
    flag: '--disabled-toolsets',
    default: [],
    applies: 'restart',
    about: 'Toolsets not to offer; wins over the list of toolsets to offer.',
  }),
  disableEntitlementFilter: flag({
    env: 'ZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER',
    flag: '--no-entitlement-filter',
    default: false,
    applies: 'restart',
    about: 'Offer the tools of all products, and not only of those that the access token says the tenant has.',
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
  requestStateKeys: {
    ...list(
      {
        env: 'ZSCALER_MCP_REQUEST_STATE_KEYS',
        default: [],
        secret: true,
        applies: 'reload',
        about:
          'Keys that seal confirmations and what replicas share, for replicas and for answers that come after a stop. The first seals, all open. Without any, the server makes one, and hands it on over a restart.',
      },
      'comma-separated keys of at least 32 bytes each, or a JSON list of them',
    ),
    parse: sealingKeys,
  },
  confirmationSeconds: integer({
    env: 'ZSCALER_MCP_CONFIRMATION_TTL',
    default: 300,
    min: 10,
    max: 3600,
    applies: 'reload',
    about: 'Seconds that a person has to confirm a deletion.',
  }),
  confirmationFallback: choice(['token', 'refuse'], {
    env: 'ZSCALER_MCP_CONFIRMATION_FALLBACK',
    default: 'token',
    applies: 'reload',
    waitsWhen: (_from, to) => to === 'token',
    about:
      'What a client that cannot ask a person gets when it deletes: a token to repeat the call with, which a model can do by itself, or a refusal.',
  }),
  disableOutputSanitization: flag({
    env: 'ZSCALER_MCP_DISABLE_OUTPUT_SANITIZATION',
    default: false,
    applies: 'reload',
    waitsWhen: isSwitchedOn,
    about: 'Hand on hidden characters and active markup of answers as they are. Switching it on waits for a restart.',
  }),
};

const answers = {
  maxResponseTokens: integer({
    env: 'ZSCALER_MCP_MAX_RESPONSE_TOKENS',
    default: 20_000,
    min: 1_000,
    max: 10_000_000,
    applies: 'reload',
    about: 'Tokens that the text of an answer may have, three bytes counted as one; what is more is cut, and the answer says so.',
  }),
};

const monitoring = {
  metrics: flag({
    env: 'ZSCALER_MCP_METRICS',
    flag: '--metrics',
    default: false,
    applies: 'reload',
    about: 'Answer GET /metrics in the format of Prometheus. The same guards apply as to MCP.',
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
  auditFormat: choice(['line', 'json'], {
    env: 'ZSCALER_MCP_AUDIT_FORMAT',
    flag: '--audit-format',
    default: 'line',
    applies: 'reload',
    about: 'How tool calls are logged: fixed lines for people and grep, or one JSON object a line.',
  }),
  auditFile: text(
    {
      env: 'ZSCALER_MCP_AUDIT_FILE',
      flag: '--audit-file',
      applies: 'reload',
      about: 'File that tool calls are logged to, instead of stderr. Every reload opens it anew, for whoever rotates it.',
    },
    'an absolute path',
    absolutePath,
  ),
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

/** Each manager has one setting that switches it on; their rules over several rows are in `checks.ts`. */
const managers = {
  secretName: text({
    env: 'ZSCALER_SECRET_NAME',
    applies: 'reload',
    locatesSecrets: true,
    about: 'Read settings from this secret of AWS Secrets Manager, by name or ARN: a JSON object of setting names and values.',
  }),
  awsRegion: text({
    env: 'AWS_REGION',
    applies: 'reload',
    locatesSecrets: true,
    about: 'Region of that secret; without it, what the SDK of AWS finds.',
    aliases: [{ env: 'AWS_DEFAULT_REGION' }],
  }),
  gcpSecretManager: flag({
    env: 'ZSCALER_MCP_GCP_SECRET_MANAGER',
    default: false,
    applies: 'reload',
    locatesSecrets: true,
    about: 'Read settings from GCP Secret Manager: zscaler-client-id holds ZSCALER_CLIENT_ID, and so on; the latest version counts.',
  }),
  gcpProject: text({
    env: 'GCP_PROJECT_ID',
    applies: 'reload',
    locatesSecrets: true,
    about: 'Project of these secrets.',
  }),
  gcpSecrets: list(
    {
      env: 'ZSCALER_MCP_GCP_SECRETS',
      default: [],
      applies: 'reload',
      locatesSecrets: true,
      about:
        'Settings to read there; each must be there. Without it: those that are there of the credentials, tenant, client keys and issuer, sealing keys and write gate.',
    },
    'a comma-separated list of setting names',
  ),
  gcpEndpoint: text({
    env: 'ZSCALER_MCP_GCP_ENDPOINT',
    applies: 'reload',
    locatesSecrets: true,
    about: 'URL of the service, for secrets that are kept in one region: https://secretmanager.REGION.rep.googleapis.com.',
  }),
  vaultPath: text({
    env: 'ZSCALER_MCP_VAULT_PATH',
    applies: 'reload',
    locatesSecrets: true,
    about: 'Read settings from this secret of a HashiCorp Vault, or what speaks like one (KV version 2): setting names and values.',
  }),
  vaultMount: text({
    env: 'ZSCALER_MCP_VAULT_MOUNT',
    default: 'secret',
    applies: 'reload',
    locatesSecrets: true,
    about: 'Where its secrets engine is mounted.',
  }),
  vaultAddress: text(
    { env: 'VAULT_ADDR', applies: 'reload', locatesSecrets: true, about: 'Its address.' },
    'an https URL; plain http on loopback',
  ),
  vaultToken: text({
    env: 'VAULT_TOKEN',
    secret: true,
    applies: 'reload',
    locatesSecrets: true,
    about: 'Token that may read the secret.',
  }),
  vaultNamespace: text({ env: 'VAULT_NAMESPACE', applies: 'reload', locatesSecrets: true, about: 'Namespace, where there are such.' }),
  secretsTimeoutSeconds: integer({
    env: 'ZSCALER_MCP_SECRETS_TIMEOUT',
    default: 10,
    min: 1,
    max: 300,
    applies: 'reload',
    locatesSecrets: true,
    about: 'Seconds that a secrets manager may take to answer.',
  }),
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

const replicas = {
  stateUrl: text(
    {
      env: 'ZSCALER_MCP_STATE_URL',
      secret: true,
      applies: 'restart',
      group: 'replicas',
      about:
        'Redis or Valkey in which replicas share sessions, event streams, confirmations and limits. Needs ZSCALER_MCP_REQUEST_STATE_KEYS, the same for all. May hold a password, so it is treated as a secret.',
    },
    'redis://host:port, or rediss:// for TLS',
    stateUrl,
  ),
  statePrefix: text(
    {
      env: 'ZSCALER_MCP_STATE_PREFIX',
      default: 'zscaler-mcp:',
      applies: 'restart',
      group: 'replicas',
      about: 'Begins the name of each key in ZSCALER_MCP_STATE_URL; replicas with the same prefix share everything.',
    },
    'letters, digits and . _ : -',
    keyPrefix,
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
  watchEnv: flag({
    env: 'ZSCALER_MCP_WATCH_ENV',
    default: false,
    applies: 'reload',
    about:
      'Reload whenever the .env, a certificate or key, or a named file of a secret has another content, as if somebody had typed `zscaler-mcp reload`.',
  }),
};

/** The rows by topic, in the order of help and reference page. */
export const topics: readonly (readonly [topic: string, rows: Readonly<Record<string, Setting<unknown>>>])[] = [
  ['Server', server],
  ['Network edge', edge],
  ['Client authentication', access],
  ['What is offered', offer],
  ['Trust', trust],
  ['Answers', answers],
  ['Monitoring', monitoring],
  ['Logging', logging],
  ['Tenant', tenant],
  ['Secrets managers', managers],
  ['Requests to the cloud', requests],
  ['Replicas', replicas],
  ['Process', life],
];

/** Every setting, by the name that code uses. */
export const table = {
  ...server,
  ...edge,
  ...access,
  ...offer,
  ...trust,
  ...answers,
  ...monitoring,
  ...logging,
  ...tenant,
  ...managers,
  ...requests,
  ...replicas,
  ...life,
};

export type SettingName = keyof typeof table;

/** What is configured. Frozen; lists are frozen too. */
export type Settings = Values<typeof table>;

/** The rows with their keys. */
export const rows: readonly (readonly [SettingName, Setting<unknown>])[] = Object.entries(table) as [SettingName, Setting<unknown>][];
