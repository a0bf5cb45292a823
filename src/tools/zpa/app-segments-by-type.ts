import { flag, initially, oneOf, readPage, tool } from '../define.ts';
import { filters, microtenantId as microtenantInput, zpaTenant } from './product.ts';

export default [
  tool(zpaTenant, 'app_segments_by_type', {
    fullName: 'get_zpa_app_segments_by_type',
    toolset: 'zpa_app_segments',
    action: 'read',
    lists: true,
    about:
      'List the applications of one type with the segments they belong to: web applications for browser access or inspection, or privileged consoles. Each row has an ID of its own and, as appId, that of its segment.',
    input: {
      application_type: oneOf(['BROWSER_ACCESS', 'INSPECT', 'SECURE_REMOTE_ACCESS'], 'Type of the applications.'),
      expand_all: initially(flag('Whether each row comes with the whole record of its segment.'), false),
      ...filters,
      microtenant_id: microtenantInput,
    },
    run: async (
      call,
      { application_type: applicationType, expand_all: expandAll, search, page, page_size: pagesize, microtenant_id: microtenantId },
    ) => {
      const query = { applicationType, expandAll, search: search && filters.search.encode?.(search), page, pagesize, microtenantId };
      return readPage(zpaTenant.paging, await call('GET /application/getAppsByType', { query }), { page });
    },
  }),
];
