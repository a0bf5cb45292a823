import { collection, flag, text } from '../define.ts';
import { filters, v2, zpa } from './product.ts';

export default collection(zpa, {
  noun: 'segment_group',
  toolset: 'zpa_segment_groups',
  path: '/segmentGroup',
  updatePath: `${v2}/segmentGroup`,
  id: 'group_id',
  about: 'A segment group bundles application segments, so that access policies can refer to all of them at once.',
  filters,
  fields: {
    name: text('Name of the segment group; no two share one.', { min: 1 }),
    enabled: flag('Whether the applications of the group can be reached.'),
    description: text('Admin description. An empty text removes it.'),
  },
  required: ['name'],
  initially: { enabled: true },
  bewareOfDeleting: 'It fails while application segments belong to the group.',
});
