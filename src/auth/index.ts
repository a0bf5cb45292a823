/** Client authentication over HTTP: the authentication modes, and the gate that applies the configured one. */
export type { AuthConfig } from './config.ts';
export type { SharedFailures } from './failures.ts';
export { Gate } from './gate.ts';
export { loadAuthentication } from './load.ts';
