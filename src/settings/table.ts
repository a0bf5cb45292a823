/** The table of all settings. Types, flags, help, `.env.example`, the reference page and what a reload can apply derive from it. */
import type { LogFormat, LogLevel } from '../common/log.ts';
import { file } from './file-content.ts';
import {
  addressRange,
  absolutePath,
  allowedHost,
  allowedOrigin,
  bindHost,
  chatSeparator,
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

/** Both repeated here so that importing the table does not load the logger. */
const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const satisfies readonly LogLevel[];
const logFormats = ['auto', 'text', 'json'] as const satisfies readonly LogFormat[];

const server = {
  transport: choice(['stdio', 'streamable-http', 'sse'], {
    env: 'ZSCALER_MCP_TRANSPORT',
    flag: '--transport',
    default: 'stdio',
    applies: 'restart',
    about: 'How clients connect: over stdio or HTTP (streamable-http, or sse for older clients).',
  }),
  host: text(
    {
      env: 'ZSCALER_MCP_HOST',
      flag: '--host',
      default: '127.0.0.1',
      applies: 'restart',
      about: 'Address to listen on. Beyond loopback, authentication and HTTPS (or ZSCALER_MCP_ALLOW_HTTP) are required.',
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
    about: 'TCP port to listen on; 0 picks a free port.',
  }),
  allowedHosts: list(
    {
      env: 'ZSCALER_MCP_ALLOWED_HOSTS',
      default: [],
      applies: 'restart',
      about: 'Host headers to accept in addition to loopback names, for example behind a reverse proxy.',
    },
    'a comma-separated list of host, host:port, host:* or *',
    allowedHost,
  ),
  allowedOrigins: list(
    {
      env: 'ZSCALER_MCP_ALLOWED_ORIGINS',
      default: [],
      applies: 'restart',
      about: 'Web origins allowed to call the server and read its answers (CORS); loopback origins always may.',
    },
    'a comma-separated list of scheme://host[:port] or *',
    allowedOrigin,
  ),
  disableHostValidation: flag({
    env: 'ZSCALER_MCP_DISABLE_HOST_VALIDATION',
    default: false,
    applies: 'restart',
    about: 'Accept every Host header. Exposes the server to DNS rebinding; prefer ZSCALER_MCP_ALLOWED_HOSTS.',
  }),
  sessions: choice(['stateful', 'stateless'], {
    env: 'ZSCALER_MCP_SESSIONS',
    default: 'stateful',
    applies: 'restart',
    about: 'Sessions for revisions before 2026-07-28: stateless gives out no id and ignores any, for platforms that make their own.',
  }),
  sessionLimit: integer({
    env: 'ZSCALER_MCP_SESSION_LIMIT',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    applies: 'reload',
    about: 'Maximum number of open MCP sessions.',
  }),
  sessionIdleSeconds: integer({
    env: 'ZSCALER_MCP_SESSION_IDLE_TIMEOUT',
    default: 3600,
    min: 1,
    max: 604_800,
    applies: 'reload',
    about: 'Seconds of inactivity after which an MCP session is closed.',
  }),
};

/** TLS is turned on or off only when the socket is opened; certificates can be replaced at any time. */
const changesPresence = (from: unknown, to: unknown): boolean => (from === undefined) !== (to === undefined);

const letsAllIn = (list: readonly string[] = []): boolean => list.length === 0 || list.includes('*');

const isOpened = (from: readonly string[] | undefined, to: readonly string[] | undefined): boolean => !letsAllIn(from) && letsAllIn(to);

/** For a switch that removes a protection. */
const isSwitchedOn = (_from: boolean | undefined, to: boolean | undefined): boolean => to === true;

const edge = {
  tlsCertificate: file(
    {
      env: 'ZSCALER_MCP_TLS_CERTFILE',
      applies: 'reload',
      group: 'tls',
      waitsWhen: changesPresence,
      about: 'Certificate chain (PEM) for HTTPS. A reload applies a renewed one; turning HTTPS on or off needs a restart.',
    },
    'the path of a PEM file',
  ),
  tlsKey: file(
    {
      env: 'ZSCALER_MCP_TLS_KEYFILE',
      applies: 'reload',
      group: 'tls',
      waitsWhen: changesPresence,
      about: 'Private key (PEM) of the certificate.',
    },
    'the path of a PEM file',
  ),
  tlsKeyPassword: text({
    env: 'ZSCALER_MCP_TLS_KEYFILE_PASSWORD',
    secret: true,
    applies: 'reload',
    group: 'tls',
    about: 'Password of the private key, if it is encrypted.',
  }),
  tlsClientAuthorities: file(
    {
      env: 'ZSCALER_MCP_TLS_CA_CERTS',
      applies: 'reload',
      group: 'tls',
      waitsWhen: changesPresence,
      about: 'CA certificates (PEM) that client certificates are verified against. When set, clients must present one.',
    },
    'the path of a PEM file',
  ),
  tlsClientCertificates: choice(['required', 'optional'], {
    env: 'ZSCALER_MCP_TLS_CLIENT_CERTS',
    default: 'required',
    applies: 'restart',
    group: 'tls',
    about: 'Whether clients must present a certificate when ZSCALER_MCP_TLS_CA_CERTS is set.',
  }),
  allowHttp: flag({
    env: 'ZSCALER_MCP_ALLOW_HTTP',
    default: false,
    applies: 'restart',
    about: 'Allow plain HTTP on an address that is not loopback, for networks that encrypt traffic themselves.',
  }),
  allowedSources: list(
    {
      env: 'ZSCALER_MCP_ALLOWED_SOURCE_IPS',
      default: [],
      applies: 'reload',
      waitsWhen: isOpened,
      about: 'Addresses that clients may connect from; empty or * allows all. Allowing all again needs a restart.',
    },
    'a comma-separated list of IP addresses and CIDR ranges, or *',
    addressRange,
  ),
  trustedProxies: list(
    {
      env: 'ZSCALER_MCP_TRUSTED_PROXIES',
      default: [],
      applies: 'restart',
      about: 'Reverse proxies whose X-Forwarded-For header is trusted for the client address.',
    },
    'a comma-separated list of IP addresses and CIDR ranges',
    addressRange,
  ),
  bodyLimit: integer({
    env: 'ZSCALER_MCP_REQUEST_BODY_LIMIT',
    default: 4_194_304,
    min: 1_024,
    max: 67_108_864,
    applies: 'reload',
    about: 'Maximum size of a request body, in bytes.',
  }),
  bodiesLimit: integer({
    env: 'ZSCALER_MCP_REQUEST_BODIES_LIMIT',
    default: 67_108_864,
    min: 65_536,
    max: 4_294_967_296,
    applies: 'reload',
    about: 'Memory for all request bodies that arrive or are being answered, in bytes; the first 16 KiB of each are free.',
  }),
  readTimeoutSeconds: integer({
    env: 'ZSCALER_MCP_READ_TIMEOUT',
    default: 30,
    min: 1,
    max: 600,
    applies: 'reload',
    about: 'Seconds to receive a request (headers: a third of them), and that a client may stall reading an answer.',
  }),
  connectionLimit: integer({
    env: 'ZSCALER_MCP_CONNECTION_LIMIT',
    default: 10_000,
    min: 1,
    max: 1_000_000,
    applies: 'reload',
    about: 'Maximum number of open connections; further ones are closed on arrival.',
  }),
  connectionsPerAddress: integer({
    env: 'ZSCALER_MCP_CONNECTIONS_PER_ADDRESS',
    default: 1_000,
    min: 1,
    max: 1_000_000,
    applies: 'reload',
    about: 'Maximum number of open connections from one address; trusted proxies may have more.',
  }),
  requestsPerMinute: integer({
    env: 'ZSCALER_MCP_RATE_LIMIT',
    default: 0,
    min: 0,
    max: 1_000_000,
    applies: 'reload',
    about: 'Maximum number of requests per caller and minute; 0 means no limit.',
  }),
};

/** Names that other servers use for a mode. */
const authModeNames = { oidcproxy: 'oidc', 'oauth-proxy': 'oidc' } as const;

/** Rules that concern several of these rows are in `authentication.ts`. */
const access = {
  authEnabled: flag({
    env: 'ZSCALER_MCP_AUTH_ENABLED',
    applies: 'reload',
    group: 'authentication',
    about: 'Whether HTTP clients must authenticate. Unset: yes, except on loopback where no mode, key or issuer is set.',
  }),
  authMode: choice(
    ['none', 'api-key', 'jwt', 'zscaler', 'oidc'],
    {
      env: 'ZSCALER_MCP_AUTH_MODE',
      applies: 'reload',
      group: 'authentication',
      about: 'How clients authenticate; none: on loopback only. Unset: the first of jwt, api-key, oidc, zscaler configured.',
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
      about: 'Accepted client keys (mode api-key); list several to rotate. --generate-auth-token prints a new one.',
    },
    'one key, or several separated by commas',
  ),
  authJwksUri: text(
    {
      env: 'ZSCALER_MCP_AUTH_JWKS_URI',
      applies: 'reload',
      group: 'authentication',
      about: 'URL of the public keys (JWKS) of the token issuer (mode jwt).',
    },
    'an https URL (http on loopback)',
    documentUrl,
  ),
  authIssuer: text({
    env: 'ZSCALER_MCP_AUTH_ISSUER',
    applies: 'reload',
    group: 'authentication',
    about: 'Issuer (iss) that a token must name (mode jwt).',
    aliases: [{ env: 'ZSCALER_MCP_AUTH_JWT_ISSUER' }],
  }),
  authAudience: text({
    env: 'ZSCALER_MCP_AUTH_AUDIENCE',
    default: 'zscaler-mcp-server',
    applies: 'reload',
    group: 'authentication',
    about: 'Audience (aud) that a token must name (mode jwt).',
    aliases: [{ env: 'ZSCALER_MCP_AUTH_JWT_AUDIENCE' }],
  }),
  authAlgorithms: list(
    {
      env: 'ZSCALER_MCP_AUTH_ALGORITHMS',
      default: ['RS256', 'ES256'],
      applies: 'reload',
      group: 'authentication',
      about: 'Accepted signature algorithms of tokens (modes jwt and oidc).',
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
    about: "IDs of the OneAPI clients to admit (mode zscaler); empty admits all of the tenant's, which needs a restart.",
  }),
  trustPlatformAuth: flag({
    env: 'ZSCALER_MCP_TRUST_PLATFORM_AUTH',
    default: false,
    applies: 'reload',
    group: 'authentication',
    waitsWhen: isSwitchedOn,
    about: 'Admit requests without credentials (modes api-key, zscaler): only behind a platform that authenticates all.',
  }),
  oidcConfigUrl: text(
    {
      env: 'OIDCPROXY_CONFIG_URL',
      applies: 'reload',
      group: 'authentication',
      about: 'URL of the discovery document of the identity provider (mode oidc).',
    },
    'an https URL (http on loopback)',
    documentUrl,
  ),
  oidcBaseUrl: text(
    {
      env: 'OIDCPROXY_BASE_URL',
      applies: 'reload',
      group: 'authentication',
      about: 'URL under which clients reach this server (modes jwt and oidc). Unset: taken from the Host header.',
      aliases: [{ env: 'ZSCALER_MCP_AUTH_BASE_URL' }],
    },
    'an https URL (http on loopback)',
    cloudUrl,
  ),
  oidcAudience: text({
    env: 'OIDCPROXY_AUDIENCE',
    applies: 'reload',
    group: 'authentication',
    about: 'Audience (aud) that a token must name (mode oidc). Unset: OIDCPROXY_CLIENT_ID.',
  }),
  oidcClientId: text({
    env: 'OIDCPROXY_CLIENT_ID',
    applies: 'reload',
    group: 'authentication',
    about: 'Audience (aud) that a token must name if OIDCPROXY_AUDIENCE is unset (mode oidc).',
  }),
  oidcRequiredScopes: list({
    env: 'OIDCPROXY_REQUIRED_SCOPES',
    default: [],
    applies: 'reload',
    group: 'authentication',
    waitsWhen: isOpened,
    about: 'Scopes that a token must have, all of them (mode oidc). Emptying the list needs a restart.',
  }),
  authFailureLimit: integer({
    env: 'ZSCALER_MCP_AUTH_FAILURE_LIMIT',
    default: 30,
    min: 1,
    max: 100_000,
    applies: 'reload',
    about: 'Failed authentications allowed per address and minute; further requests get status 429.',
  }),
};

const PRODUCT_LIST = 'a comma-separated list of zia, zpa, zdx, zcc, ztw, zid, zeasm, zins, zms, zcell';
const TOOLSET_LIST = 'a comma-separated list of toolsets, which `zscaler-mcp tools` lists';

const offer = {
  products: list(
    {
      env: 'ZSCALER_MCP_SERVICES',
      flag: '--services',
      short: 's',
      default: [],
      applies: 'restart',
      about: 'Products to offer; empty offers all.',
    },
    PRODUCT_LIST,
  ),
  disabledProducts: list(
    {
      env: 'ZSCALER_MCP_DISABLED_SERVICES',
      flag: '--disabled-services',
      default: [],
      applies: 'restart',
      about: 'Products not to offer; overrides ZSCALER_MCP_SERVICES.',
    },
    PRODUCT_LIST,
  ),
  toolsets: list(
    {
      env: 'ZSCALER_MCP_TOOLSETS',
      flag: '--toolsets',
      default: [],
      applies: 'restart',
      about: 'Toolsets to offer; empty, all or default offers all. discover starts with a few tools that find the others.',
    },
    TOOLSET_LIST,
  ),
  disabledToolsets: list(
    {
      env: 'ZSCALER_MCP_DISABLED_TOOLSETS',
      flag: '--disabled-toolsets',
      default: [],
      applies: 'restart',
      about: 'Toolsets not to offer; overrides ZSCALER_MCP_TOOLSETS.',
    },
    TOOLSET_LIST,
  ),
  disableEntitlementFilter: flag({
    env: 'ZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER',
    flag: '--no-entitlement-filter',
    default: false,
    applies: 'restart',
    about: 'Offer tools of all products, not only of those the tenant has according to its access token.',
  }),
  writeEnabled: flag({
    env: 'ZSCALER_MCP_WRITE_ENABLED',
    flag: '--enable-write-tools',
    default: false,
    applies: 'restart',
    about: 'Offer tools that change the tenant: those that ZSCALER_MCP_WRITE_TOOLS names.',
  }),
  writeTools: list(
    {
      env: 'ZSCALER_MCP_WRITE_TOOLS',
      flag: '--write-tools',
      default: [],
      applies: 'restart',
      about: 'Tools allowed to change the tenant, by name; * and ? match as in file names.',
    },
    'a comma-separated list of patterns',
  ),
  disabledTools: list(
    {
      env: 'ZSCALER_MCP_DISABLED_TOOLS',
      flag: '--disabled-tools',
      default: [],
      applies: 'restart',
      about: 'Tools never to offer, by name; * and ? match as in file names. Overrides all other settings.',
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
          'Keys that seal session IDs, confirmations and shared state: the first seals, all open. Unset: the server generates one at its first start.',
      },
      'a comma-separated list or a JSON array of keys of at least 32 bytes each',
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
    about: 'Deletions from a client that cannot ask a person: token (the model itself may confirm) or refuse.',
  }),
  disableOutputSanitization: flag({
    env: 'ZSCALER_MCP_DISABLE_OUTPUT_SANITIZATION',
    default: false,
    applies: 'reload',
    waitsWhen: isSwitchedOn,
    about: 'Pass on hidden characters and active markup in answers unchanged. Turning it on needs a restart.',
  }),
  chatSeparators: list(
    {
      env: 'ZSCALER_MCP_CHAT_SEPARATORS',
      default: [],
      applies: 'reload',
      about: 'Texts that separate speakers in the chat template of your model, beside the known ones; shown by their number in answers.',
    },
    'a comma-separated list of texts of 2 to 60 characters with one of < [ ( : ` ~ in each',
    chatSeparator,
  ),
};

