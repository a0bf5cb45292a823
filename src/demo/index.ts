export { startDemoTenant } from './tenant.ts';
export type { DemoOptions, DemoTenant, SavedTenant } from './tenant.ts';
