import { anyCase, flag, initially, oneOf, onWire, optional, text } from '../define.ts';
import { list, sortOrder } from './product.ts';

const contains = (field: string, about: string) => onWire(`filter.${field}.contains`, optional(text(about, { min: 1 })));
const types = ['K8S_NODE', 'K8S_SERVICE', 'K8S_WORKLOAD', 'NODE', 'POD', 'UNKNOWN', 'VM'] as const;

export default [
  list('list_resources', {
    about:
      'List the workloads that are known: virtual machines, nodes, pods and services, with place, operating system, addresses, agent and app zones.',
    operation: 'ListResources',
    field: 'resources',
    args: { includeDeleted: 'Boolean', filter: 'ResourceQueryFilter', orderBy: 'ResourceQueryOrderBy' },
    input: {
      include_deleted: initially(flag('Whether to list deleted resources as well.'), false),
      name: contains('name', 'Part of the name.'),
      status: onWire('filter.status.equals', optional(anyCase(oneOf(['ACTIVE', 'DELETED', 'INACTIVE'], 'Only resources in this state.')))),
      resource_type: onWire('filter.resourceType.equals', optional(anyCase(oneOf(types, 'Only resources of this type.')))),
      cloud_provider: onWire(
        'filter.cloudProvider.equals',
        optional(anyCase(oneOf(['AWS', 'AZURE', 'GCP', 'ON_PREMISES'], 'Only resources of this provider.'))),
      ),
      cloud_region: contains('cloudRegion', 'Part of the region.'),
      platform_os: contains('platformOs', 'Part of the name of the operating system.'),
      ...sortOrder('name'),
    },
    select:
      'id name resourceType status deleted cloudProvider cloudRegion resourceHostname localIps platformOs platformOsDistro platformOsVersion agentId appZoneIds appZoneNames appZoneMappingState modifiedTime',
  }),
  list('get_resource_protection_status', {
    about: 'Count how many resources are protected by policy rules and how many are not, with the percentage.',
    operation: 'ResourceProtectionStatus',
    field: 'resourceProtectionStatus',
    select: 'totalResources protectedResourcesCount unprotectedResourcesCount protectedPercentage',
  }),
];