const answers = {
  maxResponseTokens: integer({
    env: 'ZSCALER_MCP_MAX_RESPONSE_TOKENS',
    default: 20_000,
    min: 1_000,
    max: 10_000_000,
    applies: 'reload',
    about: 'Maximum length of an answer in tokens, of 3 bytes each; a longer one is cut and says so.',
  }),
};

const monitoring = {
  metrics: flag({
    env: 'ZSCALER_MCP_METRICS',
    flag: '--metrics',
    default: false,
    applies: 'reload',
    about: 'Serve Prometheus metrics at GET /metrics, behind the same guards as MCP.',
  }),
};

const logging = {
  logLevel: choice(logLevels, {
    env: 'ZSCALER_MCP_LOG_LEVEL',
    flag: '--log-level',
    default: 'info',
    applies: 'reload',
    about: 'Lowest level of messages that are logged to stderr.',
    aliases: [
      {
        env: 'ZSCALER_MCP_DEBUG',
        flag: '--debug',
        isSwitch: true,
        about: 'If true, the same as log level debug.',
        translate: (raw: string) => (parseFlag(raw) ? 'debug' : undefined),
      },
    ],
  }),
  logFormat: choice(logFormats, {
    env: 'ZSCALER_MCP_LOG_FORMAT',
    flag: '--log-format',
    default: 'auto',
    applies: 'reload',
    about: 'Format of the log: text (short lines for people), json (one object per line), auto (text on a terminal only).',
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
    about: 'Format of the tool call log: line (fixed-format text lines) or json (one JSON object per line).',
  }),
  auditFile: text(
    {
      env: 'ZSCALER_MCP_AUDIT_FILE',
      flag: '--audit-file',
      applies: 'reload',
      about: 'File to log tool calls to, instead of stderr. It follows log rotation by itself.',
    },
    'an absolute path',
    absolutePath,
  ),
};

