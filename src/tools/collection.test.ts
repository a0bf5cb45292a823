import { describe, expect, it } from 'vitest';
import { bindCall, type Send } from './bind-call.ts';
import { catalogue } from './catalogue.ts';

type Request = Parameters<Send>[0];

/** Runs a tool against a cloud that gives these answers in turn. */
async function run(name: string, input: Record<string, unknown>, answers: unknown[] = [null], ids = { customerId: '77' }) {
  const sent: Request[] = [];
  const tool = catalogue.find((candidate) => candidate.name === name)!;
  const call = bindCall(
    tool,
    async (request) => {
      sent.push(request);
      return answers.length > 1 ? answers.shift() : answers[0];
    },
    ids,
  );
  const result = await tool.run(call, tool.parse(input));
  return { result, sent, lines: sent.map(({ method, path }) => `${method} ${path}`) };
}

describe('an update', () => {
  const before = { id: '5', name: 'Old', description: 'Kept', enabled: true, tomorrow: { more: 216196257331285825n } };

  it('reads the record, lays the change over it and sends it whole', async () => {
    const { sent, lines } = await run('zpa_update_segment_group', { group_id: '5', name: 'New' }, [before, null]);
    expect(lines).toEqual([
      'GET /zpa/mgmtconfig/v1/admin/customers/77/segmentGroup/5',
      'PUT /zpa/mgmtconfig/v2/admin/customers/77/segmentGroup/5',
    ]);
    expect(sent[1]?.body).toEqual({ ...before, name: 'New' });
  });

  it('reads and writes in the same microtenant', async () => {
    const { sent } = await run('zpa_update_segment_group', { group_id: '5', enabled: false, microtenant_id: '9' }, [before, null]);
    expect(sent.map(({ query }) => query)).toEqual([{ microtenantId: '9' }, { microtenantId: '9' }]);
    expect(sent[1]?.body).toEqual({ ...before, enabled: false, microtenantId: '9' });
  });

  it('does not start when there is nothing to change', async () => {
    await expect(run('zpa_update_segment_group', { group_id: '5', microtenant_id: '9' })).rejects.toMatchObject({
      code: 'ERR_TOOL_INPUT',
      hint: 'Give at least one of name, enabled, description.',
    });
  });

  it('writes nothing when the record cannot be read', async () => {
    await expect(run('zia_update_rule_label', { label_id: '5', name: 'x' }, ['gone'])).rejects.toMatchObject({ code: 'ERR_CLOUD_ANSWER' });
  });

  it('clears a text that is given empty', async () => {
    const { sent } = await run('zia_update_rule_label', { label_id: '5', description: '' }, [before, before]);
    expect(sent[1]?.body).toMatchObject({ name: 'Old', description: '' });
  });
});

describe('a creation', () => {
  it('uses initial values that an update does not', async () => {
    expect((await run('zpa_create_segment_group', { name: 'A' })).sent[0]?.body).toEqual({ name: 'A', enabled: true });
  });

  it('spreads further fields over the body, in either spelling', async () => {
    const advanced = {
      vpn_credentials: [{ id: 1, pre_shared_key: 'k' }],
      surrogateIP: true,
      surrogate_ip_enforced_for_known_browsers: false,
      ipv6_enabled: true,
    };
    const { sent } = await run('zia_create_location', { name: 'A', ip_addresses: ['192.0.2.1'], advanced });
    expect(sent[0]?.body).toEqual({
      name: 'A',
      ipAddresses: ['192.0.2.1'],
      vpnCredentials: [{ id: 1, preSharedKey: 'k' }],
      surrogateIP: true,
      surrogateIPEnforcedForKnownBrowsers: false,
      ipv6Enabled: true,
    });
  });

  it('refuses two values for one field', async () => {
    await expect(
      run('zia_create_location', { name: 'A', ip_addresses: ['192.0.2.1'], advanced: { ip_addresses: ['192.0.2.2'] } }),
    ).rejects.toMatchObject({
      code: 'ERR_TOOL_INPUT',
      message: 'advanced repeats ipAddresses, which is given as an input as well',
    });
  });
});

describe('an empty answer', () => {
  it('to a delete says what was deleted, and in ZIA that it is staged', async () => {
    expect((await run('zia_delete_rule_label', { label_id: 7 })).result).toEqual({
      success: true,
      message: 'The rule label 7 was deleted. The change is staged: it takes effect with zia_activate_configuration.',
    });
  });
  it('to a question is no news of a change', async () => {
    expect((await run('zia_get_rule_label', { label_id: 7 })).result).toBeNull();
  });
});

