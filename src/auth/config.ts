/** The part of the configuration that client authentication depends on. */

interface TokenConfig {
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly scopes: readonly string[];
}

/** The configured authentication mode and what it needs; the settings have validated that it is complete. */
export type AuthConfig = {
  /** Failed attempts that one address may make per minute. */
  readonly failureLimit: number;
  /** Public base URL of this server; null: taken from the Host header of each request. */
  readonly baseUrl: string | null;
} & (
  | { readonly mode: 'none' }
  | { readonly mode: 'api-key'; readonly keys: readonly string[]; readonly trustsPlatform: boolean }
  | { readonly mode: 'zscaler'; readonly allowedClients: readonly string[]; readonly trustsPlatform: boolean }
  | ({ readonly mode: 'jwt'; readonly jwksUri: string; readonly issuer: string } & TokenConfig)
  | ({ readonly mode: 'oidc'; readonly configUrl: string } & TokenConfig)
);