const tenant = {
  clientId: text({ env: 'ZSCALER_CLIENT_ID', applies: 'reload', group: 'tenant', about: 'OneAPI client ID.' }),
  clientSecret: text({ env: 'ZSCALER_CLIENT_SECRET', secret: true, applies: 'reload', group: 'tenant', about: 'OneAPI client secret.' }),
  privateKey: text(
    {
      env: 'ZSCALER_PRIVATE_KEY',
      secret: true,
      applies: 'reload',
      group: 'tenant',
      about: 'OneAPI private key, used instead of the client secret if both are set.',
    },
    'PEM text, a JWK (JSON), or the path of a file that holds either',
    privateKey,
  ),
  vanityDomain: text(
    {
      env: 'ZSCALER_VANITY_DOMAIN',
      applies: 'restart',
      group: 'tenant',
      about: 'Vanity domain of the tenant, such as acme for https://acme.zslogin.net.',
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
      about: 'Zscaler cloud of the tenant: production, beta, gov, govus, ...',
    },
    'one DNS label',
    dnsLabel,
  ),
  customerId: text(
    { env: 'ZSCALER_CUSTOMER_ID', applies: 'reload', group: 'tenant', about: 'Customer ID, required by the ZPA and ZMS tools.' },
    'an identifier',
    identifier,
  ),
  zcellCustomerId: text(
    {
      env: 'ZCELL_CUSTOMER_ID',
      applies: 'reload',
      group: 'tenant',
      about: 'ZCell customer ID, required by the ZCell tools.',
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
      about: 'Base URL of the API. Unset: derived from ZSCALER_CLOUD.',
    },
    'an https URL (http on loopback)',
    cloudUrl,
  ),
  tokenUrl: text(
    {
      env: 'ZSCALER_MCP_TOKEN_URL',
      applies: 'restart',
      group: 'tenant',
      about: 'URL of the token endpoint. Unset: derived from ZSCALER_VANITY_DOMAIN and ZSCALER_CLOUD.',
    },
    'an https URL (http on loopback)',
    cloudUrl,
  ),
  microtenantId: text(
    { env: 'ZSCALER_MICROTENANT_ID', applies: 'reload', about: 'Microtenant that ZPA calls are made in.' },
    'an identifier',
    identifier,
  ),
  partnerId: text(
    { env: 'ZSCALER_PARTNER_ID', applies: 'reload', about: 'Partner ID sent with each request.' },
    'an identifier',
    identifier,
  ),
};

