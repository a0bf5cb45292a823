export { matchAddresses } from './addresses.ts';
export {
  Front,
  openSocket,
  type Exchange,
  type FrontLimits,
  type FrontOptions,
  type ParkedConnection,
  type Place,
  type Respond,
} from './front.ts';
export { RateLimit } from './rate-limit.ts';
export { createRoutes, type Gate, type RequestLimits, type RoutesOptions } from './routes.ts';
export { checkTls, type TlsMaterial } from './tls.ts';
