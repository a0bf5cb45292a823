import { urlList } from './url-list.ts';

export default urlList({
  noun: 'auth_exempt_urls',
  title: 'URLs that are reached without authentication',
  toolset: 'zia_authentication_settings',
  path: '/authSettings/exemptedUrls',
  write: 'POST',
  input: 'exempt_urls',
  wire: 'urls',
  about: 'Cookie authentication is not asked for them.',
});