/** One setting enables each manager. Rules that concern several of these rows are in `secrets-place.ts`. */
const managers = {
  secretName: text({
    env: 'ZSCALER_SECRET_NAME',
    applies: 'reload',
    locatesSecrets: true,
    about: 'AWS Secrets Manager secret (name or ARN) to read settings from: a JSON object of names and values.',
  }),
  awsRegion: text({
    env: 'AWS_REGION',
    applies: 'reload',
    locatesSecrets: true,
    about: 'AWS region of ZSCALER_SECRET_NAME. Unset: that of the ARN, else the one that the AWS SDK finds.',
    aliases: [{ env: 'AWS_DEFAULT_REGION' }],
  }),
  gcpSecretManager: flag({
    env: 'ZSCALER_MCP_GCP_SECRET_MANAGER',
    default: false,
    applies: 'reload',
    locatesSecrets: true,
    about: 'Read settings from GCP Secret Manager: ZSCALER_CLIENT_ID from the latest zscaler-client-id, and so on.',
  }),
  gcpProject: text({
    env: 'GCP_PROJECT_ID',
    applies: 'reload',
    locatesSecrets: true,
    about: 'GCP project that holds the secrets.',
  }),
  gcpSecrets: list(
    {
      env: 'ZSCALER_MCP_GCP_SECRETS',
      default: [],
      applies: 'reload',
      locatesSecrets: true,
      about: 'Settings to read from GCP Secret Manager; all must exist. Unset: those that exist of a default list.',
    },
    'a comma-separated list of setting names',
  ),
  gcpEndpoint: text({
    env: 'ZSCALER_MCP_GCP_ENDPOINT',
    applies: 'reload',
    locatesSecrets: true,
    about: 'URL of GCP Secret Manager for regional secrets: https://secretmanager.REGION.rep.googleapis.com.',
  }),
  vaultPath: text({
    env: 'ZSCALER_MCP_VAULT_PATH',
    applies: 'reload',
    locatesSecrets: true,
    about: 'Path of the secret to read settings from in HashiCorp Vault or a compatible server (KV version 2).',
  }),
  vaultMount: text({
    env: 'ZSCALER_MCP_VAULT_MOUNT',
    default: 'secret',
    applies: 'reload',
    locatesSecrets: true,
    about: 'Mount path of the Vault secrets engine.',
  }),
  vaultAddress: text(
    { env: 'VAULT_ADDR', applies: 'reload', locatesSecrets: true, about: 'URL of the Vault server.' },
    'an https URL (http on loopback)',
  ),
  vaultToken: text({
    env: 'VAULT_TOKEN',
    secret: true,
    applies: 'reload',
    locatesSecrets: true,
    about: 'Vault token that may read the secret.',
  }),
  vaultNamespace: text({
    env: 'VAULT_NAMESPACE',
    applies: 'reload',
    locatesSecrets: true,
    about: 'Vault namespace, if the server uses namespaces.',
  }),
  secretsTimeoutSeconds: integer({
    env: 'ZSCALER_MCP_SECRETS_TIMEOUT',
    default: 10,
    min: 1,
    max: 300,
    applies: 'reload',
    locatesSecrets: true,
    about: 'Seconds to wait for the secrets manager to answer.',
  }),
};

