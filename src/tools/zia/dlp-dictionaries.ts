import { id, initially, oneOf, optional, readPage, text, tool } from '../define.ts';
import { zia } from './product.ts';
import { named } from './rules.ts';

export default [
  tool(zia, 'list_dlp_dictionaries', {
    fullName: 'get_zia_dlp_dictionaries',
    toolset: 'zia_dlp',
    action: 'read',
    lists: 'paged',
    about:
      'List DLP dictionaries, predefined and custom, or get one by its ID. A dictionary says by phrases and patterns what a kind of sensitive data looks like; DLP engines combine dictionaries.',
    input: {
      action: initially(oneOf(['read', 'read_lite'], 'read for whole records, read_lite for a list of IDs and names.'), 'read'),
      dict_id: optional(id('ID of one dictionary; with action read only.')),
      search: optional(text('Part of the name; with read, of the description as well.')),
    },
    run: async (call, { action, dict_id: one, search }) => {
      if (action === 'read_lite') return named(readPage(zia.paging, await call('GET /dlpDictionaries/lite'), {}), search);
      if (one !== undefined) return call(`GET /dlpDictionaries/${one}`);
      return readPage(zia.paging, await call('GET /dlpDictionaries', search === undefined ? {} : { query: { search } }), {});
    },
  }),
];
