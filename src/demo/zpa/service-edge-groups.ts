import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { expand, located, resource, unknownIds } from './resource.ts';
import type { Stores } from './stores.ts';

/** `/serviceEdgeGroup`. */
export const serviceEdgeGroups = (
  world: World,
  { serviceEdgeGroups: items, serviceEdges, trustedNetworks, provisioningKeys }: Stores,
): Routes =>
  resource(world, {
    name: 'serviceEdgeGroup',
    taken: located,
    items,
    settable: [
      'name',
      'description',
      'enabled',
      'versionProfileId',
      'versionProfileName',
      'overrideVersionProfile',
      'upgradeTimeInSecs',
      'upgradeDay',
      'isPublic',
      'location',
      'latitude',
      'longitude',
      'cityCountry',
      'countryCode',
      'graceDistanceEnabled',
      'graceDistanceValue',
      'graceDistanceValueUnit',
      'trustedNetworks',
      'serviceEdges',
    ],
    // As recorded for app connector groups, which behaved identically in all recordings.
    forgets: ['latitude', 'longitude', 'cityCountry', 'countryCode', 'trustedNetworks'],
    defaults: {
      enabled: false,
      versionProfileId: '0',
      versionProfileName: 'Default',
      overrideVersionProfile: false,
      upgradeTimeInSecs: '66600',
      upgradeDay: 'SUNDAY',
      isPublic: 'DEFAULT',
      graceDistanceEnabled: false,
    },
    fixed: () => ({ useInDrMode: false, exclusiveForBusinessContinuity: false }),
    shown: (item) => ({
      serviceEdges: [
        ...expand(item['serviceEdges'], serviceEdges, ['name', 'enabled']),
        ...serviceEdges.all().filter(({ serviceEdgeGroupId }) => serviceEdgeGroupId === item.id),
      ],
      trustedNetworks: expand(item['trustedNetworks'], trustedNetworks, ['name', 'networkId', 'zscalerCloud']),
    }),
    refused: (fields, former) => [
      ...['latitude', 'longitude', 'location'].filter((field) => !former && typeof fields[field] !== 'string'),
      ...(typeof (fields['isPublic'] ?? '') === 'string' ? [] : ['isPublic']),
      ...unknownIds(fields, 'trustedNetworks', trustedNetworks),
      ...unknownIds(fields, 'serviceEdges', serviceEdges),
    ],
    inUse: ({ id }) =>
      serviceEdges.all().some(({ serviceEdgeGroupId }) => serviceEdgeGroupId === id) ||
      provisioningKeys.all().some(({ zcomponentId }) => zcomponentId === id),
  });