const requests = {
  requestTimeoutSeconds: integer({
    env: 'ZSCALER_REQUEST_TIMEOUT',
    default: 60,
    min: 1,
    max: 3600,
    hint: 'There is no way to turn the time limit off; remove the setting for the default of 60 seconds.',
    applies: 'reload',
    about: 'Time limit for one request to the cloud, in seconds.',
  }),
  maxRetries: integer({
    env: 'ZSCALER_RATE_LIMIT_MAX_RETRIES',
    default: 2,
    min: 0,
    max: 10,
    applies: 'reload',
    about: 'How many times a rate-limited request is retried.',
  }),
  answerLimit: integer({
    env: 'ZSCALER_MCP_CLOUD_ANSWER_LIMIT',
    default: 16_777_216,
    min: 65_536,
    max: 268_435_456,
    applies: 'reload',
    about: "Maximum size of the cloud's answers to one call together, in bytes; all running calls may hold four times as much.",
  }),
  userAgentComment: text(
    {
      env: 'ZSCALER_MCP_USER_AGENT_COMMENT',
      flag: '--user-agent-comment',
      applies: 'reload',
      about: 'Comment added in parentheses to the User-Agent of requests to the cloud.',
    },
    'printable ASCII text',
    headerComment,
  ),
  httpsProxy: text(
    {
      env: 'HTTPS_PROXY',
      secret: true,
      applies: 'restart',
      about: 'Proxy for https requests. Treated as a secret, since it may contain a password.',
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
      about: 'Proxy for plain http requests, and for https requests if HTTPS_PROXY is unset.',
      aliases: [{ env: 'http_proxy' }],
    },
    'the URL of a proxy, or host:port',
    proxyUrl,
  ),
  noProxy: text(
    {
      env: 'NO_PROXY',
      applies: 'restart',
      about: 'Hosts to reach directly, without a proxy.',
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
      about: 'Redis or Valkey that replicas share state in. Requires ZSCALER_MCP_REQUEST_STATE_KEYS, the same for all.',
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
      about: 'Prefix of every key in the shared store; replicas with the same prefix share all state.',
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
      about: 'The .env file to use. Unset: the default places are searched.',
    },
    'a path',
  ),
  pidFile: text(
    {
      env: 'ZSCALER_MCP_PID_FILE',
      flag: '--pid-file',
      applies: 'boot',
      about: 'PID file that the server writes its record to, and commands find the server by.',
    },
    'a path',
  ),
  drainTimeoutSeconds: integer({
    env: 'ZSCALER_MCP_DRAIN_TIMEOUT',
    flag: '--drain-timeout',
    default: 7,
    min: 0,
    max: 3600,
    applies: 'reload',
    about: 'Seconds that requests in flight have to finish before a restart or stop cuts them off.',
  }),
  keepSessions: flag({
    env: 'ZSCALER_MCP_RESTART_KEEP_SESSIONS',
    default: true,
    applies: 'reload',
    about:
      'Keep MCP sessions across restarts. false: every restart ends those of revisions before 2026-07-28, as `restart --end-sessions` does once.',
  }),
  watchEnv: flag({
    env: 'ZSCALER_MCP_WATCH_ENV',
    default: false,
    applies: 'reload',
    about: 'Reload automatically when the content of the .env, a TLS file or a secret file changes.',
  }),
};

/** The rows by topic, in the order of the help and the reference page. */
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

/** Every setting, by its name in code. */
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

/** The values of all settings. Frozen; lists are frozen too. */
export type Settings = Values<typeof table>;

/** All rows of `table`, each with its name in code. */
export const rows: readonly (readonly [SettingName, Setting<unknown>])[] = Object.entries(table) as [SettingName, Setting<unknown>][];
