import { tool } from '../define.ts';
import { zeasm } from './product.ts';

export default [
  tool(zeasm, 'list_organizations', {
    toolset: 'zeasm',
    action: 'read',
    about: 'List the organizations whose attack surface is watched, with their IDs. The other tools of this product need such an ID.',
    call: 'GET /organizations',
    returns: { kind: 'whole', items: 'results', total: 'total_results' },
  }),
];
