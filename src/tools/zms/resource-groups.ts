import { onWire, optional, text } from '../define.ts';
import { list } from './product.ts';

const common = 'id name description type origin resourceMemberCount modifiedTime';

export default [
  list('list_resource_groups', {
    about:
      'List the groups of resources that policy rules refer to: managed ones by their members, unmanaged ones by addresses and host names.',
    operation: 'ListResourceGroups',
    field: 'resourceGroups',
    args: { filter: 'ResourceGroupsFilter' },
    input: {
      name: onWire('filter.name.contains', optional(text('Part of the name.', { min: 1 }))),
      resource_hostname: onWire('filter.resourceHostname.contains', optional(text('Part of the host name of a member.', { min: 1 }))),
    },
    select: `... on ManagedResourceGroup { ${common} } ... on UnmanagedResourceGroup { ${common} cidrs fqdns }`,
  }),
  list('get_resource_group_members', {
    about: 'List the resources that belong to a group of resources, given the ID of the group.',
    operation: 'GetResourceGroupMembers',
    field: 'resourceGroupMembers',
    args: { id: 'String!' },
    input: { group_id: onWire('id', text('ID of the group, as zms_list_resource_groups shows it.', { min: 1 })) },
    select: 'id name resourceType status cloudProvider cloudRegion resourceHostname platformOs',
  }),
  list('get_resource_group_protection_status', {
    about: 'Count how many groups of resources are protected by policy rules and how many are not, with the percentage.',
    operation: 'ResourceGroupProtectionStatus',
    field: 'resourceGroupProtectionStatus',
    select: 'totalResourceGroups protectedResourceGroupsCount unprotectedResourceGroupsCount protectedPercentage',
  }),
];
