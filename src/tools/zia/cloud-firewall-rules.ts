import { text } from '../define.ts';
import { ruleFamily } from './rules.ts';

export default ruleFamily({
  noun: 'cloud_firewall_rule',
  title: 'cloud firewall rule',
  toolset: 'zia_cloud_firewall',
  path: '/firewallFilteringRules',
  about: 'The cloud firewall decides by network service, application and address what may pass.',
  action: text('ALLOW, BLOCK_DROP, BLOCK_RESET, BLOCK_ICMP, or EVAL_NWAPP to go on to rules for network applications.', { min: 1 }),
  conditions:
    'src_ips, src_ip_groups, dest_addresses, dest_ip_groups, dest_countries, nw_services, nw_applications, locations, groups, users, labels',
  search: 'api',
});
