import { collection, oneOf, optional, readPage, text, tool, type Compose } from '../define.ts';
import { portLists, ports } from './ports.ts';
import { zia } from './product.ts';
import { named } from './rules.ts';

const toolset = 'zia_cloud_firewall';
const what = 'A network service is a set of TCP and UDP ports with a name; firewall rules refer to it as nw_services.';
const protocols = ['ICMP', 'TCP', 'UDP', 'GRE', 'ESP', 'OTHER'] as const;

/** Compared case-insensitively. */
const protocol = {
  ...oneOf(protocols, 'Only services of this protocol.'),
  read: (given: unknown) => protocols.find((known) => typeof given === 'string' && known === given.toUpperCase()),
};

/** The ports given replace all ports, so every port list of the current record is removed. */
const compose: Compose = (_, { input, change, current = {} }) => ({
  ...(input['ports'] === undefined ? current : Object.fromEntries(Object.entries(current).filter(([name]) => !portLists.includes(name)))),
  ...change,
});

export default [
  tool(zia, 'list_network_services', {
    toolset,
    action: 'read',
    lists: 'paged',
    about: `List network services, the predefined and your own, with their IDs and ports. ${what}`,
    input: {
      name: optional(text('Part of the name, in capitals or not; looked for in what the API answers.')),
      search: optional(text('Part of the name or of the description, as the API searches.')),
      protocol: optional(protocol),
    },
    run: async (call, { name, search, protocol: only }) => {
      const query = { ...(search !== undefined && { search }), ...(only && { protocol: only }) };
      return named(readPage(zia.paging, await call('GET /networkServices', { query }), {}), name);
    },
  }),
  ...collection(zia, {
    noun: 'network_service',
    toolset,
    path: '/networkServices',
    id: 'service_id',
    only: ['get', 'create', 'update', 'delete'],
    about: what,
    fields: {
      name: text('Name of the service; no two services share one.', { min: 1 }),
      ports,
      description: text('Admin description. An empty text removes it.'),
    },
    required: ['name', 'ports'],
    compose,
    beware: 'Predefined services cannot be changed, apart from the ports of some.',
    bewareOfDeleting: 'The API refuses it while a rule or a group refers to the service, and for predefined ones.',
  }),
];
