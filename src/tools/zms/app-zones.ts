import { onWire, optional, text } from '../define.ts';
import { list, sortOrder } from './product.ts';

export default [
  list('list_app_zones', {
    about: 'List the app zones: named parts of the network, made of VPCs and subnets, to which policy rules can be confined.',
    operation: 'ListAppZones',
    field: 'appZones',
    args: { filter: 'AppZoneFilter', orderBy: 'AppZoneQueryOrderBy' },
    input: { name: onWire('filter.appZoneName.contains', optional(text('Part of the name.', { min: 1 }))), ...sortOrder('appZoneName') },
    select: 'id appZoneName description memberCount includeAllVpcs includeAllSubnets',
  }),
];
