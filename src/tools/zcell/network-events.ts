import { flag, optional, readPage, record, records, tool, wireNames } from '../define.ts';
import { daysInPath, paging, window, zcell } from './product.ts';

export default [
  tool(zcell, 'list_network_events', {
    toolset: 'zcell_network_events',
    action: 'read',
    lists: true,
    about:
      'List what SIMs did in mobile networks: attaching, sessions, data caps, with operator, country and cell. Filter it; there is much of it.',
    input: {
      filter_by: optional(records('Filters, each as the API takes them: field name, operator, value.', 'A filter.')),
      sort_by: optional(record('Order, as the API takes it: field name and direction.')),
      exclude_apn_config: optional(flag('Leave out events of configuration.')),
      ...daysInPath,
      ...paging,
    },
    run: async (call, { days = 7, filter_by, sort_by, exclude_apn_config, page, size }) => {
      const { start, end } = window(days);
      const body = compact({
        filterBy: wireNames(filter_by),
        sortBy: wireNames(sort_by),
        excludeApnConfig: exclude_apn_config,
        page,
        size,
      });
      const answer = await call(`POST /network-events/{zcellCustomerId}/search/startTime/${start}/endTime/${end}`, { body });
      return readPage(zcell.paging, answer, { page });
    },
  }),
];

const compact = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
