/** Cloud & Branch Connector: address groups, services, administrators, public cloud accounts. Same conventions as ZIA. */
import { ok, ziaError, type Answer } from '../answer.ts';
import type { Fields, Item } from '../collection.ts';
import type { Handle, Product, Routes } from '../router.ts';
import type { World } from '../world.ts';
import { invalidBody, unknownPath, ziaFamily, ziaPage } from '../zia/family.ts';
import {
  discoverySettings,
  seedAccounts,
  seedAdmins,
  seedClouds,
  seedIpDestinationGroups,
  seedIpGroups,
  seedIpSourceGroups,
  seedRoles,
  seedServiceGroups,
  seedServices,
} from './seed.ts';

export function openZtw(world: World): Product {
  return {
    prefix: '/ztw/api/v1',
    routes: {
      ...groups(world, '/ipGroups', 'IP group', seedIpGroups, 16_890_000),
      ...groups(world, '/ipSourceGroups', 'IP source group', seedIpSourceGroups, 16_891_000),
      ...destinations(world),
      'GET /adminUsers': listed(
        seedAdmins,
        ['loginName', 'userName'],
        (item, query) => query.get('includeAuditorUsers') === 'true' || !item['isAuditor'],
      ),
      'GET /adminRoles': listed(seedRoles, [], (item, query) => !query.has('id') || query.getAll('id').includes(String(item.id))),
      'GET /networkServices': listed(seedServices, ['name'], (item, query) => hasProtocol(item, query.get('protocol'))),
      'GET /networkServiceGroups': listed(seedServiceGroups, ['name']),
      'GET /publicCloudInfo': listed(
        seedClouds,
        ['name'],
        (item, query) => !query.has('cloudType') || item['cloudType'] === query.get('cloudType'),
      ),
      'GET /publicCloudAccountDetails': listed(seedAccounts, []),
      'GET /discoveryService/workloadDiscoverySettings': () => ok(discoverySettings),
    },
    unknownPath,
    invalidBody,
  };
}

/** Changes are staged, but this API does not show what is pending. */
const stage = (): void => undefined;

function groups(world: World, path: string, noun: string, seed: () => readonly Item[], firstId: number): Routes {
  const items = world.collection({ seed, newId: (count) => firstId + count });
  const family = ziaFamily({ path, noun, items, required: ['name', 'ipAddresses'], searched: ['name'], build, stage });
  return { ...family, [`GET ${path}/lite`]: ({ query }) => ok(ziaPage(items.all(), query).map(({ id, name }) => ({ id, name }))) };
}

function destinations(world: World): Routes {
  const path = '/ipDestinationGroups';
  const items = world.collection({ seed: seedIpDestinationGroups, newId: (count) => 16_892_000 + count });
  const kept = (query: URLSearchParams): Item[] => items.all().filter((item) => item['type'] !== query.get('excludeType'));
  return {
    ...ziaFamily({
      path,
      noun: 'IP destination group',
      items,
      required: ['name', 'type'],
      searched: ['name'],
      build,
      check: checkCountries,
      stage,
    }),
    [`GET ${path}`]: ({ query }) => ok(ziaPage(kept(query), query)),
    [`GET ${path}/lite`]: ({ query }) => ok(ziaPage(kept(query), query).map(({ id, name, type }) => ({ id, name, type }))),
  };
}

const build = (fields: Fields): Fields => ({ description: '', isNonEditable: false, creatorContext: 'EC', ...fields });

function checkCountries({ countries }: Fields): Answer | undefined {
  const isGood = !Array.isArray(countries) || countries.every((country) => /^COUNTRY_[A-Z]{2}$/.test(String(country)));
  return isGood ? undefined : ziaError(400, 'INVALID_INPUT_ARGUMENT', 'countries are written COUNTRY_XX');
}

const listed =
  (
    seed: () => readonly Item[],
    searched: readonly string[],
    isKept: (item: Item, query: URLSearchParams) => boolean = () => true,
  ): Handle =>
  ({ query }) => {
    const text = query.get('search')?.toLowerCase() ?? '';
    const isFound = (item: Item): boolean =>
      searched.length === 0 || searched.some((field) => String(item[field]).toLowerCase().includes(text));
    return ok(
      ziaPage(
        seed().filter((item) => isFound(item) && isKept(item, query)),
        query,
      ),
    );
  };

const hasProtocol = (item: Item, protocol: string | null): boolean =>
  protocol === null || Array.isArray(item[protocol === 'TCP' ? 'destTcpPorts' : 'destUdpPorts']);
