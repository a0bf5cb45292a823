/** Tools for the tenant as a whole: traffic forwarding, tenant-wide settings, and reference data. */
import advancedSettings from './advanced-settings.ts';
import atpMaliciousUrls from './atp-malicious-urls.ts';
import atpMalware from './atp-malware.ts';
import atpSecurityExceptions from './atp-security-exceptions.ts';
import atpSettings from './atp-settings.ts';
import authExemptUrls from './auth-exempt-urls.ts';
import cloudAppControls from './cloud-app-controls.ts';
import cloudAppPolicies from './cloud-app-policies.ts';
import devices from './devices.ts';
import dlpDictionaries from './dlp-dictionaries.ts';
import dlpEngines from './dlp-engines.ts';
import geoSearch from './geo-search.ts';
import greRanges from './gre-ranges.ts';
import greTunnels from './gre-tunnels.ts';
import malwareSettings from './malware-settings.ts';
import mobileAdvancedSettings from './mobile-advanced-settings.ts';
import shadowIt from './shadow-it.ts';
import staticIps from './static-ips.ts';
import timeIntervals from './time-intervals.ts';
import urlCategories from './url-categories.ts';
import urls from './urls.ts';
import users from './users.ts';
import vpnCredentials from './vpn-credentials.ts';
import webDlpRules from './web-dlp-rules.ts';
import workloadGroups from './workload-groups.ts';

export const tenant = [
  ...advancedSettings,
  ...atpMaliciousUrls,
  ...atpMalware,
  ...atpSecurityExceptions,
  ...atpSettings,
  ...authExemptUrls,
  ...cloudAppControls,
  ...cloudAppPolicies,
  ...devices,
  ...dlpDictionaries,
  ...dlpEngines,
  ...geoSearch,
  ...greRanges,
  ...greTunnels,
  ...malwareSettings,
  ...mobileAdvancedSettings,
  ...shadowIt,
  ...staticIps,
  ...timeIntervals,
  ...urlCategories,
  ...urls,
  ...users,
  ...vpnCredentials,
  ...webDlpRules,
  ...workloadGroups,
];
