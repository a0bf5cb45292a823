import { tool } from '../define.ts';
import { zcell } from './product.ts';

export default [
  tool(zcell, 'get_customer_data_handling', {
    toolset: 'zcell_customer_data_handling',
    action: 'read',
    about: 'Get the account of Cellular that is configured: name, regions, provider, and how many SIMs it has and how many are active.',
    call: 'GET /customers/{zcellCustomerId}',
  }),
];
