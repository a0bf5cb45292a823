/** Settings that have no effect because of another setting, so that an edit of one changes nothing. */
import { authModeOf, type AuthMode } from './authentication.ts';
import { isHttp, isLoopback } from './formats.ts';
import type { SettingName, Settings } from './table.ts';

type Reason = (settings: Settings) => string | null;

const unless =
  (isUsed: (settings: Settings) => boolean, reason: string): Reason =>
  (settings) =>
    isUsed(settings) ? null : reason;

const inMode =
  (...modes: readonly AuthMode[]): Reason =>
  (settings) => {
    const mode = authModeOf(settings);
    return modes.includes(mode) ? null : mode === 'none' ? 'client authentication is off' : `client authentication has mode ${mode}`;
  };

const withTls = unless(({ tlsCertificate }) => tlsCertificate !== undefined, 'ZSCALER_MCP_TLS_CERTFILE is not set');
const audited = unless(({ logToolCalls }) => logToolCalls, 'ZSCALER_MCP_LOG_TOOL_CALLS is not true');
const withAws = unless(({ secretName }) => secretName !== undefined, 'ZSCALER_SECRET_NAME is not set');
const withGcp = unless(({ gcpSecretManager }) => gcpSecretManager, 'ZSCALER_MCP_GCP_SECRET_MANAGER is not true');
const withVault = unless(({ vaultPath }) => vaultPath !== undefined, 'ZSCALER_MCP_VAULT_PATH is not set');

/** Over stdio none of these has an effect. */
const httpOnly: readonly SettingName[] = [
  'host',
  'port',
  'allowedHosts',
  'allowedOrigins',
  'disableHostValidation',
  'sessions',
  'sessionLimit',
  'sessionIdleSeconds',
  'tlsCertificate',
  'tlsKey',
  'tlsKeyPassword',
  'tlsClientAuthorities',
  'tlsClientCertificates',
  'allowHttp',
  'allowedSources',
  'trustedProxies',
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
  'metrics',
  'stateUrl',
  'statePrefix',
];

const reasons: Readonly<Partial<Record<SettingName, Reason>>> = {
  allowedHosts: unless(
    ({ disableHostValidation }) => !disableHostValidation,
    'ZSCALER_MCP_DISABLE_HOST_VALIDATION accepts every Host header',
  ),
  tlsKeyPassword: withTls,
  tlsClientAuthorities: withTls,
  tlsClientCertificates: unless(({ tlsClientAuthorities }) => tlsClientAuthorities !== undefined, 'ZSCALER_MCP_TLS_CA_CERTS is not set'),
  allowHttp: ({ tlsCertificate, host }) => {
    if (tlsCertificate !== undefined) return 'ZSCALER_MCP_TLS_CERTFILE is set';
    return isLoopback(host) ? 'the server listens on loopback' : null;
  },
  authMode: unless(({ authEnabled }) => authEnabled !== false, 'ZSCALER_MCP_AUTH_ENABLED is false'),
  authApiKeys: inMode('api-key'),
  authJwksUri: inMode('jwt'),
  authIssuer: inMode('jwt'),
  authAudience: inMode('jwt'),
  authAlgorithms: inMode('jwt', 'oidc'),
  authAllowedClients: inMode('zscaler'),
  trustPlatformAuth: inMode('api-key', 'zscaler'),
  oidcConfigUrl: inMode('oidc'),
  oidcBaseUrl: inMode('jwt', 'oidc'),
  oidcAudience: inMode('oidc'),
  oidcClientId: (settings) => inMode('oidc')(settings) ?? (settings.oidcAudience === undefined ? null : 'OIDCPROXY_AUDIENCE is set'),
  oidcRequiredScopes: inMode('oidc'),
  authFailureLimit: inMode('api-key', 'jwt', 'zscaler', 'oidc'),
  writeEnabled: unless(({ writeTools }) => writeTools.length > 0, 'ZSCALER_MCP_WRITE_TOOLS names no tool'),
  writeTools: unless(({ writeEnabled }) => writeEnabled, 'ZSCALER_MCP_WRITE_ENABLED is not true'),
  auditFormat: audited,
  auditFile: audited,
  clientSecret: unless(({ privateKey }) => privateKey === undefined, 'ZSCALER_PRIVATE_KEY is set and takes precedence'),
  cloud: unless(
    ({ apiUrl, tokenUrl }) => apiUrl === undefined || tokenUrl === undefined,
    'ZSCALER_MCP_API_URL and ZSCALER_MCP_TOKEN_URL are set',
  ),
  awsRegion: withAws,
  gcpProject: withGcp,
  gcpSecrets: withGcp,
  gcpEndpoint: withGcp,
  vaultMount: withVault,
  vaultAddress: withVault,
  vaultToken: withVault,
  vaultNamespace: withVault,
  secretsTimeoutSeconds: (settings) =>
    [withAws, withGcp, withVault].every((each) => each(settings) !== null) ? 'no secrets manager is configured' : null,
  statePrefix: unless(({ stateUrl }) => stateUrl !== undefined, 'ZSCALER_MCP_STATE_URL is not set'),
};

/** Why a setting has no effect beside the others; null if it has one. */
export function whyIgnored(name: SettingName, settings: Settings): string | null {
  if (!isHttp(settings.transport) && httpOnly.includes(name)) return 'clients connect over stdio';
  return reasons[name]?.(settings) ?? null;
}
