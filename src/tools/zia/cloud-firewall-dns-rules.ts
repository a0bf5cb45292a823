import { text } from '../define.ts';
import { ruleFamily } from './rules.ts';

export default ruleFamily({
  noun: 'cloud_firewall_dns_rule',
  title: 'cloud firewall DNS rule',
  toolset: 'zia_cloud_firewall',
  path: '/firewallDnsRules',
  about: 'DNS rules decide which names may be looked up, and where lookups or their answers are sent instead.',
  action: text('ALLOW, BLOCK, BLOCK_WITH_RESPONSE, or one that redirects: REDIR_REQ, REDIR_RES, REDIR_ZPA, REDIR_REQ_DOH.', { min: 1 }),
  conditions:
    'src_ips, src_ip_groups, dest_addresses, dest_ip_groups, dest_ip_categories, dns_rule_request_types, redirect_ip, locations, users',
  search: 'here',
});
