/** What each part of the server is configured with, taken from the settings. */
import type { AuthConfig } from '../auth/index.ts';
import type { DemoTenant } from '../demo/index.ts';
import { matchAddresses, type FrontLimits, type RateLimit, type RequestLimits, type TlsMaterial } from '../http/index.ts';
import { authModeOf, type Settings } from '../settings/index.ts';
import type { CloudConfig } from '../zscaler/index.ts';

/** What the network edge lets in. */
export interface Edge {
  readonly front: FrontLimits;
  readonly requests: RequestLimits;
}

/** Limits of the network edge. @param rate counts requests per client */
export function edgeOf(settings: Settings, rate: RateLimit): Edge {
  const { allowedSources, bodyLimit, bodiesLimit, connectionLimit, connectionsPerAddress, readTimeoutSeconds } = settings;
  const isTrustedProxy = matchAddresses(settings.trustedProxies);
  return {
    front: { connections: connectionLimit, connectionsPerAddress, readTimeoutMs: readTimeoutSeconds * 1_000, isTrustedProxy },
    requests: {
      body: bodyLimit,
      bodies: bodiesLimit,
      isAllowedSource: allowedSources.length === 0 ? () => true : matchAddresses(allowedSources),
      isTrustedProxy,
      rate,
    },
  };
}

/** Null for plain HTTP. The settings ensure that certificate and key come together. */
export function tlsOf(settings: Settings): TlsMaterial | null {
  const { tlsCertificate, tlsKey, tlsKeyPassword, tlsClientAuthorities, tlsClientCertificates } = settings;
  if (settings.transport === 'stdio' || !tlsCertificate || !tlsKey) return null;
  return {
    certificate: tlsCertificate.bytes,
    key: tlsKey.bytes,
    password: tlsKeyPassword,
    clientAuthorities: tlsClientAuthorities?.bytes,
    clientCertificates: tlsClientCertificates,
  };
}

/** Whether two settings lead to the same certificate, key and client authorities. */
export const isSameTls = (one: Settings, other: Settings): boolean =>
  one.tlsCertificate?.digest === other.tlsCertificate?.digest &&
  one.tlsKey?.digest === other.tlsKey?.digest &&
  one.tlsKeyPassword === other.tlsKeyPassword &&
  one.tlsClientAuthorities?.digest === other.tlsClientAuthorities?.digest;

/** Where audit lines go. */
export const auditTargetOf = ({ auditFormat, auditFile }: Settings) => ({ format: auditFormat, path: auditFile });

/** Incomplete modes are refused when settings are loaded; should one get here, it admits nobody. */
export function authConfigOf(settings: Settings): AuthConfig {
  const mode = authModeOf(settings);
  const common = { failureLimit: settings.authFailureLimit, baseUrl: settings.oidcBaseUrl ?? null };
  const { authAlgorithms: algorithms, trustPlatformAuth: trustsPlatform } = settings;
  switch (mode) {
    case 'none':
      return { ...common, mode };
    case 'api-key':
      return { ...common, mode, keys: settings.authApiKeys, trustsPlatform };
    case 'jwt': {
      const { authJwksUri: jwksUri = '', authIssuer: issuer = '', authAudience: audience } = settings;
      return { ...common, mode, jwksUri, issuer, audience, algorithms, scopes: [] };
    }
    case 'oidc': {
      const { oidcConfigUrl: configUrl = '', oidcAudience, oidcClientId = '', oidcRequiredScopes: scopes } = settings;
      return { ...common, mode, configUrl, audience: oidcAudience ?? oidcClientId, algorithms, scopes };
    }
    case 'zscaler':
      return { ...common, mode, allowedClients: settings.authAllowedClients, trustsPlatform };
  }
}

/** Path of the MCP endpoint. */
export const pathOf = ({ transport }: Settings): string => (transport === 'sse' ? '/sse' : '/mcp');

/** How the cloud is reached, and with which credentials. */
export function cloudConfigOf(settings: Settings): CloudConfig {
  const { httpsProxy, httpProxy, noProxy, requestTimeoutSeconds, ...rest } = settings;
  return { ...rest, requestTimeoutMs: requestTimeoutSeconds * 1_000, proxy: { https: httpsProxy, http: httpProxy, no: noProxy } };
}

/** How the demo tenant is reached. Credentials that were configured for a real tenant are left out. */
export function demoConfigOf(
  { apiUrl, tokenUrl, credentials }: DemoTenant,
  { requestTimeoutSeconds, maxRetries, answerLimit, userAgentComment }: Settings,
): CloudConfig {
  return {
    ...credentials,
    apiUrl,
    tokenUrl,
    cloud: '',
    requestTimeoutMs: requestTimeoutSeconds * 1_000,
    maxRetries,
    answerLimit,
    userAgentComment,
  };
}
