import { text } from '../define.ts';
import { agentArgs, agentFilters, ask, list } from './product.ts';

export default [
  list(
    'list_agent_groups',
    {
      about: 'List the groups of agents with their IDs, state, number of agents, upgrade plan and tamper protection.',
      operation: 'ListAgentGroups',
      field: 'agentGroups',
      args: agentArgs,
      input: agentFilters,
      select:
        'eyezId name description agentGroupType agentCount adminStatus cloudProvider policyStatus tamperProtectionStatus upgradeStatus versionProfileName agentAutoUpgrade upgradeDay upgradeTime timezone agentDeletionTimeoutSeconds',
    },
    'page',
  ),
  ask('get_agent_group_totp_secrets', {
    about:
      'Get the secret from which one-time passwords of an agent group are made, also as a QR code. It is sensitive: show it only to whoever looks after the agents, and keep no copy.',
    operation: 'GetAgentGroupTotpSecrets',
    field: 'agentGroupTotpSecrets',
    args: { eyezId: 'String!' },
    input: { eyez_id: text('The eyezId of the group, as zms_list_agent_groups shows it.', { min: 1 }) },
    select: 'eyezId totpGenerationTimestamp totpSecret totpQrCode',
  }),
];
