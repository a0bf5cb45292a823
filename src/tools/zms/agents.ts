import { agentArgs, agentFilters, ask, list } from './product.ts';

const { search } = agentFilters;

export default [
  list(
    'list_agents',
    {
      about: 'List the agents on workloads: name, type, whether connected, software version, operating system, addresses and group.',
      operation: 'ListAgents',
      field: 'agents',
      args: agentArgs,
      input: agentFilters,
      select:
        'eyezId name description agentType connectionStatus adminStatus hostOs currentSoftwareVersion upgradeStatus cloudProvider publicIp privateIps agentGroupName agentGroupType',
    },
    'page',
  ),
  ask('get_agent_connection_status_statistics', {
    about: 'Count agents by type and by whether they are connected, with percentages.',
    operation: 'AgentConnectionStatusStats',
    field: 'agentConnectionStatusStatistics',
    args: { search: 'String' },
    input: { search },
    select: 'totalCount totalPercentage agentStatuses { agentType connectionStatus count percentage }',
  }),
  ask('get_agent_version_statistics', {
    about: 'Count agents by type and software version, with percentages. Use it to see which need an upgrade.',
    operation: 'AgentVersionStats',
    field: 'agentVersionStatistics',
    args: { search: 'String' },
    input: { search },
    select: 'totalCount totalPercentage agentVersions { agentType version count percentage }',
  }),
];
