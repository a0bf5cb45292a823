import { ok, ziaError, type Answer } from '../answer.ts';
import { compact, includesText, type Collection, type Fields, type Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { ziaFamily, ziaNotFound, ziaPage } from './family.ts';
import { seedLocationGroups, seedLocations, unassignedGroup } from './seed.ts';

/** `/locations` and its subresources. */
export function locations(world: World, stage: () => void, vpnCredentials: Collection): Routes {
  const items = world.collection({ seed: () => seedLocations(build), newId: (count) => 158_900_000 + count });
  const groups = world.collection({ seed: seedLocationGroups, newId: (count) => 66_755_000 + count });
  const top = () => items.all().filter((item) => item['parentId'] === 0);
  const family = ziaFamily({
    path: '/locations',
    noun: 'location',
    items,
    required: ['name'],
    searched: ['name', 'description'],
    build,
    check: (fields, former) => checkTraffic(fields, vpnCredentials, former),
    written: (item) => omit(item, ONLY_READ),
    read: (item) => readShape(item, groups, vpnCredentials),
    stage,
  });
  const listed = (item: Item): Fields => ({ ...readShape(item, groups, vpnCredentials), surrogateRefreshTimeInMinutes: 0 });
  return {
    ...family,
    'GET /locations': ({ query }) => ok(ziaPage(search(top(), query), query).map(listed)),
    'GET /locations/lite': ({ query }) => ok(ziaPage([roadWarrior, ...search(top(), query).map(lite)], query)),
    'GET /locations/{id}/sublocations': ({ params }) =>
      items.get(params['id'] ?? '')
        ? ok(
            items
              .all()
              .filter((item) => String(item['parentId']) === params['id'])
              .map(listed),
          )
        : ziaNotFound('location', params['id']),
    ...groupRoutes(groups, items),
  };
}

/** Defaults that the cloud sets; numbers and flags as recorded for a location created with a name only. */
const DEFAULTS: Fields = {
  nonEditable: false,
  parentId: 0,
  upBandwidth: 0,
  dnBandwidth: 0,
  country: 'NONE',
  language: 'NONE',
  tz: 'NOT_SPECIFIED',
  geoOverride: false,
  authRequired: false,
  sslScanEnabled: false,
  zappSslScanEnabled: false,
  xffForwardEnabled: false,
  otherSubLocation: false,
  ecLocation: false,
  bcLocation: false,
  ccLocation: false,
  surrogateIP: false,
  cookiesAndProxy: false,
  idleTimeInMinutes: 0,
  surrogateIPEnforcedForKnownBrowsers: false,
  kerberosAuth: false,
  jwtAuth: false,
  digestAuthEnabled: false,
  ofwEnabled: false,
  ipsControl: false,
  aupEnabled: false,
  cautionEnabled: false,
  aupBlockInternetUntilAccepted: false,
  aupForceSslInspection: false,
  iotDiscoveryEnabled: false,
  iotEnforcePolicySet: false,
  aupTimeoutInDays: 0,
  childCount: 0,
  matchInChild: false,
  excludeFromDynamicGroups: false,
  excludeFromManualGroups: false,
  defaultExtranetTsPool: false,
  defaultExtranetDns: false,
};

/** Shown by GET, absent from the answers to POST and PUT. */
const ONLY_READ = ['latitude', 'longitude', 'staticLocationGroups', 'extranet', 'extranetIpPool', 'extranetDns'];

/** Read-only fields; a client may send back what it has read. */
const COMPUTED = ['id', 'staticLocationGroups', 'dynamiclocationGroups', 'surrogateRefreshTimeInMinutes'];

const DYNAMIC_GROUPS: Readonly<Record<string, { readonly id: number; readonly name: string }>> = {
  CORPORATE: { id: 24_330_101, name: 'Corporate User Traffic Group' },
  SERVER: { id: 24_330_102, name: 'Server Traffic Group' },
  GUESTWIFI: { id: 24_330_103, name: 'Guest Wifi Group' },
  IOT: { id: 24_330_104, name: 'IoT Traffic Group' },
  WORKLOAD: { id: 24_330_105, name: 'Workload Traffic Group' },
};

function build(fields: Fields): Fields {
  const known = compact(omit(fields, COMPUTED));
  const group = DYNAMIC_GROUPS[String(known['profile'])];
  return {
    name: known['name'],
    ...DEFAULTS,
    ...Object.fromEntries(Object.entries(known).map(([name, value]) => [name, asDefault(DEFAULTS[name], value)])),
    profile: known['profile'] ?? 'NONE',
    ...(Array.isArray(known['vpnCredentials']) ? { vpnCredentials: known['vpnCredentials'].map(reference) } : {}),
    ...(group ? { dynamiclocationGroups: [group] } : {}),
  };
}

/** Recorded: `"idleTimeInMinutes": "720"` is returned as the number 720. */
const asDefault = (preset: unknown, value: unknown): unknown =>
  typeof preset === 'number' && typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;

/** The fields of a VPN credential that a location shows. */
const reference = (credential: unknown): Fields => {
  const { id, type } = credential as Fields;
  return { id, type };
};

function checkTraffic(fields: Fields, vpnCredentials: Collection, former: Item | undefined): Answer | undefined {
  const credentials = fields['vpnCredentials'];
  const unknown = Array.isArray(credentials) && credentials.find((one) => !vpnCredentials.get(String((one as Fields | null)?.['id'])));
  if (unknown) return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'vpnCredentials names a VPN credential that does not exist');
  const hasSource = ['ipAddresses', 'vpnCredentials', 'ports', 'extranet'].some((name) => isFilled(fields[name]));
  if (former || hasSource || isFilled(fields['parentId'])) return undefined;
  return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'a location needs ipAddresses or vpnCredentials');
}

