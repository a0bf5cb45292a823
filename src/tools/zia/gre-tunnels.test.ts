import { describe, expect, it } from 'vitest';
import { ZscalerMcpError } from '../../common/errors.ts';
import { runTool } from '../run-tool.fixture.ts';

const sourceIp = '198.51.100.77';
const range = [{ startIPAddress: '172.18.56.8', endIPAddress: '172.18.56.15' }];
const vips = [
  { id: 1, city: 'Amsterdam' },
  { id: 2, city: 'Amsterdam' },
  { id: 3, city: 'Brussels' },
];
const refusal = new ZscalerMcpError('ERR_CLOUD_ANSWER', 'the cloud said no', { hint: 'Mend it.' });
const silence = new ZscalerMcpError('ERR_CLOUD_TIMEOUT', 'no answer in time');
const base = '/zia/api/v1';

describe('zia_create_gre_tunnel', () => {
  it('does all lookups before it creates anything', async () => {
    const { sent, lines, result } = await runTool('zia_create_gre_tunnel', { static_ip_address: sourceIp, comment: 'Pier' }, [
      [],
      range,
      { id: 9, ipAddress: sourceIp },
      vips,
      { id: 50 },
    ]);
    expect(lines).toEqual([
      `GET ${base}/staticIP`,
      `GET ${base}/greTunnels/availableInternalIpRanges`,
      `POST ${base}/staticIP`,
      `GET ${base}/vips/recommendedList`,
      `POST ${base}/greTunnels`,
    ]);
    expect(sent.map(({ query, body }) => query ?? body)).toEqual([
      { ipAddress: sourceIp },
      { staticIp: sourceIp },
      { ipAddress: sourceIp, comment: 'Pier' },
      { sourceIp },
      { sourceIp, primaryDestVip: { id: 1 }, secondaryDestVip: { id: 3 }, internalIpRange: '172.18.56.8', comment: 'Pier' },
    ]);
    expect(result).toEqual({ id: 50 });
  });

  it('takes the range that the caller gave, and an address that is there already', async () => {
    const { sent, lines } = await runTool('zia_create_gre_tunnel', { static_ip_address: sourceIp, internal_ip_range: '172.20.0.0' }, [
      [{ id: 9, ipAddress: sourceIp }],
      vips,
      { id: 50 },
    ]);
    expect(lines).toEqual([`GET ${base}/staticIP`, `GET ${base}/vips/recommendedList`, `POST ${base}/greTunnels`]);
    expect(sent[2]?.body).toMatchObject({ internalIpRange: '172.20.0.0' });
  });

  it('requests no range for an unnumbered tunnel', async () => {
    const { sent } = await runTool('zia_create_gre_tunnel', { static_ip_address: sourceIp, ip_unnumbered: true }, [
      [{ id: 9, ipAddress: sourceIp }],
      vips.slice(0, 2),
      {},
    ]);
    expect(sent[2]?.body).toEqual({ sourceIp, primaryDestVip: { id: 1 }, secondaryDestVip: { id: 2 }, ipUnnumbered: true });
  });

  it('deletes the address again when the tunnel is refused', async () => {
    const { lines, error } = await runTool('zia_create_gre_tunnel', { static_ip_address: sourceIp, ip_unnumbered: true }, [
      [],
      { id: 9 },
      vips,
      refusal,
      null,
    ]);
    expect(lines.at(-1)).toBe(`DELETE ${base}/staticIP/9`);
    expect(error).toMatchObject({
      code: 'ERR_CLOUD_ANSWER',
      hint: 'Mend it.',
      message: `Creating the GRE tunnel failed: the cloud said no. The static IP 9 (${sourceIp}), created for it, was deleted again.`,
    });
  });

  it('says that the address is left when it cannot be deleted again', async () => {
    const { error } = await runTool('zia_create_gre_tunnel', { static_ip_address: sourceIp, ip_unnumbered: true }, [
      [],
      { id: 9 },
      [],
      refusal,
    ]);
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /^Choosing virtual IPs.*still exists, for it could not be deleted again: the cloud said no$/,
      ) as string,
    });
  });

  it('deletes nothing when it is unknown whether the tunnel was created', async () => {
    const { lines, error } = await runTool('zia_create_gre_tunnel', { static_ip_address: sourceIp, ip_unnumbered: true }, [
      [],
      { id: 9 },
      vips,
      silence,
    ]);
    expect(lines).toHaveLength(4);
    expect(error).toMatchObject({
      code: 'ERR_CLOUD_TIMEOUT',
      message: expect.stringContaining('It may have happened nevertheless') as string,
    });
  });

  it('leaves an address alone that existed before', async () => {
    const { lines, error } = await runTool('zia_create_gre_tunnel', { static_ip_address: sourceIp, ip_unnumbered: true }, [
      [{ ipAddress: sourceIp }],
      vips,
      refusal,
    ]);
    expect(lines).toHaveLength(3);
    expect(error).toMatchObject({ message: 'Creating the GRE tunnel failed: the cloud said no. Nothing was changed before it.' });
  });

  it.each([
    ['no range is free', {}, [[], []], 'no free range'],
    [
      'a range is given for an unnumbered one',
      { ip_unnumbered: true, internal_ip_range: '172.20.0.0' },
      [[]],
      'without internal addresses',
    ],
  ])('makes nothing when %s', async (_what, input, answers, message) => {
    const { sent, error } = await runTool('zia_create_gre_tunnel', { static_ip_address: sourceIp, ...input }, answers);
    expect(sent.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(error).toMatchObject({ message: expect.stringContaining(message) as string });
  });
});

