import { id, initially, oneOf, optional, readPage, text, tool } from '../define.ts';
import { zia } from './product.ts';
import { named } from './rules.ts';

export default [
  tool(zia, 'list_dlp_engines', {
    fullName: 'get_zia_dlp_engines',
    toolset: 'zia_dlp',
    action: 'read',
    lists: 'paged',
    about:
      'List DLP engines, predefined and custom, or get one by its ID. An engine combines dictionaries in an expression (D63.S > 1); web DLP rules refer to engines by ID.',
    input: {
      action: initially(oneOf(['read', 'read_lite'], 'read for whole records, read_lite for a list of IDs and names.'), 'read'),
      engine_id: optional(id('ID of one engine; with action read only.')),
      search: optional(text('Part of the name, in capitals or not; predefined engines go by another field and are not found.')),
    },
    run: async (call, { action, engine_id: one, search }) => {
      if (action === 'read' && one !== undefined) return call(`GET /dlpEngines/${one}`);
      return named(readPage(zia.paging, await call(action === 'read_lite' ? 'GET /dlpEngines/lite' : 'GET /dlpEngines'), {}), search);
    },
  }),
];
