import { describe, expect, it } from 'vitest';
import { openFixture } from '../client.fixture.ts';

const ZIA = '/zia/api/v1';

interface Named {
  readonly id: number;
  readonly name: string;
}

describe('rule labels', () => {
  it('come as a bare array in pages, searched by part of the name', async () => {
    await using fixture = await openFixture();
    const list = async (query: string) => (await fixture.call('GET', `${ZIA}/ruleLabels${query}`)).body as Named[];
    expect(await list('')).toHaveLength(12);
    expect((await list('?page=2&pageSize=5')).map(({ name }) => name)).toEqual([
      'Crew Tablets',
      'Regulatory',
      'Temporary',
      'Data Protection',
      'Partner Access',
    ]);
    expect((await list('?search=pROXY')).map(({ name }) => name)).toEqual(['Legacy Proxy']);
    expect(await list('?page=4&pageSize=5')).toEqual([]);
  });

  it('have numeric ids and say who made them', async () => {
    await using fixture = await openFixture({ clock: () => 1_800_000_000_500 });
    const { status, body } = await fixture.call('POST', `${ZIA}/ruleLabels`, { name: 'Night Shift', description: 'After ten' });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: 2_610_401,
      name: 'Night Shift',
      description: 'After ten',
      lastModifiedTime: 1_800_000_000,
      lastModifiedBy: { id: 117_900_001, name: 'API Client Secret Authentication' },
      createdBy: { id: 117_900_001, name: 'API Client Secret Authentication' },
      referencedRuleCount: 0,
    });
  });

  it('forget on PUT what is not sent, but not who made them and how many rules carry them', async () => {
    await using fixture = await openFixture();
    const path = `${ZIA}/ruleLabels/2610101`;
    expect((await fixture.call('GET', path)).body).toHaveProperty('description');
    const { status, body } = await fixture.call('PUT', path, { name: 'Renamed' });
    expect([status, body]).toEqual([200, (await fixture.call('GET', path)).body]);
    expect(body).not.toHaveProperty('description');
    expect(body).toMatchObject({ id: 2_610_101, name: 'Renamed', referencedRuleCount: 3, createdBy: { name: 'Mara Quillfeather' } });
  });

  it.each([
    ['a missing name', {}, 400, { code: 'INVALID_INPUT_ARGUMENT', message: 'name cannot be null' }],
    ['a list as body', [], 400, { message: 'Request body is invalid.' }],
    ['a name in use', { name: 'unused' }, 409, { code: 'DUPLICATE_ITEM', message: 'A rule label with this name exists already.' }],
  ])('are refused for %s', async (_what, body, status, error) => {
    await using fixture = await openFixture();
    const created = await fixture.call('POST', `${ZIA}/ruleLabels`, body);
    expect([created.status, created.body]).toEqual([status, error]);
    const updated = await fixture.call('PUT', `${ZIA}/ruleLabels/2610101`, body);
    expect([updated.status, updated.body]).toEqual([status, error]);
    expect((await fixture.call('GET', `${ZIA}/status`)).body).toEqual({ status: 'ACTIVE' });
  });

  it('answer 404 with a code for an id that names nothing', async () => {
    await using fixture = await openFixture();
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status, body } = await fixture.call(method, `${ZIA}/ruleLabels/42`, method === 'PUT' ? { name: 'x' } : undefined);
      expect([status, body]).toEqual([404, { code: 'RESOURCE_NOT_FOUND', message: 'The rule label does not exist.' }]);
    }
  });
});

describe('activation', () => {
  it.each([
    ['a creation', 'POST', '/ruleLabels', { name: 'Night Shift' }],
    ['an update', 'PUT', '/ruleLabels/2610101', { name: 'Night Shift' }],
    ['a deletion', 'DELETE', '/ruleLabels/2610101', undefined],
    ['a change to locations', 'DELETE', '/locations/158800101', undefined],
    ['a change to tunnels', 'DELETE', '/greTunnels/4110001', undefined],
  ])('waits after %s', async (_what, method, path, body) => {
    await using fixture = await openFixture();
    expect((await fixture.call('GET', `${ZIA}/status`)).body).toEqual({ status: 'ACTIVE' });
    expect((await fixture.call(method, `${ZIA}${path}`, body)).status).toBeLessThan(300);
    expect((await fixture.call('GET', `${ZIA}/status`)).body).toEqual({ status: 'PENDING' });
    expect((await fixture.call('POST', `${ZIA}/status/activate`)).body).toEqual({ status: 'ACTIVE' });
    expect((await fixture.call('GET', `${ZIA}/status`)).body).toEqual({ status: 'ACTIVE' });
  });
});

