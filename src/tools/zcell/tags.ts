import { optional, text, tool } from '../define.ts';
import { paging, zcell } from './product.ts';

export default [
  tool(zcell, 'list_tags', {
    toolset: 'zcell_tag_handling',
    action: 'read',
    about: 'List the tags that SIMs can bear, with their IDs and who made them. zcell_list_sims finds the SIMs of a tag.',
    input: { name: optional(text('Part of the name.')), ...paging },
    call: 'GET /customers/{zcellCustomerId}/tag',
    returns: 'page',
  }),
];
