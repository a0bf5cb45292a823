export { startDemoTenant } from './tenant.ts';
export type { DemoOptions, DemoTenant } from './tenant.ts';
