import { urlList } from './url-list.ts';

export default urlList({
  noun: 'atp_malicious_urls',
  title: 'URLs that the tenant itself declares malicious',
  toolset: 'zia_atp_policy',
  path: '/cyberThreatProtection/maliciousUrls',
  write: 'PUT',
  input: 'malicious_urls',
  wire: 'maliciousUrls',
  about: 'Advanced threat protection blocks them for all users.',
});
