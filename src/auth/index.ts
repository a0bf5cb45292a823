/** Who is asking: ways to authenticate the clients that come over HTTP, and the gate that uses one of them. */
export type { AuthConfig } from './config.ts';
export type { SharedFailures } from './failures.ts';
export { Gate } from './gate.ts';
