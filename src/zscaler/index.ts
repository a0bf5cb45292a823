export { checkPrivateKey } from './assertion.ts';
export type { Clock } from './clock.ts';
export { createCloud, type Cloud, type CloudRequest, type SharedParts } from './cloud.ts';
export { addressesOf, type Addresses, type CloudConfig, type ProxyConfig } from './config.ts';
export { CloudError } from './error.ts';
export { TokenCache, type Token } from './tokens.ts';
export { Transport } from './transport.ts';
