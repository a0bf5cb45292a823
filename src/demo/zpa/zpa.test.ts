import { describe, expect, it } from 'vitest';
import { openFixture, type Fixture } from '../client.fixture.ts';

interface List {
  readonly totalPages: string;
  readonly totalCount: string;
  readonly list: readonly { readonly id: string; readonly name: string }[];
}

const listOf = async ({ call, segmentGroups }: Fixture, query = ''): Promise<List> =>
  (await call('GET', segmentGroups + query)).body as List;

describe('segment groups', () => {
  it('give 20 of 26 without a page size, with totals as strings', async () => {
    await using fixture = await openFixture();
    const first = await listOf(fixture);
    expect([first.totalPages, first.totalCount, first.list.length]).toEqual(['2', '26', 20]);
    const second = await listOf(fixture, '?page=2');
    expect(second.list.map(({ name }) => name)).toEqual([
      'Training',
      'Legacy Mainframe',
      'Printing',
      'Visitor Registration',
      'Security Operations',
      'Disaster Recovery',
    ]);
    const all = await listOf(fixture, '?pagesize=500');
    expect([all.totalPages, all.list.length]).toEqual(['1', 26]);
    // Other services spell it `pageSize`.
    expect((await listOf(fixture, '?pageSize=500')).list).toHaveLength(20);
  });

  it('never give more than 500', async () => {
    await using fixture = await openFixture();
    for (let at = 0; at < 480; at += 1) await fixture.call('POST', fixture.segmentGroups, { name: `Group ${at}` });
    const { list, totalPages, totalCount } = await listOf(fixture, '?pagesize=100000');
    expect([list.length, totalPages, totalCount]).toEqual([500, '2', '506']);
  });

  it('are searched by a value that contains plus signs', async () => {
    await using fixture = await openFixture();
    const names = async (search: string) => (await listOf(fixture, `?search=${encodeURIComponent(search)}`)).list.map(({ name }) => name);
    expect(await names('name+EQ+Payroll')).toEqual(['Payroll']);
    expect(await names('name+EQ+Pay')).toEqual([]);
    expect(await names('name+LIKE+pay')).toEqual(['Payroll']);
    expect(await names('data')).toEqual(['Data Warehouse']);
    const unknown = await fixture.call('GET', `${fixture.segmentGroups}?search=${encodeURIComponent('name+IS+Payroll')}`);
    expect([unknown.status, unknown.body]).toEqual([
      400,
      { params: ['search'], id: 'invalid.resource.argument', reason: 'One or more input fields search are not valid.' },
    ]);
  });

  it('are created with 201 and a string ID, updated with 204 and deleted with 204, both without a body', async () => {
    await using fixture = await openFixture();
    const made = await fixture.call('POST', fixture.segmentGroups, { name: 'Pilots', description: 'Ours', enabled: false });
    expect(made.status).toBe(201);
    const { id } = made.body as { id: string };
    expect(id).toBe('144115188076100001');
    const path = `${fixture.segmentGroups}/${id}`;
    const put = await fixture.call('PUT', path.replace('/v1/', '/v2/'), { name: 'Harbor Pilots' });
    expect([put.status, put.text, put.headers.get('content-type')]).toEqual([204, '', null]);
    const { body } = await fixture.call('GET', path);
    expect(body).toMatchObject({ id, name: 'Harbor Pilots', enabled: true, microtenantName: 'Default' });
    expect(body).not.toHaveProperty('description');
    const deleted = await fixture.call('DELETE', path);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    const gone = await fixture.call('GET', path);
    expect([gone.status, gone.body]).toEqual([404, { id: 'resource.not.found', reason: 'The requested resource was not found.' }]);
  });

  it('keep their applications through a PUT and cannot be deleted while they have some', async () => {
    await using fixture = await openFixture();
    const path = `${fixture.segmentGroups}/144115188075991001`;
    await fixture.call('PUT', path, { name: 'Booking' });
    expect((await fixture.call('GET', path)).body).toMatchObject({ name: 'Booking', applications: [{}, {}, {}] });
    const refused = await fixture.call('DELETE', path);
    expect([refused.status, refused.body]).toMatchObject([400, { id: 'resource.in.use', params: ['id'] }]);
  });

  it.each([
    ['no name', {}, 'invalid.resource.argument', ['name']],
    ['a name that is null', { name: null }, 'invalid.resource.argument', ['name']],
    ['a switch that is not a boolean', { name: 'x', enabled: 'yes' }, 'invalid.resource.argument', ['enabled']],
    ['a name in use', { name: 'payroll' }, 'invalid.name.unique', ['name']],
  ])('are refused for %s', async (_what, body, id, params) => {
    await using fixture = await openFixture();
    for (const [method, path] of [
      ['POST', ''],
      ['PUT', '/144115188075991001'],
    ] as const) {
      const reply = await fixture.call(method, fixture.segmentGroups + path, body);
      expect(reply.status).toBe(400);
      expect(reply.body).toEqual({ params, id, reason: expect.any(String) });
    }
  });

  it('of a microtenant are returned only to requests that name it', async () => {
    await using fixture = await openFixture();
    const microtenant = '?microtenantId=144115188075990801';
    const { list } = await listOf(fixture, microtenant);
    expect(list.map(({ name }) => name)).toEqual(['Sensor Prototypes', 'Autonomous Crane']);
    expect(list[0]).toMatchObject({ microtenantId: '144115188075990801', microtenantName: 'Tidepool Labs' });
    const path = `${fixture.segmentGroups}/${list[0]?.id}`;
    expect((await fixture.call('GET', path)).status).toBe(404);
    expect((await fixture.call('GET', path + microtenant)).status).toBe(200);
    expect((await fixture.call('GET', `${fixture.segmentGroups}?microtenantId=1`)).body).toMatchObject({ params: ['microtenantId'] });
  });

  it('belong to one customer', async () => {
    await using fixture = await openFixture();
    const reply = await fixture.call('GET', '/zpa/mgmtconfig/v1/admin/customers/1/segmentGroup');
    expect([reply.status, reply.body]).toMatchObject([400, { params: ['customerId'] }]);
    expect((await fixture.call('GET', fixture.segmentGroups.replace('/v1/', '/v3/'))).status).toBe(404);
  });
});

