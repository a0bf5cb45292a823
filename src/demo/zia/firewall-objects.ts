/** Objects that firewall rules refer to: groups of addresses, services and applications. */
import { noContent, ok, ziaError, type Answer } from '../answer.ts';
import { includesText, type Collection, type Fields } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { ziaFamily, ziaNotFound, ziaPage } from './family.ts';
import {
  APPLICATIONS,
  seedAppGroups,
  seedDestinationGroups,
  seedServiceGroups,
  seedServices,
  seedSourceGroups,
} from './firewall-objects-seed.ts';
import { countReferring, dangling, withNames, type References } from './references.ts';

export interface FirewallObjects {
  readonly routes: Routes;
  /** Collections by the field of a rule that refers to them. */
  readonly references: References;
}

/** @param holders collections that may refer to a deleted object */
export function openFirewallObjects(world: World, stage: () => void, holders: () => readonly Collection[]): FirewallObjects {
  const sources = world.collection({ seed: seedSourceGroups, newId: (count) => 10_620_000 + count });
  const destinations = world.collection({ seed: seedDestinationGroups, newId: (count) => 10_640_000 + count });
  const services = world.collection({ seed: seedServices, newId: (count) => 10_660_000 + count });
  const serviceGroups = world.collection({ seed: seedServiceGroups, newId: (count) => 10_680_000 + count });
  const appGroups = world.collection({ seed: seedAppGroups, newId: (count) => 10_690_000 + count });
  const keep = (routes: Routes, items: Collection, fields: readonly string[]): Routes =>
    guarded(routes, items, (id) => countReferring([...holders(), serviceGroups], fields, id), stage);
  return {
    references: {
      srcIpGroups: sources,
      sourceIpGroups: sources,
      destIpGroups: destinations,
      nwServices: services,
      nwServiceGroups: serviceGroups,
      nwApplicationGroups: appGroups,
    },
    routes: {
      ...keep(sourceGroups(sources, stage), sources, ['srcIpGroups', 'sourceIpGroups']),
      ...keep(destinationGroups(destinations, stage), destinations, ['destIpGroups']),
      ...keep(networkServices(services, stage), services, ['nwServices', 'services']),
      ...keep(networkServiceGroups(serviceGroups, services, stage), serviceGroups, ['nwServiceGroups']),
      ...keep(networkAppGroups(appGroups, stage), appGroups, ['nwApplicationGroups']),
      ...applications,
    },
  };
}

/** The code is that of the real API; the wording is ours. */
function guarded(routes: Routes, items: Collection, countRules: (id: string) => number, stage: () => void): Routes {
  const line = Object.keys(routes).find((candidate) => candidate.startsWith('DELETE')) ?? '';
  return {
    ...routes,
    [line]: ({ params: { id = '' } }) => {
      const count = countRules(id);
      if (count > 0) return ziaError(409, 'RESOURCE_IN_USE', `It is used by ${count} other record${count === 1 ? '' : 's'}.`);
      if (!items.remove(id)) return ziaNotFound('record', id);
      stage();
      return noContent;
    },
  };
}

const searched = ['name', 'description'];
const refuse = (message: string): Answer => ziaError(400, 'INVALID_INPUT_ARGUMENT', message);

/** Recorded: the answer to a POST lacks these. */
const bare = ({ creatorContext: _creator, isNonEditable: _editable, extranetIpPool: _pool, ...item }: Fields): Fields => item;

const sourceGroups = (items: Collection, stage: () => void): Routes =>
  ziaFamily({
    path: '/ipSourceGroups',
    noun: 'IP source group',
    items,
    required: ['name', 'ipAddresses'],
    searched,
    build: ({ name, ipAddresses, description }) => ({
      name,
      ipAddresses,
      description,
      creatorContext: 'ZIA',
      isNonEditable: false,
      extranetIpPool: false,
    }),
    created: bare,
    stage,
  });

const KINDS = ['DSTN_IP', 'DSTN_FQDN', 'DSTN_DOMAIN', 'DSTN_OTHER'];

