/** What the gate is told of the configuration. */

interface TokenConfig {
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly scopes: readonly string[];
}

export type AuthConfig = {
  /** Wrong credentials a minute and address. */
  readonly failureLimit: number;
  /** Under which clients know this server; null: what they call it. */
  readonly baseUrl: string | null;
} & (
  | { readonly mode: 'none' }
  | { readonly mode: 'api-key'; readonly keys: readonly string[]; readonly trustsPlatform: boolean }
  | { readonly mode: 'zscaler'; readonly allowedClients: readonly string[]; readonly trustsPlatform: boolean }
  | ({ readonly mode: 'jwt'; readonly jwksUri: string; readonly issuer: string } & TokenConfig)
  | ({ readonly mode: 'oidc'; readonly configUrl: string } & TokenConfig)
);
