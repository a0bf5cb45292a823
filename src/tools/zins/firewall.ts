import { report } from './product.ts';

const firewall = { toolset: 'zins_firewall', domain: 'ZERO_TRUST_FIREWALL' } as const;

export default [
  report('get_firewall_by_action', {
    ...firewall,
    about: 'Count what the cloud firewall did: how often it allowed and how often it blocked.',
    operation: 'FirewallByAction',
    field: 'action',
    select: 'name total',
  }),
  report('get_firewall_by_location', {
    ...firewall,
    about: 'Count the traffic that went through the cloud firewall by location, with the IDs of the locations.',
    operation: 'FirewallByLocation',
    field: 'location_firewall',
    select: 'id name total',
  }),
  report('get_firewall_network_services', {
    ...firewall,
    about: 'Count the traffic that went through the cloud firewall by network service: DNS, HTTPS, SSH and so on.',
    operation: 'FirewallNetworkServices',
    field: 'network_service',
    select: 'name total',
  }),
];