describe('zia_delete_gre_tunnel', () => {
  const input = { tunnel_id: '50', static_ip_id: '9' };
  const both = [{ sourceIp }, { ipAddress: sourceIp }];

  it('deletes the tunnel, then its address', async () => {
    const { lines, result } = await runTool('zia_delete_gre_tunnel', input, [...both, null]);
    expect(lines.slice(2)).toEqual([`DELETE ${base}/greTunnels/50`, `DELETE ${base}/staticIP/9`]);
    expect(result).toMatchObject({ success: true, message: expect.stringContaining('static IP 9 were deleted') as string });
  });

  it('deletes neither when the address is that of another site', async () => {
    const { sent, error } = await runTool('zia_delete_gre_tunnel', input, [{ sourceIp }, { ipAddress: '198.51.100.1' }]);
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'GET']);
    expect(error).toMatchObject({ code: 'ERR_TOOL_INPUT', message: expect.stringContaining('nothing was deleted') as string });
  });

  it('says that the tunnel is gone when its address stays', async () => {
    const { error } = await runTool('zia_delete_gre_tunnel', input, [...both, null, refusal]);
    expect(error).toMatchObject({
      message: 'The GRE tunnel 50 was deleted; deleting its static IP 9 failed: the cloud said no',
      hint: 'Mend it. Only the static IP is left: zia_delete_static_ip deletes it.',
    });
  });
});

describe('zia_create_vpn_credential', () => {
  it('sends what the type calls for', async () => {
    const { sent } = await runTool('zia_create_vpn_credential', { credential_type: 'UFQDN', fqdn: 'a@b.example', pre_shared_key: 'hush' }, [
      { id: 1 },
    ]);
    expect(sent).toMatchObject([
      { method: 'POST', path: `${base}/vpnCredentials`, body: { type: 'UFQDN', fqdn: 'a@b.example', preSharedKey: 'hush' } },
    ]);
  });
  it.each([
    [{ credential_type: 'IP' }, 'a VPN credential of type IP needs ip_address, and none was given'],
    [
      { credential_type: 'UFQDN', fqdn: 'a@b.example', ip_address: '192.0.2.1' },
      'a VPN credential of type UFQDN needs fqdn alone, and ip_address was given as well',
    ],
  ])('is refused before it is sent when type and identity differ', async (input, message) => {
    const { sent, error } = await runTool('zia_create_vpn_credential', { pre_shared_key: 'hush', ...input }, [{}]);
    expect(sent).toEqual([]);
    expect(error).toMatchObject({ code: 'ERR_TOOL_INPUT', message });
    expect(JSON.stringify(error)).not.toContain('hush');
  });
});

describe('zia_update_vpn_credential', () => {
  it('repeats the identity, which a change would otherwise lose, and no key that it was not given', async () => {
    const before = { id: 1, type: 'UFQDN', fqdn: 'a@b.example', location: { id: 3 } };
    const { sent } = await runTool('zia_update_vpn_credential', { credential_id: '1', comments: 'Moored' }, [before, {}]);
    expect(sent[1]?.body).toEqual({ ...before, comments: 'Moored' });
  });
  it('does not repeat a key that is not a string', async () => {
    const { error } = await runTool('zia_update_vpn_credential', { credential_id: '1', pre_shared_key: 4_711 }, [{}]);
    expect(error).toMatchObject({ code: 'ERR_TOOL_INPUT', message: expect.not.stringContaining('4711') as string });
  });
});

describe('zia_geo_search', () => {
  it.each([
    [{ action: 'geo_by_ip', ip: '2001:db8::1' }, `GET ${base}/region/byIPAddress/2001%3Adb8%3A%3A1`, undefined],
    [{ action: 'city_prefix_search', prefix: 'Rot' }, `GET ${base}/region/search`, { prefix: 'Rot' }],
    [
      { action: 'geo_by_coordinates', latitude: 0, longitude: -117.16 },
      `GET ${base}/region/byGeoCoordinates`,
      { latitude: 0, longitude: -117.16 },
    ],
  ])('asks %j', async (input, line, query) => {
    const { lines, sent } = await runTool('zia_geo_search', input, [{}]);
    expect(lines).toEqual([line]);
    expect(sent[0]?.query).toEqual(query);
  });
  it('says what the action needs', async () => {
    const { error } = await runTool('zia_geo_search', { action: 'geo_by_coordinates', latitude: 1 }, [{}]);
    expect(error).toMatchObject({ message: 'zia_geo_search with action geo_by_coordinates needs latitude and longitude' });
  });
  it('rejects a malformed address', async () => {
    const { error } = await runTool('zia_geo_search', { action: 'geo_by_ip', ip: '..' }, [{}]);
    expect(error).toMatchObject({ code: 'ERR_TOOL_INPUT' });
  });
});