describe('ZPA', () => {
  it.each([
    ['Sales', 'name+EQ+Sales'],
    ['name+LIKE+Sa', 'name+LIKE+Sa'],
    ['C++', 'name+EQ+C++'],
  ])('searches for %s as %s', async (search, sent) => {
    expect((await run('zpa_list_segment_groups', { search, page_size: 500 }, [{ list: [] }])).sent[0]?.query).toEqual({
      search: sent,
      pagesize: 500,
    });
  });

  it('says that the customer ID is missing, not the credentials', async () => {
    await expect(run('zpa_list_segment_groups', {}, [null], {} as { customerId: string })).rejects.toMatchObject({
      code: 'ERR_CLOUD_CONFIG',
      message: 'zpa_list_segment_groups needs the customer ID, and none is configured',
      hint: 'Set ZSCALER_CUSTOMER_ID and reload; the credentials are not at fault.',
    });
  });

  it('lets no customer ID lead to another path', async () => {
    expect((await run('zpa_list_segment_groups', {}, [null], { customerId: '../../x?y' })).lines).toEqual([
      'GET /zpa/mgmtconfig/v1/admin/customers/..%2F..%2Fx%3Fy/segmentGroup',
    ]);
    await expect(run('zpa_list_segment_groups', {}, [null], { customerId: '..' })).rejects.toMatchObject({ code: 'ERR_TOOL_INPUT' });
  });
});

describe('what the client is told', () => {
  it('is that a read may be repeated, and the signal of the caller', async () => {
    const tool = catalogue.find(({ name }) => name === 'zia_list_rule_labels')!;
    const { signal } = new AbortController();
    const sent: Request[] = [];
    await bindCall(tool, async (request) => void sent.push(request), {}, signal)('GET /ruleLabels');
    expect(sent[0]).toMatchObject({ isRead: true, signal });
    expect((await run('zia_create_rule_label', { name: 'x' })).sent[0]).toMatchObject({ isRead: false });
  });
});

describe('ZIdentity by name', () => {
  const user = (id: string, loginName: string) => ({ id, loginName, displayName: `D ${loginName}` });
  const found = (...records: unknown[]) => ({ records, results_total: records.length });

  it('looks for the record on the first page, wherever the asked page is', async () => {
    const { lines, sent } = await run('zid_get_group_users_by_name', { name: 'Ops', offset: 100, limit: 50 }, [
      found({ id: 'g1', name: 'Ops' }),
      found(),
    ]);
    expect(lines).toEqual(['GET /ziam/admin/api/v1/groups', 'GET /ziam/admin/api/v1/groups/g1/users']);
    expect(sent.map(({ query }) => query)).toEqual([{ 'name[like]': 'Ops' }, { offset: 100, limit: 50 }]);
  });

  it('takes the exact name among similar ones', async () => {
    const { lines } = await run('zid_get_group_users_by_name', { name: 'ops' }, [
      found({ id: 'g2', name: 'DevOps' }, { id: 'g1', name: 'Ops' }),
      found(),
    ]);
    expect(lines[1]).toContain('/groups/g1/users');
  });

  it('takes the only one found', async () => {
    expect((await run('zid_get_group_users_by_name', { name: 'Dev' }, [found({ id: 'g2', name: 'DevOps' }), found()])).lines[1]).toContain(
      '/groups/g2/users',
    );
  });

  it('takes none of several, and names them', async () => {
    await expect(
      run('zid_get_group_users_by_name', { name: 'op' }, [found({ id: 'g2', name: 'DevOps' }, { id: 'g1', name: 'Ops' })]),
    ).rejects.toMatchObject({
      code: 'ERR_TOOL_INPUT',
      message: '"op" fits more than one group: DevOps (g2), Ops (g1)',
    });
  });

  it('takes none when further pages may hold another', async () => {
    await expect(
      run('zid_get_group_users_by_name', { name: 'op' }, [{ records: [{ id: 'g2', name: 'DevOps' }], results_total: 300 }]),
    ).rejects.toThrow('fits more than one group: DevOps (g2), …');
  });

  it('says when nothing is found', async () => {
    await expect(run('zid_get_user_groups_by_name', { name: 'nobody' }, [found()])).rejects.toThrow(
      'no user is called "nobody", or like it',
    );
  });

  it('searches by address, by login, then by display name', async () => {
    const queries = async (name: string, answers: unknown[]) =>
      (await run('zid_search_users', { name }, answers)).sent.map(({ query }) => query);
    expect(await queries('a@b', [found()])).toEqual([{ 'primaryEmail[like]': 'a@b' }]);
    expect(await queries('ab', [found(user('1', 'ab'))])).toEqual([{ 'loginName[like]': 'ab' }]);
    expect(await queries('ab', [found()])).toEqual([{ 'loginName[like]': 'ab' }, { 'displayName[like]': 'ab' }]);
  });

  it('does not look elsewhere when only the page is past the end', async () => {
    const { sent } = await run('zid_search_users', { name: 'ab', offset: 100 }, [{ records: [], results_total: 3 }]);
    expect(sent).toHaveLength(1);
  });
});
