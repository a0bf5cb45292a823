import { ZscalerMcpError } from '../../common/errors.ts';
import { count, oneOf, optional, Page, readPage, texts, tool, type Call } from '../define.ts';
import { zia } from './product.ts';
import { idOf } from './rules.ts';

const toolset = 'zia_shadow_it';
const states = { sanctioned: 'SANCTIONED', unsanctioned: 'UN_SANCTIONED', any: 'ANY' } as const;
const ids = (about: string) => optional(texts(about, { min: 1 }));

export default [
  tool(zia, 'list_shadow_it_apps', {
    toolset,
    action: 'read',
    lists: true,
    about:
      'List the cloud applications that Shadow IT discovery knows, with ID and name. There are thousands: ask a page at a time. The IDs go into zia_bulk_update_shadow_it_apps.',
    input: {
      page_number: optional(count('Which page, from 1; the first without it.', { min: 1 })),
      limit: optional(count('Rows on a page; without it the API returns 200.', { min: 1, max: 1000 })),
    },
    writtenBy: 'whoever named the applications',
    run: listApps,
  }),
  tool(zia, 'list_shadow_it_custom_tags', {
    toolset,
    action: 'read',
    about:
      'List the custom tags that administrators give to cloud applications, with ID and name. The IDs go into zia_bulk_update_shadow_it_apps.',
    call: 'GET /customTags',
    returns: 'page',
  }),
  tool(zia, 'bulk_update_shadow_it_apps', {
    toolset,
    action: 'update',
    about: `Mark many cloud applications as sanctioned or unsanctioned at once, and give them custom tags. It affects reports, and every rule that goes by the sanctioned state. ${zia.afterChange}`,
    input: {
      sanction_state: oneOf(['sanctioned', 'unsanctioned', 'any'], 'What the applications are to be; any withdraws an earlier decision.'),
      application_ids: ids('IDs of the applications, as zia_list_shadow_it_apps shows them.'),
      custom_tag_ids: ids('IDs of custom tags to give to the applications, as zia_list_shadow_it_custom_tags shows them.'),
    },
    run: async (call, { sanction_state: wanted, application_ids: applications, custom_tag_ids: tags }) => {
      if (!applications && !tags)
        throw new ZscalerMcpError('ERR_TOOL_INPUT', 'zia_bulk_update_shadow_it_apps was given neither application_ids nor custom_tag_ids', {
          hint: 'Give application_ids; find them with zia_list_shadow_it_apps.',
        });
      return call('PUT /cloudApplications/bulkUpdate', {
        body: {
          sanctionedState: states[wanted],
          ...(applications && { applicationIds: applications.map(idOf) }),
          ...(tags && { customTags: tags.map((tag) => ({ id: idOf(tag) })) }),
        },
      });
    },
    done: () => `The applications were updated; the API does not return them. ${zia.afterChange}`,
  }),
];

/** This list names its paging parameters differently from all others. */
async function listApps(call: Call, input: { readonly page_number?: number; readonly limit?: number }): Promise<Page> {
  const { page_number: page, limit } = input;
  const rows = await call('GET /cloudApplications/lite', { query: { pageNumber: page, limit } });
  const read = readPage({ kind: 'array', usualSize: 200 }, rows, { page, page_size: limit }, { page });
  if (!read.next) return read;
  const next = (page ?? 1) + 1;
  return new Page({
    items: read.items,
    next: { page_number: next },
    note: `There may be more: the page is full. Call again with the same inputs and page_number ${next}.`,
  });
}