describe('locations', () => {
  it('list eight without sublocations, and the sublocations apart', async () => {
    await using fixture = await openFixture();
    expect((await fixture.call('GET', `${ZIA}/locations`)).body).toHaveLength(8);
    expect((await fixture.call('GET', `${ZIA}/locations/158800101/sublocations`)).body).toMatchObject([
      { name: 'Lantern Quay Harbor Desk' },
    ]);
    expect((await fixture.call('GET', `${ZIA}/locations?search=cold`)).body).toMatchObject([{ name: 'Cold Store North' }]);
  });

  it('give a number beyond 2^53 digit by digit', async () => {
    await using fixture = await openFixture();
    expect((await fixture.call('GET', `${ZIA}/locations/158800107`)).text).toContain('"zpaTenantId":216196257331285825');
  });

  it('have users on the road as a location with a negative id, in the short list only', async () => {
    await using fixture = await openFixture();
    const [first, ...rest] = (await fixture.call('GET', `${ZIA}/locations/lite`)).body as Named[];
    expect([first?.id, first?.name, rest.length]).toEqual([-3, 'Road Warrior', 8]);
  });

  it('need a way for traffic to come in', async () => {
    await using fixture = await openFixture();
    const create = (body: unknown) => fixture.call('POST', `${ZIA}/locations`, body);
    expect((await create({ name: 'Nowhere' })).body).toEqual({
      code: 'INVALID_INPUT_ARGUMENT',
      message: 'a location needs ipAddresses or vpnCredentials',
    });
    expect((await create({ name: 'Nowhere', vpnCredentials: [{ id: 1, type: 'IP' }] })).status).toBe(400);
    expect((await create({ name: 'Nowhere', ipAddresses: ['192.0.2.9'] })).status).toBe(200);
  });

  it('forget on PUT what is not sent', async () => {
    await using fixture = await openFixture();
    const { body } = await fixture.call('PUT', `${ZIA}/locations/158800101`, { name: 'Lantern Quay' });
    expect(body).toMatchObject({ name: 'Lantern Quay', country: 'NONE', tz: 'NOT_SPECIFIED', ofwEnabled: false, profile: 'NONE' });
    expect(body).not.toHaveProperty('ipAddresses');
    expect(body).not.toHaveProperty('description');
  });

  it('leave their group when a record is read, changed and sent back', async () => {
    await using fixture = await openFixture();
    const path = `${ZIA}/locations/158800106`;
    const record = (await fixture.call('GET', path)).body as Record<string, unknown>;
    expect(record).toMatchObject({ dynamiclocationGroups: [{ name: 'Server Traffic Group' }] });
    const { body } = await fixture.call('PUT', path, { ...record, profile: 'NONE' });
    expect(body).not.toHaveProperty('dynamiclocationGroups');
    expect(body).toMatchObject({ id: 158_800_106, ipAddresses: ['203.0.113.40'], profile: 'NONE' });
  });

  it('belong to the group of their profile, and to fixed groups', async () => {
    await using fixture = await openFixture();
    const created = await fixture.call('POST', `${ZIA}/locations`, { name: 'New Quay', profile: 'SERVER', ipAddresses: ['192.0.2.9'] });
    expect(created.body).toMatchObject({ dynamiclocationGroups: [{ id: 24_330_102, name: 'Server Traffic Group' }] });
    const group = await fixture.call('GET', `${ZIA}/locations/groups/24330102`);
    expect((group.body as { locations: Named[] }).locations.map(({ name }) => name)).toEqual([
      'Cold Store North',
      'Old Mill Archive',
      'New Quay',
    ]);
    const headquarters = await fixture.call('GET', `${ZIA}/locations/158800101`);
    expect(headquarters.body).toMatchObject({ staticLocationGroups: [{ id: 66_755_001, name: 'North Sea Offices' }] });
    expect((await fixture.call('GET', `${ZIA}/locations/groups/66755001`)).body).not.toHaveProperty('memberIds');
    expect(((await fixture.call('GET', `${ZIA}/locations/groups`)).body as Named[])[0]?.name).toBe('Corporate User Traffic Group');
    expect(((await fixture.call('GET', `${ZIA}/locations/groups/lite`)).body as Named[])[0]?.name).toBe('Unassigned Locations');
    expect((await fixture.call('GET', `${ZIA}/locations/groups?search=wifi`)).body).toMatchObject([{ name: 'Guest Wifi Group' }]);
  });
});