describe('a PUT', () => {
  /** Recorded: the fields that each kind clears, and those it keeps, when only a name is sent. */
  it.each([
    ['server', { address: '198.51.100.9', description: 'Lost' }, ['description'], ['address']],
    [
      'appConnectorGroup',
      { description: 'Kept', location: 'Kept', latitude: '1', longitude: '2', countryCode: 'DE', cityCountry: 'X, DE' },
      ['latitude', 'longitude', 'countryCode', 'cityCountry'],
      ['description', 'location', 'versionProfileId', 'upgradeDay'],
    ],
  ])('with a name alone makes a %s forget', async (kind, fields, lost, kept) => {
    await using fixture = await openFixture();
    const path = fixture.segmentGroups.replace('segmentGroup', kind);
    const { id } = (await fixture.call('POST', path, { name: 'One', ...fields })).body as { id: string };
    expect((await fixture.call('PUT', `${path}/${id}`, { name: 'Two' })).status).toBe(204);
    const { body } = await fixture.call('GET', `${path}/${id}`);
    for (const field of lost) expect(body).not.toHaveProperty(field);
    for (const field of ['name', ...kept]) expect(body).toHaveProperty(field);
  });

  it('belongs to the microtenant that it names', async () => {
    await using fixture = await openFixture();
    const path = fixture.segmentGroups.replace('segmentGroup', 'server');
    const inTidepool = '?microtenantId=144115188075990801';
    const { id } = (await fixture.call('POST', path + inTidepool, { name: 'One', address: '198.51.100.9' })).body as { id: string };
    expect((await fixture.call('PUT', `${path}/${id}`, { name: 'Two' })).status).toBe(404);
    expect((await fixture.call('PUT', `${path}/${id}${inTidepool}`, { name: 'Two' })).status).toBe(204);
  });
});

describe('what is in use', () => {
  it.each([
    ['serverGroup', '144115188075950001'],
    ['appConnectorGroup', '144115188075930001'],
    ['server', '144115188075960001'],
    ['serviceEdgeGroup', '144115188075970001'],
  ])('cannot be deleted: %s', async (kind, id) => {
    await using fixture = await openFixture();
    const reply = await fixture.call('DELETE', fixture.segmentGroups.replace('segmentGroup', `${kind}/${id}`));
    expect([reply.status, reply.body]).toMatchObject([400, { id: 'resource.in.use' }]);
  });
});

describe('SCIM groups', () => {
  it('have numeric IDs and totals, and an identity provider beyond 2^53 without rounding', async () => {
    await using fixture = await openFixture();
    const base = `/zpa/userconfig/v1/customers/${fixture.tenant.credentials.customerId}/scimgroup/idpId`;
    const { text, body } = await fixture.call('GET', `${base}/144115188075285829`);
    expect(body).toMatchObject({ totalPages: 1, totalCount: 6 });
    expect(text).toContain('"idpId":144115188075285829,"idpGroupId":null');
    expect((await fixture.call('GET', `${base}/7`)).body).toMatchObject({ params: ['idpId'] });
  });
});
