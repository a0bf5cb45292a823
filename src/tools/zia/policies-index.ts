/** Rule-based policies, and the objects their rules refer to. */
import cloudAppSslPolicy from './cloud-app-ssl-policy.ts';
import cloudFirewallDnsRules from './cloud-firewall-dns-rules.ts';
import cloudFirewallIpsRules from './cloud-firewall-ips-rules.ts';
import cloudFirewallRules from './cloud-firewall-rules.ts';
import fileTypeCategories from './file-type-categories.ts';
import fileTypeControlRules from './file-type-control-rules.ts';
import ipDestinationGroups from './ip-destination-groups.ts';
import ipSourceGroups from './ip-source-groups.ts';
import ipsSignatureRules from './ips-signature-rules.ts';
import networkAppGroups from './network-app-groups.ts';
import networkApps from './network-apps.ts';
import networkServices from './network-services.ts';
import networkSvcGroups from './network-svc-groups.ts';
import sandboxRules from './sandbox-rules.ts';
import sandbox from './sandbox.ts';
import sslInspectionRules from './ssl-inspection-rules.ts';
import urlFilteringRules from './url-filtering-rules.ts';

export const policies = [
  ...cloudFirewallRules,
  ...cloudFirewallDnsRules,
  ...cloudFirewallIpsRules,
  ...ipsSignatureRules,
  ...ipSourceGroups,
  ...ipDestinationGroups,
  ...networkServices,
  ...networkSvcGroups,
  ...networkApps,
  ...networkAppGroups,
  ...sslInspectionRules,
  ...cloudAppSslPolicy,
  ...fileTypeControlRules,
  ...fileTypeCategories,
  ...sandbox,
  ...sandboxRules,
  ...urlFilteringRules,
];
