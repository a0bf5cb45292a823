import type { Collection, Fields } from '../collection.ts';
import { ok } from '../answer.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { resource } from './resource.ts';
import { secretOf } from './seed-enrolment.ts';
import type { Stores } from './stores.ts';

/** `/associationType/{type}/provisioningKey`: one list for connectors, one for service edges. POST answers 200 (recorded). */
export const provisioningKeys = (world: World, stores: Stores): Routes => ({
  ...keysOf(world, stores, 'CONNECTOR_GRP', stores.connectorGroups),
  ...keysOf(world, stores, 'SERVICE_EDGE_GRP', stores.serviceEdgeGroups),
});

function keysOf(
  world: World,
  { provisioningKeys: all, enrollmentCertificates }: Stores,
  associationType: string,
  groups: Collection,
): Routes {
  const items: Collection = {
    ...all,
    all: () => all.all().filter((item) => item['associationType'] === associationType),
    get: (id) => items.all().find((item) => item.id === id),
    add: (fields) => {
      const item = all.add(fields);
      return all.replace(String(item.id), { ...fields, provisioningKey: secretOf(String(item.id)) }) ?? item;
    },
  };
  const nameOf = (collection: Collection, id: unknown): unknown => collection.get(String(id))?.['name'];
  const routes = resource(world, {
    name: `associationType/${associationType}/provisioningKey`,
    lacks: ['microtenantName'],
    items,
    settable: ['name', 'description', 'maxUsage', 'enrollmentCertId', 'zcomponentId'],
    forgets: ['description'],
    fixed: (_, former) => ({
      usageCount: former?.['usageCount'] ?? '0',
      enabled: true,
      exportable: true,
      provisioningKey: former?.['provisioningKey'],
      associationType,
    }),
    taken: (fields) => (typeof fields['maxUsage'] === 'number' ? { ...fields, maxUsage: String(fields['maxUsage']) } : fields),
    shown: (item) => ({
      zcomponentName: nameOf(groups, item['zcomponentId']),
      enrollmentCertName: nameOf(enrollmentCertificates, item['enrollmentCertId']),
    }),
    refused: (fields, former) => refused(fields, groups, enrollmentCertificates, former !== undefined),
    hidden: ['associationType'],
  });
  const create = Object.keys(routes).find((route) => route.startsWith('POST '))!;
  return { ...routes, [create]: (visit) => withStatus200(routes[create]!(visit)) };
}

const withStatus200 = (answer: ReturnType<Routes[string]>) => (answer.status === 201 ? ok(answer.body) : answer);

const refused = (
  { maxUsage, zcomponentId, enrollmentCertId }: Fields,
  groups: Collection,
  certificates: Collection,
  isChange: boolean,
): string[] => [
  ...(Number(maxUsage ?? (isChange ? 1 : 0)) >= 1 ? [] : ['maxUsage']),
  ...((isChange && zcomponentId === undefined) || isThere(groups, zcomponentId) ? [] : ['zcomponentId']),
  ...(enrollmentCertId === undefined || isThere(certificates, enrollmentCertId) ? [] : ['enrollmentCertId']),
];

const isThere = (collection: Collection, id: unknown): boolean => typeof id === 'string' && collection.get(id) !== undefined;
