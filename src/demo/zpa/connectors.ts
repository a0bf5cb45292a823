/** App connector groups, connectors, server groups and application servers. */
import { noContent } from '../answer.ts';
import { fieldsOf, type Collection, type Fields, type Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { guarded, invalidFields } from './family.ts';
import { expand, located, refersTo, resource, unknownIds } from './resource.ts';
import { MICROTENANTS } from './seed.ts';
import type { Stores } from './stores.ts';

const GROUP_FIELDS = [
  'name',
  'description',
  'enabled',
  'versionProfileId',
  'versionProfileName',
  'overrideVersionProfile',
  'upgradeTimeInSecs',
  'upgradeDay',
  'location',
  'latitude',
  'longitude',
  'cityCountry',
  'countryCode',
  'dnsQueryType',
  'enrollmentCertId',
  'tcpQuickAckApp',
  'tcpQuickAckAssistant',
  'tcpQuickAckReadAssistant',
  'praEnabled',
  'lssAppConnectorGroup',
];

/** Fields of an app connector group inside a server group (recorded). */
const INNER_FIELDS = [
  'modifiedTime',
  'creationTime',
  'modifiedBy',
  'name',
  'enabled',
  'description',
  'versionProfileId',
  'overrideVersionProfile',
  'location',
  'dnsQueryType',
  'cityCountry',
  'countryCode',
  'tcpQuickAckApp',
  'tcpQuickAckAssistant',
  'tcpQuickAckReadAssistant',
  'praEnabled',
  'useInDrMode',
  'connectorGroupType',
  'wafDisabled',
  'lssAppConnectorGroup',
];

export const appConnectorGroups = (world: World, { connectors, connectorGroups, serverGroups, provisioningKeys }: Stores): Routes =>
  resource(world, {
    name: 'appConnectorGroup',
    taken: located,
    items: connectorGroups,
    settable: GROUP_FIELDS,
    // Recorded: a PUT with only a name clears these, but keeps the description.
    forgets: ['latitude', 'longitude', 'cityCountry', 'countryCode'],
    defaults: {
      enabled: false,
      versionProfileId: '0',
      versionProfileName: 'Default',
      overrideVersionProfile: false,
      upgradeTimeInSecs: '66600',
      upgradeDay: 'SUNDAY',
      dnsQueryType: 'IPV4_IPV6',
      tcpQuickAckApp: false,
      tcpQuickAckAssistant: false,
      tcpQuickAckReadAssistant: false,
      praEnabled: false,
      lssAppConnectorGroup: false,
    },
    fixed: () => ({ useInDrMode: false, connectorGroupType: 'APP', wafDisabled: false }),
    shown: (item) => ({
      upgradePriority: 'WEEK',
      versionProfileVisibilityScope: 'ALL',
      version: {
        version_profile_gid: '0',
        versionProfileName: 'Default',
        sargeVersion: '26.52.3',
        childVersion: '26.52.3',
        latestPlatform: 'el9',
      },
      ...ifAny(
        'connectors',
        connectors.all().filter(({ appConnectorGroupId }) => appConnectorGroupId === item.id),
      ),
      ...ifAny(
        'serverGroups',
        serverGroups
          .all()
          .filter((group) => refersTo(group, 'appConnectorGroups', item.id))
          .map(named),
      ),
    }),
    inUse: ({ id }) =>
      serverGroups.all().some((group) => refersTo(group, 'appConnectorGroups', id)) ||
      connectors.all().some(({ appConnectorGroupId }) => appConnectorGroupId === id) ||
      provisioningKeys.all().some(({ zcomponentId }) => zcomponentId === id),
  });

/** Connectors are created by enrolment, so there is no POST. */
export const appConnectors = (world: World, { connectors }: Stores): Routes => enrolled(world, 'connector', connectors);

export function enrolled(world: World, name: string, items: Collection): Routes {
  const routes = resource(world, {
    name,
    items,
    settable: ['name', 'description', 'enabled'],
    forgets: ['description'],
    // All other fields are reported by the connector itself.
    fixed: (_, former = { id: '' }) => former,
  });
  return {
    ...Object.fromEntries(Object.entries(routes).filter(([route]) => !route.startsWith('POST '))),
    [`POST /mgmtconfig/v1/admin/customers/{customerId}/${name}/bulkDelete`]: guarded(
      { customerId: world.customerId, microtenants: MICROTENANTS },
      ({ body }) => {
        const ids = fieldsOf(body)?.['ids'];
        if (!Array.isArray(ids) || !ids.every((id) => items.get(String(id)) !== undefined)) return invalidFields('ids');
        for (const id of ids) items.remove(String(id));
        return noContent;
      },
    ),
  };
}

export const serverGroupRoutes = (world: World, { connectorGroups, serverGroups, servers, segments }: Stores): Routes =>
  resource(world, {
    name: 'serverGroup',
    written: ({
      id,
      name,
      description,
      enabled,
      ipAnchored,
      configSpace,
      extranetEnabled,
      dynamicDiscovery,
      appConnectorGroups: groups,
    }) => ({
      id,
      name,
      ...(enabled === true && { enabled }),
      ...(description !== undefined && { description }),
      ipAnchored,
      configSpace,
      extranetEnabled,
      dynamicDiscovery,
      appConnectorGroups: expand(groups, connectorGroups, [
        'name',
        'useInDrMode',
        'connectorGroupType',
        'wafDisabled',
        'lssAppConnectorGroup',
      ]),
    }),
    items: serverGroups,
    settable: ['name', 'description', 'enabled', 'ipAnchored', 'dynamicDiscovery', 'appConnectorGroups', 'servers'],
    forgets: ['description', 'servers'],
    defaults: { enabled: false, ipAnchored: false, dynamicDiscovery: false },
    fixed: () => ({ configSpace: 'DEFAULT', extranetEnabled: false }),
    shown: (item) => ({
      appConnectorGroups: expand(item['appConnectorGroups'], connectorGroups, INNER_FIELDS),
      ...(Array.isArray(item['servers']) && { servers: expand(item['servers'], servers, ['name', 'address', 'enabled']) }),
      ...ifAny(
        'applications',
        segments
          .all()
          .filter((segment) => refersTo(segment, 'serverGroups', item.id))
          .map(named),
      ),
    }),
    refused: (fields) => [
      ...unknownIds(fields, 'appConnectorGroups', connectorGroups),
      ...unknownIds(fields, 'servers', servers),
      ...(fields['dynamicDiscovery'] === false && !Array.isArray(fields['servers']) ? ['servers'] : []),
    ],
    inUse: ({ id }) => segments.all().some((segment) => refersTo(segment, 'serverGroups', id)),
  });

export const applicationServers = (world: World, { serverGroups, servers }: Stores): Routes =>
  resource(world, {
    name: 'server',
    lacks: ['readOnly', 'microtenantName'],
    items: servers,
    settable: ['name', 'description', 'address', 'enabled', 'appServerGroupIds'],
    forgets: ['description'],
    defaults: { enabled: false },
    fixed: () => ({ configSpace: 'DEFAULT' }),
    refused: (fields, former) => [
      ...(typeof fields['address'] === 'string' || former ? [] : ['address']),
      ...unknownIds(fields, 'appServerGroupIds', serverGroups),
    ],
    inUse: ({ id }) => serverGroups.all().some((group) => refersTo(group, 'servers', id)),
  });

/** The cloud omits empty lists. */
const ifAny = (name: string, list: readonly Fields[]): Fields => (list.length > 0 ? { [name]: list } : {});

const named = ({ id, name, enabled }: Item): Fields => ({ id, name, enabled });
