import { text } from '../define.ts';
import { ruleFamily } from './rules.ts';

export default ruleFamily({
  noun: 'cloud_firewall_ips_rule',
  title: 'cloud firewall IPS rule',
  toolset: 'zia_cloud_firewall',
  path: '/firewallIpsRules',
  about:
    'IPS rules decide what happens to traffic in which an intrusion signature is found; zia_list_ips_signature_rules has your own signatures.',
  action: text('ALLOW, BLOCK_DROP, BLOCK_RESET, or BYPASS_IPS to leave the traffic uninspected.', { min: 1 }),
  conditions:
    'src_ips, src_ip_groups, dest_addresses, dest_ip_groups, dest_countries, nw_services, threat_categories, locations, groups, users',
  search: 'here',
});
