import { flag, optional, tool } from '../define.ts';
import { zia } from './product.ts';

export default [
  tool(zia, 'list_file_type_categories', {
    toolset: 'zia_file_type_control',
    action: 'read',
    about:
      'List the file types that rules can name, the predefined and the custom ones. Use it to find what advanced.file_types of a file type control rule takes.',
    input: {
      enums: optional(flag('Passed on to the API as its filter of the same name. Leave it out to get all file types.')),
      exclude_custom_file_types: optional(flag('Whether to leave out the file types that the tenant has defined itself.')),
    },
    call: 'GET /fileTypeCategories',
    returns: 'page',
  }),
];
