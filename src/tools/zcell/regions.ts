import { flag, optional, text, tool } from '../define.ts';
import { zcell } from './product.ts';

export default [
  tool(zcell, 'list_regions', {
    toolset: 'zcell_customer_region_handling',
    action: 'read',
    about: 'List the regions of Cellular and which of them are configured for the account.',
    input: { skip_sku_check: optional(flag('List regions that the subscription does not cover as well.')) },
    call: 'GET /customers/{zcellCustomerId}/regions',
    returns: 'page',
  }),
  tool(zcell, 'list_region_operational_status', {
    toolset: 'zcell_customer_region_handling',
    action: 'read',
    about: 'List whether each region works, with the state of its branch and app connectors.',
    input: { bc_size: optional(text('Size of the branch connectors, in the words of the API.')) },
    call: 'GET /customers/{zcellCustomerId}/regions/operational-status',
    returns: 'page',
  }),
];