const isFilled = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== 0 && !(Array.isArray(value) && value.length === 0);

function readShape(item: Item, groups: Collection, vpnCredentials: Collection): Fields {
  const { id, name, ...rest } = item;
  const credentials = item['vpnCredentials'];
  return {
    id,
    name,
    latitude: 0,
    longitude: 0,
    ...rest,
    ...(Array.isArray(credentials)
      ? { vpnCredentials: credentials.map((one: Fields) => ({ ...one, ...shown(vpnCredentials, one) })) }
      : {}),
    staticLocationGroups: groups
      .all()
      .filter((group) => membersOf(group).includes(item.id))
      .map(({ id, name }) => ({ id, name })),
    extranet: { id: 0 },
    extranetIpPool: { id: 0 },
    extranetDns: { id: 0 },
  };
}

const shown = (vpnCredentials: Collection, { id }: Fields): Fields => {
  const credential = vpnCredentials.get(String(id));
  return credential ? omit(credential, ['location']) : {};
};

const membersOf = (group: Item): readonly unknown[] => (Array.isArray(group['memberIds']) ? group['memberIds'] : []);

const LITE = [
  'id',
  'name',
  'parentId',
  'tz',
  'xffForwardEnabled',
  'aupEnabled',
  'cautionEnabled',
  'aupBlockInternetUntilAccepted',
  'aupForceSslInspection',
  'surrogateIP',
  'surrogateIPEnforcedForKnownBrowsers',
  'otherSubLocation',
  'ofwEnabled',
  'ipsControl',
  'kerberosAuth',
  'digestAuthEnabled',
  'zappSslScanEnabled',
  'ecLocation',
  'iotDiscoveryEnabled',
];

const lite = (item: Fields): Fields => Object.fromEntries(LITE.map((name) => [name, item[name]]));

/** Recorded: road warriors are a location with a negative id, in the short list only. */
const roadWarrior: Fields = lite({ ...DEFAULTS, id: -3, name: 'Road Warrior', tz: 'GMT' });

function search(items: readonly Item[], query: URLSearchParams): Item[] {
  const text = query.get('search');
  return items.filter((item) => text === null || includesText(item['name'], text) || includesText(item['description'], text));
}

const omit = (item: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name)));

function groupRoutes(groups: Collection, items: Collection): Routes {
  const chosen = (query: URLSearchParams): Item[] =>
    groups
      .all()
      .filter(({ name }) => !query.has('search') || includesText(name, query.get('search') ?? ''))
      .filter(({ name }) => !query.has('name') || name === query.get('name'));
  const full = (group: Item): Fields => {
    const { memberIds: _, ...fields } = group;
    const members = items.all().filter((item) => isMember(group, item));
    return members.length === 0 ? fields : { ...fields, locations: members.map(({ id, name }) => ({ id, name })) };
  };
  return {
    'GET /locations/groups': ({ query }) =>
      ok(
        ziaPage(chosen(query), query).map((group) => {
          const fields = full(group);
          return Array.isArray(fields['locations']) ? { ...fields, locationsCount: fields['locations'].length } : fields;
        }),
      ),
    'GET /locations/groups/lite': ({ query }) => ok(ziaPage([unassignedGroup, ...chosen(query).map(liteGroup)], query)),
    'GET /locations/groups/count': ({ query }) => ok(chosen(query).length),
    'GET /locations/groups/{id}': ({ params }) => {
      const group = groups.get(params['id'] ?? '');
      return group ? ok(full(group)) : ziaNotFound('location group', params['id']);
    },
  };
}

const isMember = (group: Item, item: Item): boolean =>
  membersOf(group).includes(item.id) ||
  (Array.isArray(item['dynamiclocationGroups']) && item['dynamiclocationGroups'].some((one: Fields) => one['id'] === group.id));

const liteGroup = ({ id, name, dynamicLocationGroupCriteria }: Item): Fields =>
  dynamicLocationGroupCriteria === undefined ? { id, name } : { id, name, dynamicLocationGroupCriteria };
