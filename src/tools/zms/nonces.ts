import { text } from '../define.ts';
import { agentArgs, agentFilters, ask, list } from './product.ts';

const select = 'eyezId name key maxUsage usageCount agentGroupEyezId agentGroupName agentGroupType product creationTime modifiedTime';

export default [
  list(
    'list_nonces',
    {
      about: 'List the provisioning keys with which agents enrol, with their use and agent group. The keys are sensitive: keep no copy.',
      operation: 'ListNonces',
      field: 'nonces',
      args: agentArgs,
      input: agentFilters,
      select,
    },
    'page',
  ),
  ask('get_nonce', {
    about: 'Get one provisioning key of agents by its ID. The key is sensitive: show it only to whoever installs agents, and keep no copy.',
    operation: 'GetNonce',
    field: 'nonce',
    args: { eyezId: 'String!' },
    input: { eyez_id: text('The eyezId of the key, as zms_list_nonces shows it.', { min: 1 }) },
    select: `nonce { ${select} }`,
    answer: 'nonce.nonce',
  }),
];
