import { describe, expect, it } from 'vitest';
import { runTool } from './run-tool.fixture.ts';

const before = { virusBlocked: true, virusCapture: false, tomorrow: { id: 216196257331285825n } };
const path = '/zia/api/v1/cyberThreatProtection/malwareSettings';

describe('settings that come as one object', () => {
  it('are read, changed in part and sent whole', async () => {
    const after = { ...before, virusCapture: true };
    const { sent, result } = await runTool('zia_update_malware_settings', { settings: { virus_capture: true } }, [before, after]);
    expect(sent.map(({ method, path: to }) => `${method} ${to}`)).toEqual([`GET ${path}`, `PUT ${path}`]);
    expect(sent[1]?.body).toEqual(after);
    expect(result).toEqual(after);
  });

  it('are read again when the API answers a change with nothing', async () => {
    const { lines, result } = await runTool('zia_update_malware_settings', { settings: { virusCapture: true } }, [
      before,
      null,
      { read: 'again' },
    ]);
    expect(lines).toEqual([`GET ${path}`, `PUT ${path}`, `GET ${path}`]);
    expect(result).toEqual({ read: 'again' });
  });

  it('were changed although they cannot be read again', async () => {
    const { result } = await runTool('zia_update_malware_settings', { settings: { virusCapture: true } }, [
      before,
      null,
      new Error('gone'),
    ]);
    expect(result).toEqual({ success: true, message: 'The change was made. Reading it back failed: gone' });
  });

  it('are named as the API names them, whatever the capitals', async () => {
    const change = { cookie_stealing_pcap_enabled: true, dgaDomainsBlocked: true };
    const { sent } = await runTool('zia_update_atp_settings', { settings: change }, [{}, {}]);
    expect(sent[1]?.body).toEqual({ cookieStealingPCAPEnabled: true, dgaDomainsBlocked: true });
    const dns = await runTool('zia_update_advanced_settings', { settings: { enable_ipv6_dns_resolution_on_transparent_proxy: true } }, [
      {},
      {},
    ]);
    expect(dns.sent[1]?.body).toEqual({ enableIPv6DnsResolutionOnTransparentProxy: true });
  });

  it.each([
    ['a name there is not', { virus_blockd: true, virusCapture: true }, 'there is no setting "virus_blockd", did you mean "virusBlocked"?'],
    [
      'one setting in two spellings',
      { virus_capture: true, virusCapture: false },
      'the setting virusCapture is given twice, in two spellings',
    ],
  ])('are left alone when given %s', async (_what, settings, message) => {
    const { sent, error } = await runTool('zia_update_malware_settings', { settings }, [before]);
    expect(error).toMatchObject({ code: 'ERR_TOOL_INPUT', message, hint: expect.stringMatching(/^Nothing was changed/) as string });
    expect(sent.map(({ method }) => method)).toEqual(['GET']);
  });

  it('are left alone when nothing is given, or when they cannot be read', async () => {
    const empty = await runTool('zia_update_malware_settings', { settings: {} }, [before]);
    expect(empty.error).toMatchObject({ code: 'ERR_TOOL_INPUT', message: 'zia_update_malware_settings was given nothing to change' });
    expect(empty.sent).toEqual([]);
    const unread = await runTool('zia_update_malware_settings', { settings: { virusCapture: true } }, [null]);
    expect(unread.error).toMatchObject({ code: 'ERR_CLOUD_ANSWER' });
    expect(unread.sent).toHaveLength(1);
  });
});

describe('settings that are an input each', () => {
  it('keep what is not given', async () => {
    const { sent } = await runTool('zia_update_atp_malware_protocols', { inspect_ftp: false }, [
      { inspectHttp: true, inspectFtp: true },
      {},
    ]);
    expect(sent[1]?.body).toEqual({ inspectHttp: true, inspectFtp: false });
  });
  it('ask for at least one', async () => {
    const { error } = await runTool('zia_update_atp_malware_protocols', {}, [{}]);
    expect(error).toMatchObject({ hint: 'Give at least one of inspect_http, inspect_ftp_over_http, inspect_ftp.' });
  });
});

describe('a list of URLs', () => {
  it('is read again after an edit, since the API answers with what was sent', async () => {
    const { sent, result } = await runTool('zia_delete_auth_exempt_urls', { exempt_urls: ['a.example'] }, [
      { urls: ['a.example'] },
      { urls: ['b.example'] },
    ]);
    expect(sent).toMatchObject([
      {
        method: 'POST',
        path: '/zia/api/v1/authSettings/exemptedUrls',
        query: { action: 'REMOVE_FROM_LIST' },
        body: { urls: ['a.example'] },
      },
      { method: 'GET', path: '/zia/api/v1/authSettings/exemptedUrls' },
    ]);
    expect(result).toEqual({ urls: ['b.example'] });
  });
  it('was edited although it cannot be read again', async () => {
    const { result } = await runTool('zia_add_auth_exempt_urls', { exempt_urls: ['a.example'] }, [
      { urls: ['a.example'] },
      new Error('gone'),
    ]);
    expect(result).toMatchObject({ success: true });
  });
  it('is not edited with an empty list', async () => {
    const { error, sent } = await runTool('zia_add_atp_malicious_urls', { malicious_urls: [] }, [{}]);
    expect(error).toMatchObject({ message: expect.stringContaining('a list of texts, at least 1') as string });
    expect(sent).toEqual([]);
  });
});
