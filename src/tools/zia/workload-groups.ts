import { id, tool } from '../define.ts';
import { pages } from './pages.ts';
import { zia } from './product.ts';

const about = 'A workload group holds cloud workloads by their tags and attributes (expressionJson); policy rules refer to it.';

export default [
  tool(zia, 'list_workload_groups', {
    toolset: 'zia_workload_groups',
    action: 'read',
    about: `List workload groups with their expressions. ${about}`,
    input: pages,
    call: 'GET /workloadGroups',
    returns: 'page',
  }),
  tool(zia, 'get_workload_group', {
    toolset: 'zia_workload_groups',
    action: 'read',
    about: `Get one workload group by its ID, as the API returns it. ${about}`,
    input: { group_id: id('ID of the workload group, as zia_list_workload_groups shows it.') },
    call: 'GET /workloadGroups/{group_id}',
  }),
];