describe('traffic forwarding', () => {
  it('takes a VPN key and never gives it back', async () => {
    await using fixture = await openFixture();
    const created = await fixture.call('POST', `${ZIA}/vpnCredentials`, {
      type: 'UFQDN',
      fqdn: 'new@harbor-lantern.example',
      preSharedKey: 'hush',
    });
    expect(created.body).toEqual({ id: 158_700_001, type: 'UFQDN', fqdn: 'new@harbor-lantern.example' });
    expect((await fixture.call('GET', `${ZIA}/vpnCredentials`)).text).not.toContain('hush');
    expect((await fixture.call('POST', `${ZIA}/vpnCredentials`, { type: 'IP' })).status).toBe(400);
  });

  it('says so when an address is taken', async () => {
    await using fixture = await openFixture();
    const { status, body } = await fixture.call('POST', `${ZIA}/staticIP`, { ipAddress: '198.51.100.10' });
    expect([status, body]).toEqual([
      409,
      {
        code: 'DUPLICATE_ITEM',
        message: 'Invalid IP inetAddress : - This IP 198.51.100.10 is already associated with current organization.',
      },
    ]);
    expect((await fixture.call('GET', `${ZIA}/staticIP?ipAddress=198.51.100.10`)).body).toHaveLength(1);
  });

  it('makes a tunnel from a static address, a recommended virtual IP and a free range', async () => {
    await using fixture = await openFixture();
    const [primary, , secondary] = (await fixture.call('GET', `${ZIA}/vips/recommendedList?sourceIp=203.0.113.40`)).body as Named[];
    const [range] = (await fixture.call('GET', `${ZIA}/greTunnels/availableInternalIpRanges?limit=1`)).body as { startIPAddress: string }[];
    const tunnel = {
      sourceIp: '203.0.113.40',
      primaryDestVip: { id: primary?.id },
      secondaryDestVip: { id: secondary?.id },
      internalIpRange: range?.startIPAddress,
    };
    const { status, body } = await fixture.call('POST', `${ZIA}/greTunnels`, tunnel);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      primaryDestVip: { city: 'Amsterdam' },
      secondaryDestVip: { city: 'Brussels' },
      internalIpRange: '172.18.56.0',
    });
    const ranges = (await fixture.call('GET', `${ZIA}/greTunnels/availableInternalIpRanges`)).body as { startIPAddress: string }[];
    expect(ranges.map(({ startIPAddress }) => startIPAddress)).not.toContain('172.18.56.0');
    expect((await fixture.call('POST', `${ZIA}/greTunnels`, { ...tunnel, sourceIp: '192.0.2.1' })).status).toBe(400);
  });

  it('finds cities by prefix, place and address', async () => {
    await using fixture = await openFixture();
    expect((await fixture.call('GET', `${ZIA}/region/search?prefix=bru`)).body).toMatchObject([{ cityName: 'Brussels' }]);
    expect((await fixture.call('GET', `${ZIA}/region/byGeoCoordinates?latitude=60&longitude=11`)).body).toMatchObject({ cityName: 'Oslo' });
    expect((await fixture.call('GET', `${ZIA}/region/byIPAddress/192.0.2.1`)).body).toMatchObject({ countryCode: 'NL' });
    expect((await fixture.call('GET', `${ZIA}/region/byIPAddress/nonsense`)).status).toBe(400);
  });
});
