/** How clients are authenticated; derived from several settings. */
import { isHttp, isLoopback } from './formats.ts';
import type { Settings } from './table.ts';

/** A value of ZSCALER_MCP_AUTH_MODE. */
export type AuthMode = NonNullable<Settings['authMode']>;

/** One reason why clients cannot be authenticated as configured. */
export interface AuthObstacle {
  /** Environment name of the setting to correct. */
  readonly setting: string;
  /** Continues a sentence that starts with the name of the setting. */
  readonly message: string;
  readonly hint: string;
}

/** The mode that is set, or else the one that the other settings imply. `authObstacles` lists what the mode lacks. */
export function authModeOf(settings: Settings): AuthMode {
  const { authEnabled, authMode, transport, host } = settings;
  if (!isHttp(transport) || authEnabled === false) return 'none';
  return authMode ?? modeByContent(settings) ?? (authEnabled === true || !isLoopback(host) ? 'jwt' : 'none');
}

/** On loopback a vanity domain alone does not imply a mode, since every server with a tenant has one. */
function modeByContent({ authEnabled, authJwksUri, authApiKeys, oidcConfigUrl, vanityDomain, host }: Settings): AuthMode | undefined {
  if (authJwksUri !== undefined) return 'jwt';
  if (authApiKeys.length > 0) return 'api-key';
  if (oidcConfigUrl !== undefined) return 'oidc';
  return vanityDomain !== undefined && (authEnabled === true || !isLoopback(host)) ? 'zscaler' : undefined;
}

/** Reasons why clients cannot be authenticated as configured; empty if they can be or need not be. */
export function authObstacles(settings: Settings): AuthObstacle[] {
  const mode = authModeOf(settings);
  const { authEnabled, authMode, transport, host } = settings;
  if (!isHttp(transport)) return [];
  if (authEnabled === true && authMode === 'none')
    return [obstacle('ZSCALER_MCP_AUTH_MODE', 'none contradicts ZSCALER_MCP_AUTH_ENABLED=true', 'Remove one of them.')];
  if (mode === 'none') return isLoopback(host) ? [] : [openBeyondLoopback(settings)];
  if (mode === 'jwt' && authMode === undefined && settings.authJwksUri === undefined) return [noModeImplied(settings)];
  return wantedBy[mode](settings)
    .filter(([value]) => value === undefined)
    .map(([, setting, what]) =>
      obstacle(setting, `is not set, but mode ${mode} requires ${what}`, `Set ${setting}, or choose another mode.`),
    );
}

type Wanted = readonly (readonly [value: unknown, setting: string, what: string])[];

const wantedBy: Readonly<Record<Exclude<AuthMode, 'none'>, (settings: Settings) => Wanted>> = {
  'api-key': ({ authApiKeys }) => [[authApiKeys[0], 'ZSCALER_MCP_AUTH_API_KEY', 'a key; `zscaler-mcp --generate-auth-token` prints one']],
  // The issuer is required because several issuers may share one set of keys.
  jwt: ({ authJwksUri, authIssuer }) => [
    [authJwksUri, 'ZSCALER_MCP_AUTH_JWKS_URI', "the URL of the issuer's public keys"],
    [authIssuer, 'ZSCALER_MCP_AUTH_ISSUER', 'the issuer that tokens must name'],
  ],
  zscaler: ({ vanityDomain, tokenUrl }) => [[vanityDomain ?? tokenUrl, 'ZSCALER_VANITY_DOMAIN', 'the tenant that clients belong to']],
  oidc: ({ oidcConfigUrl, oidcAudience, oidcClientId }) => [
    [oidcConfigUrl, 'OIDCPROXY_CONFIG_URL', 'the discovery document of the identity provider'],
    [oidcAudience ?? oidcClientId, 'OIDCPROXY_AUDIENCE', 'the audience that tokens must name'],
  ],
};

const openBeyondLoopback = ({ authEnabled, host }: Settings): AuthObstacle =>
  obstacle(
    authEnabled === false ? 'ZSCALER_MCP_AUTH_ENABLED' : 'ZSCALER_MCP_AUTH_MODE',
    `would admit everyone who can reach ${host}: authentication may be off on loopback only (127.0.0.1, ::1, localhost)`,
    'Remove it and choose a mode, or listen on 127.0.0.1 behind a reverse proxy that authenticates clients.',
  );

const noModeImplied = ({ authEnabled }: Settings): AuthObstacle =>
  obstacle(
    authEnabled === true ? 'ZSCALER_MCP_AUTH_ENABLED' : 'ZSCALER_MCP_HOST',
    `${authEnabled === true ? 'requires' : 'is not loopback, which requires'} client authentication, and no mode is configured`,
    'Set ZSCALER_MCP_AUTH_API_KEY to what `zscaler-mcp --generate-auth-token` prints, or choose another ZSCALER_MCP_AUTH_MODE.',
  );

const obstacle = (setting: string, message: string, hint: string): AuthObstacle => ({ setting, message, hint });

/** Whether requests without credentials are admitted, because the platform in front authenticates them. */
export function trustsPlatform(settings: Settings): boolean {
  const mode = authModeOf(settings);
  return settings.trustPlatformAuth && (mode === 'api-key' || mode === 'zscaler');
}

/** Whether a change must wait for a restart: it would admit clients without the credentials they need now, or admit nobody. */
export function needsFreshStart(running: Settings, next: Settings): boolean {
  const admitsWithoutCredentials = authModeOf(next) === 'none' || (trustsPlatform(next) && !trustsPlatform(running));
  return authObstacles(next).length > 0 || (authModeOf(running) !== 'none' && admitsWithoutCredentials);
}
