import { optional, text, tool } from '../define.ts';
import { since, zdx } from './product.ts';

export default [
  tool(zdx, 'list_departments', {
    toolset: 'zdx_reports',
    action: 'read',
    about: 'List the departments that Digital Experience knows, with the IDs that reports take as department_id.',
    input: { search: optional(text('Part of the name, or an ID.')), ...since },
    call: 'GET /administration/departments',
    returns: 'page',
  }),
];
