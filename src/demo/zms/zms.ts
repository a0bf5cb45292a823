/** Microsegmentation, read only. */
import { problem, type Answer } from '../answer.ts';
import { includesText } from '../collection.ts';
import { answerGraphql, Refusal, type Resolver } from '../graphql.ts';
import type { Product } from '../router.ts';
import type { World } from '../world.ts';
import {
  agents,
  apps,
  defaultRules,
  groups,
  keysOf,
  membersOf,
  namespaces,
  nonces,
  resourceGroups,
  resources,
  rules,
  valuesOf,
  zones,
  type Row,
} from './seed.ts';

export function openZms(world: World): Product {
  const root = Object.fromEntries(Object.entries(fields).map(([name, resolve]) => [name, ofCustomer(world.customerId, resolve)]));
  return {
    prefix: '/zms/graphql',
    routes: { 'POST ': ({ body }): Answer => answerGraphql(body, root) },
    unknownPath: problem(404, 'Not Found', 'no such path'),
    invalidBody: problem(400, 'Bad Request', 'the request body is not valid JSON'),
  };
}

type Args = Readonly<Record<string, unknown>>;

const ofCustomer =
  (customerId: string, resolve: Resolver): Resolver =>
  (args) => {
    if (args['customerId'] === customerId) return resolve(args);
    throw new Refusal('FORBIDDEN', 'this customer is not yours');
  };

const SIZE = 20;

function page(rows: readonly Row[], args: Args): unknown {
  const number = Number(args['pageNum'] ?? args['page'] ?? 1);
  const size = args['fetchAll'] === true ? Math.max(1, rows.length) : Number(args['pageSize'] ?? SIZE);
  const pageInfo = { pageNumber: number, pageSize: size, totalCount: rows.length, totalPages: Math.ceil(rows.length / size) };
  return { nodes: ordered(rows, args).slice((number - 1) * size, number * size), pageInfo };
}

/** `orderBy: {name: 'DESC'}`, or `sort` and `sortDir`. */
function ordered(rows: readonly Row[], { orderBy, sort, sortDir }: Args): readonly Row[] {
  const [[field, direction] = [sort, sortDir]] = Object.entries((orderBy ?? {}) as Args);
  if (typeof field !== 'string') return rows;
  const sign = direction === 'DESC' ? -1 : 1;
  return rows.toSorted((one, other) => sign * String(one[field]).localeCompare(String(other[field])));
}

/** `filter: {name: {contains: 'x'}, status: {equals: 'Y'}}` */
const isWanted = (row: Row, filter: unknown): boolean =>
  Object.entries((filter ?? {}) as Readonly<Record<string, Args>>).every(([field, { contains, equals }]) => {
    const value = row[field === 'keyName' ? 'name' : field];
    return (typeof contains !== 'string' || includesText(value, contains)) && (equals === undefined || value === equals);
  });

const filtered =
  (rowsOf: (args: Args) => readonly Row[]): Resolver =>
  (args) =>
    page(
      rowsOf(args).filter((row) => isWanted(row, args['filter'])),
      args,
    );

const searched = (rows: readonly Row[], { search }: Args): Row[] =>
  rows.filter(({ name }) => includesText(name, typeof search === 'string' ? search : ''));

const isKept = ({ deleted }: Row, { includeDeleted }: Args): boolean => includeDeleted === true || deleted !== true;

function one(rows: readonly Row[], { eyezId }: Args): Row {
  const found = rows.find((row) => row['eyezId'] === eyezId);
  if (found) return found;
  throw new Refusal('NOT_FOUND', 'there is no such record');
}

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((part / whole) * 100));

function statistics(args: Args, field: string, name: string): Row {
  const rows = searched(agents, args);
  const parts = [...Map.groupBy(rows, (row) => row[field])].map(([value, of]) => ({
    agentType: 'HOST',
    [name]: value,
    count: of.length,
    percentage: percent(of.length, rows.length),
  }));
  return { totalCount: rows.length, totalPercentage: 100, parts };
}

const fields: Readonly<Record<string, Resolver>> = {
  agentGroups: (args) => page(searched(groups, args), args),
  agents: (args) => page(searched(agents, args), args),
  nonces: (args) => page(searched(nonces, args), args),
  nonce: (args) => ({ nonce: one(nonces, args) }),
  agentGroupTotpSecrets: (args) => ({
    eyezId: one(groups, args)['eyezId'],
    totpSecret: 'DEMODEMODEMODEMO',
    totpQrCode: 'ZGVtbw==',
    totpGenerationTimestamp: '2026-03-01T06:00:00.000Z',
  }),
  agentConnectionStatusStatistics: (args) => {
    const { parts, ...rest } = statistics(args, 'connectionStatus', 'connectionStatus');
    return { ...rest, agentStatuses: parts };
  },
  agentVersionStatistics: (args) => {
    const { parts, ...rest } = statistics(args, 'currentSoftwareVersion', 'version');
    return { ...rest, agentVersions: parts };
  },
  appCatalog: filtered(() => apps),
  appZones: filtered(() => zones),
  policyRules: filtered(() => rules),
  defaultPolicyRules: filtered(() => defaultRules),
  resourceGroups: (args) =>
    page(
      resourceGroups.filter((group) => isGroupWanted(group, args['filter'])),
      args,
    ),
  resourceGroupMembers: (args) => page(membersOf(args['id']), args),
  resourceGroupProtectionStatus: (args) =>
    page([{ totalResourceGroups: 3, protectedResourceGroupsCount: 2, unprotectedResourceGroupsCount: 1, protectedPercentage: 67 }], args),
  resources: filtered((args) => resources.filter((resource) => isKept(resource, args))),
  resourceProtectionStatus: (args) =>
    page([{ totalResources: 5, protectedResourcesCount: 4, unprotectedResourcesCount: 1, protectedPercentage: 80 }], args),
  metadata: () => ({ product: 'Microsegmentation', isDemo: true }),
  tagNamespaces: filtered(() => namespaces),
  tagKeys: filtered(({ namespaceId }) => keysOf(namespaceId)),
  tagValues: filtered(({ tagId }) => valuesOf(tagId)),
};

/** A group also matches by the host names of its members. */
function isGroupWanted(group: Row, filter: unknown): boolean {
  const { resourceHostname, ...rest } = (filter ?? {}) as Readonly<Record<string, Args>>;
  const hosts = membersOf(group['id']).map((member) => member['resourceHostname']);
  const wanted = resourceHostname?.['contains'];
  return isWanted(group, rest) && (typeof wanted !== 'string' || hosts.some((host) => includesText(host, wanted)));
}
