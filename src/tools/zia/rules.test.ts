import { describe, expect, it } from 'vitest';
import type { Call } from '../define.ts';
import { Page } from '../define.ts';
import type { Tool } from '../tool.ts';
import { policies } from './policies-index.ts';

interface Sent {
  readonly route: string;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** A fake cloud with these answers by route, which echoes the body of a write. */
function cloudWith(answers: Readonly<Record<string, unknown>>): { call: Call; sent: Sent[] } {
  const sent: Sent[] = [];
  const call: Call = (route, parts = {}) => {
    sent.push({ route, ...parts });
    return Promise.resolve(route in answers ? answers[route] : parts.body);
  };
  return { call, sent };
}

function run(name: string, input: Record<string, unknown>, { call }: { call: Call }): Promise<unknown> {
  const tool = policies.find((candidate) => candidate.name === name) as Tool;
  return tool.run(call, tool.parse(input));
}

describe('a new rule', () => {
  it('is in force, comes first and has the lowest rank unless told otherwise', async () => {
    const cloud = cloudWith({});
    await run('zia_create_cloud_firewall_rule', { name: 'Quay', action: 'ALLOW' }, cloud);
    expect(cloud.sent).toEqual([
      {
        route: 'POST /firewallFilteringRules',
        body: { name: 'Quay', action: 'ALLOW', state: 'ENABLED', order: 1, rank: 7 },
      },
    ]);
  });

  it('refers to records by ID, of any size, and to URL categories by word', async () => {
    const cloud = cloudWith({});
    const advanced = {
      src_ip_groups: [11, '12', '216196257331285825', { id: 13 }],
      nwServices: ['14'],
      dest_countries: ['COUNTRY_CA'],
      url_categories: ['OTHER_ADULT_MATERIAL'],
      capture_pcap: true,
      locations: [],
    };
    await run('zia_create_url_filtering_rule', { name: 'Quay', action: 'BLOCK', enabled: false, advanced }, cloud);
    expect(cloud.sent[0]?.body).toMatchObject({
      state: 'DISABLED',
      srcIpGroups: [{ id: 11 }, { id: 12 }, { id: 216_196_257_331_285_825n }, { id: 13 }],
      nwServices: [{ id: 14 }],
      destCountries: ['COUNTRY_CA'],
      urlCategories: ['OTHER_ADULT_MATERIAL'],
      capturePCAP: true,
      locations: [],
    });
  });

  it.each([
    ['zia_create_file_type_control_rule', 'filteringAction'],
    ['zia_create_sandbox_rule', 'baRuleAction'],
    ['zia_create_cloud_firewall_dns_rule', 'action'],
  ])('of %s sends its action as %s', async (name, wire) => {
    const cloud = cloudWith({});
    await run(name, { name: 'Quay', action: 'BLOCK' }, cloud);
    expect(cloud.sent[0]?.body).toEqual({ name: 'Quay', [wire]: 'BLOCK', state: 'ENABLED', order: 1, rank: 7 });
  });

  it.each([
    [{ order: 0 }, /order must be a whole number from 1/],
    [{ rank: 8 }, /rank must be a whole number from 0 to 7/],
    [{ rank: true }, /rank must be/],
  ])('with %j is refused', (input, message) => {
    expect(() => run('zia_create_sandbox_rule', { name: 'Quay', action: 'BLOCK', ...input }, cloudWith({}))).toThrow(message);
  });
});

describe('a changed rule', () => {
  it('keeps what is not mentioned, conditions included', async () => {
    const current = { id: 5, name: 'Quay', order: 3, rank: 2, action: 'ALLOW', state: 'ENABLED', locations: [{ id: 9, name: 'Pier' }] };
    const cloud = cloudWith({ 'GET /firewallDnsRules/5': current });
    await run('zia_update_cloud_firewall_dns_rule', { rule_id: '5', enabled: false }, cloud);
    expect(cloud.sent[1]).toEqual({ route: 'PUT /firewallDnsRules/5', body: { ...current, state: 'DISABLED' } });
  });
});

describe('the action of an SSL inspection rule', () => {
  const former = { type: 'DECRYPT', showEUN: true, decryptSubActions: { ocspCheck: true } };
  const change = async (input: Record<string, unknown>) => {
    const cloud = cloudWith({ 'GET /sslInspectionRules/5': { id: 5, name: 'Quay', action: former } });
    await run('zia_update_ssl_inspection_rule', { rule_id: '5', ...input }, cloud);
    return (cloud.sent[1]!.body as { action: unknown }).action;
  };

  it('is an object on the wire', async () => {
    const cloud = cloudWith({});
    await run('zia_create_ssl_inspection_rule', { name: 'Quay', action: 'DO_NOT_DECRYPT' }, cloud);
    expect(cloud.sent[0]?.body).toMatchObject({ action: { type: 'DO_NOT_DECRYPT' } });
  });

  it('keeps its details while its type stays', async () => {
    expect(await change({ action: 'DECRYPT' })).toEqual(former);
    expect(await change({ name: 'Pier' })).toEqual(former);
  });

  it('loses the details of its former type, and no others, with another type', async () => {
    expect(await change({ action: 'BLOCK' })).toEqual({ type: 'BLOCK', showEUN: true });
  });

  it('may be given whole, with names in snake case', async () => {
    const action = { type: 'DECRYPT', show_eun: false, decrypt_sub_actions: { min_client_tls_version: 'CLIENT_TLS_1_2' } };
    expect(await change({ advanced: { action } })).toEqual({
      type: 'DECRYPT',
      showEUN: false,
      decryptSubActions: { minClientTLSVersion: 'CLIENT_TLS_1_2' },
    });
  });
});

describe('a list that the API does not search', () => {
  const rows = Array.from({ length: 100 }, (_, at) => ({ id: at, name: at === 7 ? 'Quay Seven' : `Rule ${at}` }));

  it('is filtered here by part of the name, case-insensitively, without a search parameter', async () => {
    const cloud = cloudWith({ 'GET /sandboxRules': [{ id: 1, name: 'Quay' }, { id: 2, name: 'Pier' }, { id: 3 }] });
    expect(await run('zia_list_sandbox_rules', { search: 'qUA' }, cloud)).toEqual(new Page({ items: [{ id: 1, name: 'Quay' }] }));
    expect(cloud.sent).toEqual([{ route: 'GET /sandboxRules' }]);
  });

  it('says so when rows may be missing from the search', async () => {
    const found = (await run(
      'zia_list_cloud_firewall_dns_rules',
      { search: 'seven' },
      cloudWith({ 'GET /firewallDnsRules': rows }),
    )) as Page;
    expect(found.items).toEqual([{ id: 7, name: 'Quay Seven' }]);
    expect(found.note).toContain('Only the first 100 rows were searched');
  });
});
