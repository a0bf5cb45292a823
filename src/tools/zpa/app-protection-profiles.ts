import { optional, readPage, text, tool } from '../define.ts';
import { paging, zpaTenant } from './product.ts';
import { namedProfile } from './profiles.ts';

export default [
  tool(zpaTenant, 'app_protection_profile', {
    fullName: 'get_zpa_app_protection_profile',
    toolset: 'zpa_misc',
    action: 'read',
    lists: true,
    about:
      'Get one app protection profile by its name, or list all without it. It holds the controls that app protection rules inspect web traffic with.',
    input: { name: optional(text('Whole name of the profile.', { min: 1 })), ...paging },
    run: async (call, { name, page, page_size: pagesize }) => {
      if (name !== undefined) return namedProfile('/inspectionProfile', 'app protection profile', name, call);
      return readPage(zpaTenant.paging, await call('GET /inspectionProfile', { query: { page, pagesize } }), { page });
    },
  }),
];
