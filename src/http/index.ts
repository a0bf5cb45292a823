export { matchAddresses } from './addresses.ts';
export type { FrontContext, FrontOptions, ParkedConnection, Respond } from './front-options.ts';
export { Front } from './front.ts';
export type { FrontLimits } from './slow-clients.ts';
export { openSocket, type Place } from './socket.ts';
export { loadRateLimits, RateLimit } from './rate-limit.ts';
export { createRoutes, type Gate, type RequestLimits, type RoutesOptions } from './routes.ts';
export { checkTls, type TlsMaterial } from './tls.ts';
