import { optional, text, tool } from '../define.ts';
import { ztw } from './product.ts';

const search = optional(text('Part of the name.'));

export default [
  tool(ztw, 'list_network_services', {
    toolset: 'ztw',
    action: 'read',
    about: 'List network services: names for TCP and UDP ports, predefined ones and those of the tenant. Forwarding rules refer to them.',
    input: {
      protocol: optional(text('Protocol of the service in the words of the API: TCP, UDP, ICMP.')),
      search,
      locale: optional(text('Language of the names of predefined services: en-US, de-DE.')),
    },
    call: 'GET /networkServices',
    returns: 'page',
  }),
  tool(ztw, 'list_network_service_groups', {
    toolset: 'ztw',
    action: 'read',
    about: 'List groups of network services with their members, so that a rule can refer to all of them at once.',
    input: { search },
    call: 'GET /networkServiceGroups',
    returns: 'page',
  }),
];
