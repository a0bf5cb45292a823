import { flag, initially, oneOf, Page, readPage, tool } from '../define.ts';
import { filters, microtenantId, zpaTenant } from './product.ts';

export default [
  tool(zpaTenant, 'app_segments_by_type', {
    fullName: 'get_zpa_app_segments_by_type',
    toolset: 'zpa_app_segments',
    action: 'read',
    about:
      'List the applications of one type with the segments they belong to: web applications for browser access or inspection, or privileged consoles. Each row has an ID of its own and, as appId, that of its segment.',
    input: {
      application_type: oneOf(['BROWSER_ACCESS', 'INSPECT', 'SECURE_REMOTE_ACCESS'], 'Type of the applications.'),
      expand_all: initially(flag('Whether each row comes with the whole record of its segment.'), false),
      search: filters.search,
      page_size: filters.page_size,
      microtenant_id: microtenantId,
    },
    // There is no input for the page, so what is left out has to be asked for in another way.
    run: async (
      call,
      { application_type: applicationType, expand_all: expandAll, search, page_size: pagesize, microtenant_id: microtenant },
    ) => {
      const query = { applicationType, expandAll, search: search && filters.search.encode?.(search), pagesize, microtenantId: microtenant };
      const { next, note: _, ...page } = readPage(zpaTenant.paging, await call('GET /application/getAppsByType', { query }), {});
      return next
        ? new Page({ ...page, note: 'There are more rows than these: raise page_size, up to 500, or narrow with search.' })
        : new Page(page);
    },
  }),
];
