/** Each of these tools answers on the embedded tenant, and what it changes is seen by the next reader. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDemo, type Demo } from './demo.ts';

let demo: Demo;
beforeAll(async () => {
  demo = await openDemo();
});
afterAll(async () => {
  await demo[Symbol.asyncDispose]();
});

const status = () => demo.call('zia_get_activation_status');

describe('settings', () => {
  it.each([
    ['atp_malware_policy', { block_unscannable_files: false }, { blockUnscannableFiles: false, blockPasswordProtectedArchiveFiles: false }],
    ['atp_malware_inspection', { inspect_outbound: false }, { inspectInbound: true, inspectOutbound: false }],
    ['atp_malware_protocols', { inspect_ftp: true }, { inspectHttp: true, inspectFtpOverHttp: true, inspectFtp: true }],
    ['malware_settings', { settings: { adware_blocked: true } }, { adwareBlocked: true, virusBlocked: true }],
    ['atp_settings', { settings: { cookie_stealing_pcap_enabled: true } }, { cookieStealingPCAPEnabled: true, torBlocked: true }],
    ['atp_security_exceptions', { bypass_urls: ['one.example', 'two.example'] }, { bypassUrls: ['one.example', 'two.example'] }],
    ['advanced_settings', { settings: { uiSessionTimeout: 600 } }, { uiSessionTimeout: 600, enableOffice365: true }],
    [
      'mobile_advanced_settings',
      { settings: { block_apps_sending_location_info: true } },
      { blockAppsSendingLocationInfo: true, blockAppsWithMaliciousActivity: true },
    ],
  ])('%s change in part, and the change is staged', async (noun, input, after) => {
    await demo.call('zia_activate_configuration');
    expect(await demo.call(`zia_get_${noun}`)).not.toMatchObject(after);
    expect(await demo.call(`zia_update_${noun}`, input)).toMatchObject(after);
    expect(await demo.call(`zia_get_${noun}`)).toMatchObject(after);
    expect(await status()).toEqual({ status: 'PENDING' });
  });

  it.each([
    ['atp_malicious_urls', 'malicious_urls', 'maliciousUrls', 'sunken-bargains.example'],
    ['auth_exempt_urls', 'exempt_urls', 'urls', '.portauthority.example'],
  ])('%s grow and shrink', async (noun, input, key, present) => {
    expect(await demo.call(`zia_list_${noun}`)).toEqual({ [key]: [present] });
    expect(await demo.call(`zia_add_${noun}`, { [input]: ['a.example', 'b.example'] })).toEqual({
      [key]: [present, 'a.example', 'b.example'],
    });
    expect(await demo.call(`zia_delete_${noun}`, { [input]: ['a.example'] })).toEqual({ [key]: [present, 'b.example'] });
  });
});
