import { describe, expect, it } from 'vitest';
import { openFixture, type Fixture } from '../client.fixture.ts';

const ZIAM = '/ziam/admin/api/v1';

interface Page {
  readonly totalRecord: number;
  readonly next_link?: string;
  readonly prev_link?: string;
  readonly records: readonly { readonly id: string; readonly name?: string; readonly displayName?: string }[];
}

const pageOf = async ({ call }: Fixture, path: string): Promise<Page> => (await call('GET', ZIAM + path)).body as Page;

describe('users', () => {
  it('come in pages by offset and limit, with links to the sign-in host', async () => {
    await using fixture = await openFixture();
    const page = await pageOf(fixture, '/users?limit=10');
    expect(Object.keys(page).sort()).toEqual(['next_link', 'pageOffset', 'pageSize', 'records', 'results_total', 'totalRecord']);
    expect(page).toMatchObject({ pageOffset: 0, pageSize: 10, totalRecord: 30, results_total: 30 });
    expect(page.next_link).toBe('https://harbor-lantern.example/admin/api/v1/users?limit=10&offset=10');
    const last = await pageOf(fixture, '/users?limit=10&offset=20');
    expect(last).not.toHaveProperty('next_link');
    expect(last.prev_link).toBe('https://harbor-lantern.example/admin/api/v1/users?limit=10&offset=10');
    expect(last.records).toHaveLength(10);
    expect(Object.keys(await pageOf(fixture, '/users')).sort()).toEqual(['pageOffset', 'pageSize', 'records', 'totalRecord']);
  });

  it.each([
    ['loginName[like]=MARA', 3],
    ['displayName[like]=saltwick', 10],
    ['primaryEmail[like]=odo.brack', 1],
    ['domainName=harbor-lantern.example', 30],
    ['domainName=elsewhere.example', 0],
    ['idpName=HARBOR_LANTERN_IDP', 24],
    ['loginName[like]=mara&displayName[like]=saltwick', 1],
  ])('are filtered by %s', async (query, count) => {
    await using fixture = await openFixture();
    expect((await pageOf(fixture, `/users?${query}`)).totalRecord).toBe(count);
  });

  it('are created with 201, updated with 200, deleted with 204, and leave their groups', async () => {
    await using fixture = await openFixture();
    const { status, body } = await fixture.call('POST', `${ZIAM}/users`, {
      loginName: 'new@harbor-lantern.example',
      displayName: 'New One',
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: true, source: 'API', department: {}, customAttrsInfo: {}, idp: { name: 'HARBOR_LANTERN_IDP' } });
    const { id } = body as { id: string };
    const path = `${ZIAM}/users/${id}`;
    const put = await fixture.call('PUT', path, { loginName: 'new@harbor-lantern.example' });
    expect(put.status).toBe(200);
    expect(put.body).not.toHaveProperty('displayName');
    expect((await fixture.call('POST', `${ZIAM}/groups/ghdemogrp0001/users/${id}`)).status).toBe(204);
    expect((await pageOf(fixture, `/users/${id}/groups`)).records.map(({ name }) => name)).toEqual(['Administrators']);
    expect((await fixture.call('DELETE', path)).status).toBe(204);
    expect((await pageOf(fixture, '/groups/ghdemogrp0001/users')).totalRecord).toBe(2);
    expect((await fixture.call('GET', path)).status).toBe(404);
  });

  it('need a unique login name', async () => {
    await using fixture = await openFixture();
    expect((await fixture.call('POST', `${ZIAM}/users`, { displayName: 'Nobody' })).body).toMatchObject({
      status: 400,
      detail: 'loginName is required',
    });
    const taken = await fixture.call('POST', `${ZIAM}/users`, { loginName: 'Mara.Quillfeather@harbor-lantern.example' });
    expect(taken.body).toEqual({ type: 'about:blank', title: 'Conflict', status: 409, detail: 'loginName is in use already' });
  });
});

describe('groups', () => {
  it('are six, of which two follow the department', async () => {
    await using fixture = await openFixture();
    expect((await pageOf(fixture, '/groups')).totalRecord).toBe(6);
    for (const yes of ['true', 'True']) expect((await pageOf(fixture, `/groups?excludeDynamicGroups=${yes}`)).totalRecord).toBe(4);
    expect((await pageOf(fixture, '/groups?name[like]=crew')).records.map(({ name }) => name)).toEqual(['Crew']);
  });

  it('know their members, and users their groups', async () => {
    await using fixture = await openFixture();
    const members = await pageOf(fixture, '/groups/ghdemogrp0003/users?limit=2&offset=2');
    expect([members.totalRecord, members.records.length]).toEqual([6, 2]);
    const groups = await pageOf(fixture, `/users/${members.records[0]?.id}/groups`);
    expect(groups.records.map(({ name }) => name)).toContain('Finance');
    expect((await fixture.call('GET', `${ZIAM}/groups/none/users`)).status).toBe(404);
    expect((await fixture.call('DELETE', `${ZIAM}/groups/ghdemogrp0001/users/ihdemouser001`)).status).toBe(204);
    expect((await fixture.call('DELETE', `${ZIAM}/groups/ghdemogrp0001/users/ihdemouser001`)).status).toBe(404);
  });
});
