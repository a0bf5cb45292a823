/** Users, groups and departments, and the devices of the users. */
import { ok } from '../answer.ts';
import { includesText, type Collection, type Fields, type Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { ziaNotFound, ziaPage } from './family.ts';
import { seedDepartments, seedDevices, seedDeviceGroups, seedGroups, seedUsers } from './seed-people.ts';

export function people(world: World): Routes {
  const fixed = (seed: () => readonly Item[]): Collection => world.collection({ seed, newId: (count) => count });
  const [users, groups, departments] = [fixed(seedUsers), fixed(seedGroups), fixed(seedDepartments)];
  return {
    ...readOnly('/users', 'user', users, (user, query) =>
      (
        [
          ['name', nameOf(user)],
          ['dept', nameOf(user['department'])],
          ['group', namesOf(user['groups'])],
        ] as const
      ).every(([key, value]) => fits(value, query.get(key))),
    ),
    ...readOnly('/groups', 'group', groups, named),
    ...readOnly('/departments', 'department', departments, named),
    'GET /departments/lite/{id}': ({ params }) => one(departments, 'department', params['id'], ({ id, name }) => ({ id, name })),
    ...devices(),
  };
}

type Keep = (item: Item, query: URLSearchParams) => boolean;

const words = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const fits = (value: string, part: string | null): boolean => part === null || includesText(value, part);
const nameOf = (value: unknown): string => words((value as Fields | undefined)?.['name']);
const namesOf = (value: unknown): string => (Array.isArray(value) ? value.map(nameOf).join(' ') : '');
const named: Keep = (item, query) => fits(`${words(item['name'])} ${words(item['comments'])}`, query.get('search'));

const one = (items: Collection, noun: string, id = '', show = (item: Item): Fields => item) => {
  const item = items.get(id);
  return item ? ok(show(item)) : ziaNotFound(noun, id);
};

function readOnly(path: string, noun: string, items: Collection, keep: Keep): Routes {
  return {
    [`GET ${path}`]: ({ query }) =>
      ok(
        ziaPage(
          sorted(
            items.all().filter((item) => keep(item, query)),
            query,
          ),
          query,
        ),
      ),
    [`GET ${path}/{id}`]: ({ params }) => one(items, noun, params['id']),
  };
}

function sorted(items: readonly Item[], query: URLSearchParams): readonly Item[] {
  const key = query.get('sortBy');
  if (key === null) return items;
  const direction = query.get('sortOrder') === 'desc' ? -1 : 1;
  return items.toSorted((a, b) => direction * words(a[key]).localeCompare(words(b[key]), 'en', { numeric: true }));
}

function devices(): Routes {
  const all = seedDevices();
  return {
    'GET /deviceGroups': ({ query }) =>
      ok(
        seedDeviceGroups()
          .filter(({ groupType }) => groupType !== 'CBI' || query.get('includePseudoGroups')?.toLowerCase() === 'true')
          .map((group) =>
            query.get('includeDeviceInfo')?.toLowerCase() === 'true' ? { ...group, deviceCount: count(all, group) } : group,
          ),
      ),
    'GET /deviceGroups/devices': ({ query }) => {
      const owners = query.getAll('userIds').flatMap((ids) => ids.split(','));
      const chosen = all
        .filter(({ name }) => fits(String(name), query.get('name')))
        .filter(({ ownerUserId }) => owners.length === 0 || owners.includes(String(ownerUserId)));
      return ok(ziaPage(chosen, query));
    },
    'GET /deviceGroups/devices/lite': () =>
      ok(
        all.map(({ id, name, deviceGroupType, ownerUserId, ownerName, hostName }) => ({
          id,
          name: `${String(name)} (${String(ownerName)}) - ${String(hostName)}`,
          deviceGroupType,
          ownerUserId,
        })),
      ),
  };
}

const count = (all: readonly Fields[], group: Fields): number => all.filter(({ osType }) => osType === group['osType']).length;
