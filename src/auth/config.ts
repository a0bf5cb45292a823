/** What the gate is told of the configuration. */

export type AuthConfig = { readonly failureLimit: number } & (
  | { readonly mode: 'none' }
  | { readonly mode: 'api-key'; readonly keys: readonly string[]; readonly trustsPlatform: boolean }
);
