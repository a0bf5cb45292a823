export { startDemoTenant } from './tenant.ts';
export type { DemoCredentials, DemoOptions, DemoTenant } from './tenant.ts';
export type { Failure, Received } from './controls.ts';
