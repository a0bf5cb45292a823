import { onWire, text } from '../define.ts';
import { ruleFamily } from './rules.ts';

export default ruleFamily({
  noun: 'file_type_control_rule',
  title: 'file type control rule',
  toolset: 'zia_file_type_control',
  path: '/fileTypeRules',
  about: 'File type control rules decide which kinds of files may be uploaded or downloaded.',
  // Recorded: the API expects `filteringAction` here.
  action: onWire('filteringAction', text('ALLOW, BLOCK or CAUTION.', { min: 1 })),
  conditions:
    'file_types (see zia_list_file_type_categories), protocols, operation, url_categories, cloud_applications, min_size, max_size, locations',
  search: 'api',
  bewareOfCreating: 'It needs advanced.file_types and advanced.protocols to match anything.',
});
