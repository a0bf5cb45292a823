import { settings } from '../define.ts';
import { zia } from './product.ts';

export default settings(zia, {
  noun: 'mobile_advanced_settings',
  title: 'threat settings for mobile apps',
  toolset: 'zia_misc',
  path: '/mobileAdvanceThreatSettings',
  about:
    'Each says whether apps with one kind of behaviour are blocked: malicious activity, known weaknesses, sending of credentials, places or device identifiers.',

  names: [
    'blockAppsWithMaliciousActivity',
    'blockAppsWithKnownVulnerabilities',
    'blockAppsSendingUnencryptedUserCredentials',
    'blockAppsSendingLocationInfo',
    'blockAppsSendingPersonallyIdentifiableInfo',
    'blockAppsSendingDeviceIdentifier',
    'blockAppsCommunicatingWithAdWebsites',
    'blockAppsCommunicatingWithRemoteUnknownServers',
  ],
});
