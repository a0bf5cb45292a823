import { inQuery, optional, text, tool } from '../define.ts';
import { daysAsDates, paging, zcell } from './product.ts';

export default [
  tool(zcell, 'list_audit_customers_search', {
    toolset: 'zcell_audit_data_handling',
    action: 'read',
    about:
      'List who changed what in Cellular and when, with the data before and after. The words of the filters come from zcell_list_audit_metadata.',
    input: {
      operation_type: optional(text('Kind of operation, in the words of the API: CREATE, UPDATE, DELETE.')),
      object_type: optional(text('Kind of object that was changed, in the words of the API.')),
      object_name: optional(text('Name of the object that was changed.')),
      object_id: optional(text('ID of the object that was changed.')),
      visibility: optional(text('Who may see the entry, in the words of the API.')),
      modified_by_user_id: optional(text('ID of the user who made the change.')),
      ...daysAsDates,
      page: inQuery(paging.page),
      size: inQuery(paging.size),
    },
    call: 'POST /audit/customers/{zcellCustomerId}/search',
    returns: 'page',
  }),
  tool(zcell, 'list_audit_metadata', {
    toolset: 'zcell_audit_data_handling',
    action: 'read',
    lists: true,
    about:
      'List the operations and the types of objects that the audit of Cellular knows: the words for zcell_list_audit_customers_search.',
    call: 'GET /audit/metadata',
  }),
];