const destinationGroups = (items: Collection, stage: () => void): Routes =>
  ziaFamily({
    path: '/ipDestinationGroups',
    noun: 'IP destination group',
    items,
    required: ['name', 'type'],
    searched,
    build: ({ name, type, addresses = [], description, ipCategories = [], countries = [] }) => ({
      name,
      type,
      addresses,
      description,
      creatorContext: 'ZIA',
      ipCategories,
      countries,
    }),
    check: ({ type, addresses, countries, ipCategories }) => {
      if (!KINDS.includes(String(type))) return refuse(`type must be one of ${KINDS.join(', ')}`);
      const needed = type === 'DSTN_OTHER' ? [countries, ipCategories] : [addresses];
      return needed.some((list) => Array.isArray(list) && list.length > 0) ? undefined : refuse('the group would be empty');
    },
    // Recorded: reads show the addresses twice.
    read: (item) => ({ ...item, urlCategories: [], ipAddresses: item['addresses'] }),
    written: (item) => item,
    created: bare,
    stage,
  });

const PORTS = ['srcTcpPorts', 'destTcpPorts', 'srcUdpPorts', 'destUdpPorts'];

function networkServices(items: Collection, stage: () => void): Routes {
  const family = ziaFamily({
    path: '/networkServices',
    noun: 'network service',
    items,
    required: ['name'],
    searched,
    build: (fields, former) => ({
      name: fields['name'],
      tag: former?.['tag'],
      ...Object.fromEntries(PORTS.map((list) => [list, fields[list]])),
      type: former?.['type'] ?? 'CUSTOM',
      description: fields['description'],
      creatorContext: 'ZIA',
      isNameL10nTag: former?.['isNameL10nTag'] ?? false,
    }),
    check: (fields, former) => {
      const hasPorts = PORTS.some((list) => Array.isArray(fields[list]) && fields[list].length > 0);
      return hasPorts || (former && former['type'] !== 'CUSTOM') ? undefined : refuse('a service needs ports');
    },
    stage,
  });
  return {
    ...family,
    'GET /networkServices': (visit) => {
      const protocol = visit.query.get('protocol');
      const answer = family['GET /networkServices']!(visit);
      return protocol === null ? answer : ok((answer.body as Fields[]).filter((service) => speaks(service, protocol)));
    },
  };
}

const speaks = (service: Fields, protocol: string): boolean =>
  String(service['tag']).startsWith(protocol) || PORTS.some((list) => list in service && list.toUpperCase().includes(protocol));

function networkServiceGroups(items: Collection, services: Collection, stage: () => void): Routes {
  const read = (item: Parameters<typeof withNames>[0]): Fields => withNames(item, { services });
  return ziaFamily({
    path: '/networkServiceGroups',
    noun: 'network service group',
    items,
    required: ['name', 'services'],
    searched,
    build: ({ name, services: members, description }) => ({ name, services: members, description, creatorContext: 'ZIA' }),
    check: (fields) => {
      const fault = dangling(fields, { services });
      return fault === undefined ? undefined : refuse(fault);
    },
    read,
    created: (item) => bare(read(item)),
    stage,
  });
}

const networkAppGroups = (items: Collection, stage: () => void): Routes =>
  ziaFamily({
    path: '/networkApplicationGroups',
    noun: 'network application group',
    items,
    required: ['name', 'networkApplications'],
    searched,
    build: ({ name, networkApplications, description }) => ({ name, networkApplications, description }),
    check: ({ networkApplications }) => {
      const unknown = Array.isArray(networkApplications) && networkApplications.find((id) => !APPLICATIONS.some((app) => app['id'] === id));
      return unknown === false || unknown === undefined ? undefined : refuse(`${String(unknown)} is no network application`);
    },
    stage,
  });

const applications: Routes = {
  'GET /networkApplications': ({ query }) => {
    const search = query.get('search') ?? '';
    return ok(
      ziaPage(
        APPLICATIONS.filter((app) => ['id', 'description'].some((field) => includesText(app[field], search))),
        query,
      ),
    );
  },
  'GET /networkApplications/{id}': ({ params }) => {
    const app = APPLICATIONS.find((candidate) => candidate['id'] === params['id']);
    return app ? ok(app) : ziaError(404, 'RESOURCE_NOT_FOUND', 'The network application does not exist.');
  },
};
