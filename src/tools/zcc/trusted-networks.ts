import { tool } from '../define.ts';
import { filters, zcc } from './product.ts';

export default [
  tool(zcc, 'list_trusted_networks', {
    toolset: 'zcc_trusted_networks',
    action: 'read',
    about:
      'List the trusted networks that Client Connector knows, with the signs by which a device recognises each: DNS servers, search domains, host names, subnets, gateways. Forwarding profiles refer to them.',
    input: filters,
    call: 'GET /webTrustedNetwork/listByCompany',
    returns: { kind: 'numbered', items: 'trustedNetworkContracts', total: 'totalCount' },
  }),
];
