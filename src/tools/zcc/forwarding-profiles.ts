import { tool } from '../define.ts';
import { filters, zcc } from './product.ts';

export default [
  tool(zcc, 'list_forwarding_profiles', {
    toolset: 'zcc_forwarding_profiles',
    action: 'read',
    about:
      'List the forwarding profiles of Client Connector. A profile says, for each kind of network a device may be in, whether and how its traffic goes to Zscaler, and by which signs a trusted network is known.',
    input: filters,
    call: 'GET /webForwardingProfile/listByCompany',
    returns: 'page',
  }),
];
