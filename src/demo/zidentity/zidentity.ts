/** ZIdentity: users, groups and memberships. */
import { created, noContent, ok, problem, type Answer } from '../answer.ts';
import { compact, fieldsOf, type Collection, type Fields, type Item } from '../collection.ts';
import type { Handle, Product, Routes } from '../router.ts';
import type { World } from '../world.ts';
import { filterGroups, filterUsers, page } from './lists.ts';
import { IDP, seedGroups, seedMemberships, seedUsers } from './seed.ts';

const PREFIX = '/ziam/admin/api/v1';

export function openZidentity(world: World): Product {
  const users = world.collection({ seed: seedUsers, newId: (count) => `ihdemo${String(count).padStart(7, '0')}`, unique: ['loginName'] });
  const groups = world.collection({ seed: seedGroups, newId: (count) => `ghdemo${String(count).padStart(7, '0')}` });
  const members = openMemberships(world);
  const answerPage = (items: readonly Item[], path: string, query: URLSearchParams): Answer =>
    page(items, path.slice('/ziam'.length), query, world.vanityDomain);
  return {
    prefix: PREFIX,
    routes: {
      ...family('/users', users, { build: buildUser, required: ['loginName'] }),
      ...family('/groups', groups, { build: buildGroup, required: ['name'] }),
      'GET /users': ({ path, query }) => answerPage(filterUsers(users.all(), query), path, query),
      'GET /groups': ({ path, query }) => answerPage(filterGroups(groups.all(), query), path, query),
      'GET /users/{id}/groups': within(users, ({ params, path, query }) =>
        answerPage(
          groups.all().filter((group) => members.has(String(group.id), params['id'] ?? '')),
          path,
          query,
        ),
      ),
      'GET /groups/{id}/users': within(groups, ({ params, path, query }) =>
        answerPage(
          users.all().filter((user) => members.has(params['id'] ?? '', String(user.id))),
          path,
          query,
        ),
      ),
      'POST /groups/{id}/users/{userId}': within(groups, ({ params }) => {
        if (!users.get(params['userId'] ?? '')) return notFound;
        members.join(params['id'] ?? '', params['userId'] ?? '');
        return noContent;
      }),
      'DELETE /groups/{id}/users/{userId}': within(groups, ({ params }) =>
        members.leave(params['id'] ?? '', params['userId'] ?? '') ? noContent : notFound,
      ),
    },
    unknownPath: problem(404, 'Not Found', 'no such path'),
    invalidBody: problem(400, 'Bad Request', 'the request body is not valid JSON'),
  };
}

const notFound = problem(404, 'Not Found', 'the resource does not exist');

interface Family {
  readonly build: (fields: Fields, former?: Item) => Fields;
  readonly required: readonly string[];
}

/** POST answers 201, PUT 200 with the record, DELETE 204 (recorded). */
function family(path: string, items: Collection, { build, required }: Family): Routes {
  return {
    [`POST ${path}`]: ({ body }) => {
      const fields = fieldsOf(body);
      return refuse(items, required, fields) ?? created(items.add(compact(build(fields ?? {}))));
    },
    [`GET ${path}/{id}`]: within(items, ({ params }) => ok(items.get(params['id'] ?? ''))),
    [`PUT ${path}/{id}`]: within(items, ({ params, body }) => {
      const id = params['id'] ?? '';
      const fields = fieldsOf(body);
      return refuse(items, required, fields, id) ?? ok(items.replace(id, compact(build(fields ?? {}, items.get(id)))));
    }),
    [`DELETE ${path}/{id}`]: within(items, ({ params }) => {
      items.remove(params['id'] ?? '');
      return noContent;
    }),
  };
}

/** Answers 404 when no item has the `{id}` of the route. */
const within =
  (items: Collection, handle: Handle): Handle =>
  (visit) =>
    items.get(visit.params['id'] ?? '') ? handle(visit) : notFound;

function refuse(items: Collection, required: readonly string[], fields: Fields | undefined, id?: string): Answer | undefined {
  if (!fields) return problem(400, 'Bad Request', 'the request body must be a JSON object');
  const missing = required.find((field) => typeof fields[field] !== 'string' || fields[field] === '');
  if (missing !== undefined) return problem(400, 'Bad Request', `${missing} is required`);
  const taken = items.clash(fields, id);
  return taken === undefined ? undefined : problem(409, 'Conflict', `${taken} is in use already`);
}

const buildUser = (fields: Fields, former?: Item): Fields => ({
  loginName: fields['loginName'],
  displayName: fields['displayName'],
  firstName: fields['firstName'],
  lastName: fields['lastName'],
  primaryEmail: fields['primaryEmail'],
  secondaryEmail: fields['secondaryEmail'],
  department: fields['department'] ?? {},
  status: fields['status'] ?? true,
  customAttrsInfo: fields['customAttrsInfo'] ?? {},
  source: former?.['source'] ?? 'API',
  idp: former?.['idp'] ?? IDP,
});

const buildGroup = (fields: Fields, former?: Item): Fields => ({
  name: fields['name'],
  description: fields['description'],
  source: former?.['source'] ?? 'API',
  idp: former?.['idp'] ?? {},
  isDynamicGroup: former?.['isDynamicGroup'] ?? false,
  adminEntitlementEnabled: fields['adminEntitlementEnabled'] ?? false,
  serviceEntitlementEnabled: fields['serviceEntitlementEnabled'] ?? false,
  customAttrsInfo: fields['customAttrsInfo'] ?? {},
});

interface Memberships {
  has(groupId: string, userId: string): boolean;
  join(groupId: string, userId: string): void;
  leave(groupId: string, userId: string): boolean;
}

/** Entries of deleted users and groups are kept; they have no effect, since lists start from existing items and IDs are not reused. */
function openMemberships(world: World): Memberships {
  let groups: Map<string, Set<string>> | undefined;
  world.keep({
    reset: () => (groups = undefined),
    save: () => groups && Array.from(groups, ([id, members]) => [id, [...members]]),
    restore: (saved?: readonly (readonly [string, readonly string[]])[]) =>
      (groups = saved && new Map(saved.map(([id, members]) => [id, new Set(members)]))),
  });
  const table = (): Map<string, Set<string>> => (groups ??= seedMemberships());
  return {
    has: (groupId, userId) => table().get(groupId)?.has(userId) ?? false,
    join: (groupId, userId) => void table().set(groupId, new Set([...(table().get(groupId) ?? []), userId])),
    leave: (groupId, userId) => table().get(groupId)?.delete(userId) ?? false,
  };
}
