import activation from './activation.ts';
import advancedSettings from './advanced-settings.ts';
import atpMaliciousUrls from './atp-malicious-urls.ts';
import atpMalware from './atp-malware.ts';
import atpSecurityExceptions from './atp-security-exceptions.ts';
import atpSettings from './atp-settings.ts';
import authExemptUrls from './auth-exempt-urls.ts';
import locationGroups from './location-groups.ts';
import locations from './locations.ts';
import malwareSettings from './malware-settings.ts';
import mobileAdvancedSettings from './mobile-advanced-settings.ts';
import ruleLabels from './rule-labels.ts';

export const zia = [
  ...activation,
  ...locations,
  ...locationGroups,
  ...ruleLabels,
  ...advancedSettings,
  ...atpMaliciousUrls,
  ...atpMalware,
  ...atpSecurityExceptions,
  ...atpSettings,
  ...authExemptUrls,
  ...malwareSettings,
  ...mobileAdvancedSettings,
];
