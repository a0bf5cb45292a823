import { tool } from '../define.ts';
import { ztw } from './product.ts';

export default [
  tool(ztw, 'get_discovery_settings', {
    toolset: 'ztw',
    action: 'read',
    about: 'Get the settings with which workloads in public clouds are discovered: the role that is assumed there, and its external ID.',
    call: 'GET /discoveryService/workloadDiscoverySettings',
  }),
];
