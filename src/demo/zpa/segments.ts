import { ok } from '../answer.ts';
import type { Collection, Fields, Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { envelope, guarded, invalidFields } from './family.ts';
import { expand, resource, without, unknownIds } from './resource.ts';
import { MICROTENANTS } from './seed.ts';
import type { Stores } from './stores.ts';

/** Per kind of application: its list in the segment's record, and its ID and deletion fields in `commonAppsDto`. */
const KINDS = {
  BROWSER_ACCESS: { list: 'clientlessApps', id: 'baAppId', deleted: 'deletedBaApps' },
  INSPECT: { list: 'inspectionApps', id: 'inspectAppId', deleted: 'deletedInspectApps' },
  SECURE_REMOTE_ACCESS: { list: 'praApps', id: 'praAppId', deleted: 'deletedPraApps' },
} as const;

const APP_LISTS = Object.values(KINDS).map(({ list }) => list);

/** `/application` and the lists of its applications by type. */
export function segments(world: World, { segments: items, segmentGroups, serverGroups }: Stores): Routes {
  let count = 0;
  world.keep({ reset: () => (count = 0), save: () => count, restore: (saved: number) => (count = saved) });
  const newAppId = (): string => String(144_115_188_076_190_000n + BigInt((count += 1)));
  const routes = resource(world, {
    name: 'application',
    items,
    settable: [
      'name',
      'description',
      'enabled',
      'domainNames',
      'segmentGroupId',
      'serverGroups',
      'tcpPortRanges',
      'udpPortRanges',
      'bypassType',
      'healthCheckType',
      'icmpAccessType',
      'doubleEncrypt',
      'isCnameEnabled',
      'ipAnchored',
      'passiveHealthEnabled',
      'matchStyle',
    ],
    forgets: ['description'],
    defaults: {
      enabled: false,
      passiveHealthEnabled: true,
      doubleEncrypt: false,
      bypassType: 'NEVER',
      healthCheckType: 'DEFAULT',
      icmpAccessType: 'NONE',
      isCnameEnabled: true,
      ipAnchored: false,
      matchStyle: 'EXCLUSIVE',
    },
    fixed: (_, former) => ({ configSpace: 'DEFAULT', ...Object.fromEntries(APP_LISTS.map((list) => [list, former?.[list]])) }),
    shown: (item) => ({
      segmentGroupName: segmentGroups.get(String(item['segmentGroupId']))?.['name'],
      serverGroups: expand(item['serverGroups'], serverGroups, ['name', 'enabled', 'configSpace', 'dynamicDiscovery']),
      tcpPortRange: pairs(item['tcpPortRanges']),
      udpPortRange: pairs(item['udpPortRanges']),
    }),
    refused: (fields, former) => [
      ...(segmentGroups.get(String(fields['segmentGroupId'] ?? former?.['segmentGroupId'])) ? [] : ['segmentGroupId']),
      ...unknownIds(fields, 'serverGroups', serverGroups),
      ...unevenPorts(fields),
    ],
  });
  return { ...withApps(routes, items, newAppId), ...byType(world, items) };
}

const pairs = (flat: unknown): unknown =>
  Array.isArray(flat) && flat.length > 0
    ? (flat as unknown[]).flatMap((from, at, list) => (at % 2 === 0 ? [{ from, to: list[at + 1] }] : []))
    : undefined;

const unevenPorts = (fields: Fields): string[] =>
  ['tcpPortRanges', 'udpPortRanges'].filter((name) => Array.isArray(fields[name]) && fields[name].length % 2 === 1);

/** Stores the consoles and web applications of a request after the segment itself is stored. */
function withApps(routes: Routes, items: Collection, newId: () => string): Routes {
  return Object.fromEntries(
    Object.entries(routes).map(([route, handle]): [string, Routes[string]] => {
      if (!/^(POST|PUT) /.test(route)) return [route, handle];
      return [
        route,
        (visit) => {
          const answer = handle(visit);
          if (answer.status >= 300) return answer;
          const id = visit.params['id'] ?? String((answer.body as Item).id);
          const item = items.get(id);
          if (item) items.replace(id, { ...item, ...appsIn(visit.body as Fields, item, newId) });
          return answer.body === undefined ? answer : { ...answer, body: items.get(id) };
        },
      ];
    }),
  );
}

function appsIn(body: Fields, item: Item, newId: () => string): Fields {
  const dto = (body['commonAppsDto'] ?? {}) as Fields;
  const wanted = [
    ...listOf(dto['appsConfig']).map((app) => ({ ...app, types: listOfTexts(app['appTypes']) })),
    ...listOf(body['clientlessApps']).map((app) => ({ ...app, types: ['BROWSER_ACCESS'] })),
  ] as (Fields & { readonly types: readonly string[] })[];
  return Object.fromEntries(
    Object.entries(KINDS).flatMap(([type, { list, id, deleted }]) => {
      const kept = listOf(item[list]).filter((app) => !listOfTexts(dto[deleted]).includes(String(app['id'])));
      const changed = wanted
        .filter(({ types }) => types.includes(type))
        .map((app: Fields) => ({ ...without(app, ['types', 'appTypes']), id: app[id] || app['id'] || newId(), appId: item.id }));
      const others = kept.filter((app) => !changed.some((other) => other.id === app['id']));
      const apps = list === 'clientlessApps' && Array.isArray(body['clientlessApps']) ? changed : [...others, ...changed];
      return apps.length > 0 || item[list] !== undefined ? [[list, apps]] : [];
    }),
  );
}

const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? (value as Fields[]) : []);
const listOfTexts = (value: unknown): string[] => (Array.isArray(value) ? (value as unknown[]).map(String) : []);

function byType({ customerId }: World, items: Collection): Routes {
  const guard = { customerId, microtenants: MICROTENANTS };
  return {
    'GET /mgmtconfig/v1/admin/customers/{customerId}/application/getAppsByType': guarded(guard, ({ query }) => {
      const kind = KINDS[query.get('applicationType') as keyof typeof KINDS] as (typeof KINDS)[keyof typeof KINDS] | undefined;
      if (!kind) return invalidFields('applicationType');
      const apps = items
        .all()
        .flatMap((segment) =>
          listOf(segment[kind.list]).map(
            (app) => ({ ...app, ...(query.get('expandAll') === 'true' && { appResource: segment }) }) as Fields as Item,
          ),
        );
      return ok(envelope(apps, query, (app) => app, String));
    }),
  };
}
