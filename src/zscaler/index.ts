export { checkPrivateKey, loadAssertions } from './assertion.ts';
export { checkClient } from './client-check.ts';
export { createCloud, type Cloud, type CloudRequest, type SharedParts } from './cloud.ts';
export { addressesOf, type CloudConfig } from './config.ts';
export { CloudError } from './error.ts';
export { HeldAnswers } from './held-answers.ts';
export { TokenCache, type SavedToken } from './tokens.ts';
export { loadProxy, Transport } from './transport.ts';
export type { Entitlement } from './entitlement.ts';
