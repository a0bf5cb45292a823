import { describe, expect, it } from 'vitest';
import { catalogue } from '../catalogue.ts';
import { selectTools, type Selection } from '../select.ts';
import { createGuide, type Guide } from './guide.ts';
import { Enabled } from './enabled.ts';
import { searchTools } from './search.ts';

interface Told {
  readonly key: string;
  changes: number;
  listChanged: () => void;
}

function caller(key: string): Told {
  const told: Told = { key, changes: 0, listChanged: () => void told.changes++ };
  return told;
}

describe('what a caller enabled', () => {
  it('ends after an hour in which it asks for nothing, in the next generation too', () => {
    let now = 0;
    const enabled = new Enabled([['saved', ['zia_devices']]], () => now);
    enabled.add('one', ['zia_rule_labels']);
    for (let hours = 1; hours <= 3; hours += 1) {
      now += 3_599_999;
      expect([...enabled.of('one')]).toEqual(['zia_rule_labels']);
    }
    expect(enabled.save().map(([name]) => name)).toEqual(['one']);
    expect([...enabled.of('saved')]).toEqual([]);
    now += 3_600_000;
    expect([enabled.save(), [...enabled.of('one')]]).toEqual([[], []]);
    expect(enabled.add('one', ['zia_devices'])).toBe(true);
    expect([...enabled.of('one')]).toEqual(['zia_devices']);
  });

  it('is said to be shared where callers cannot be told apart', () => {
    const { guide } = open();
    const enable = (isShared: boolean) =>
      (guide.run('zscaler_enable_toolset', { toolsets: ['zia_devices'] }, { ...caller('x'), isShared }) as { note: string }).note;
    expect(enable(false)).not.toContain('share');
    expect(enable(true)).toContain('All who call this server without a session and without credentials share one list');
  });
});

function open(selection: Selection = { toolsets: ['discover'] }): { guide: Guide; enabled: Enabled } {
  const enabled = new Enabled();
  return { guide: createGuide(selectTools(catalogue, selection).offered, selection, enabled), enabled };
}

describe('searching', () => {
  it.each([
    ['list rule labels', 'zia_list_rule_labels'],
    ['firewall rules', 'zia_list_cloud_firewall_rules'],
    ['delete application segment', 'zpa_delete_application_segment'],
    ['url category', 'zia_list_url_categories'],
    ['lookalike', 'zeasm_list_lookalike_domains'],
    ['score of an application', 'zdx_get_application_score'],
    ['sim data usage', 'zcell'],
    ['groups of a user in zidentity', 'zid'],
    ['find a user', 'zid_search_users'],
    ['block a URL', 'zia_add_atp_malicious_urls'],
    ['block a website for everybody', 'zia_create_url_filtering_rule'],
    ['add url to category', 'zia_add_urls_to_category'],
    ['look up the category of a url', 'zia_url_lookup'],
    ['publish pending changes', 'zia_activate_configuration'],
    ['create an application segment', 'zpa_create_application_segment'],
    ['who can access an application', 'zpa_list_access_policy_rules'],
    ['change a DLP rule', 'zia_update_web_dlp_rule'],
    ['rules that stop confidential data from leaking', 'zia_list_web_dlp_rules'],
    ['why is the network slow for a user', 'zdx_'],
    ['why does a device have a bad experience', 'zdx_'],
    ['poor application score', 'zdx_list_applications'],
    ['certificates that expire soon', 'zpa_list_ba_certificates'],
    ['which sites are not decrypted', 'zia_list_ssl_inspection_rules'],
    ['stop decryption of a website', 'zia_list_ssl_inspection_rules'],
    ['vpn tunnels of our offices', 'zia_list_gre_tunnels'],
    ['one-time password to uninstall the client', 'zcc_get_device_otp'],
    ['vulnerabilities exposed to the internet', 'zeasm_list_findings'],
    ['how much data did sims use in france', 'zcell_list_sim_usage_by_country'],
    ['shadow it applications in use', 'zins_get_shadow_it_apps'],
    ['which workloads are not protected', 'zms_'],
    ['rdp to a server through a portal', 'zpa_'],
    ['enroll a new connector', 'zpa_create_provisioning_key'],
    ['software installed on laptops', 'zdx_list_software'],
    ['security incidents by location', 'zins_get_cyber_incidents_by_location'],
    ['remove a firewall rule', 'zia_delete_cloud_firewall_rule'],
    ['hash of a file in the sandbox', 'zia_get_sandbox'],
  ])('%j finds %s among the first five', (query, name) => {
    expect(searchTools(catalogue, query, 5).some((tool) => tool.name.startsWith(name))).toBe(true);
  });

  it('finds it also where the tenant may only be read', () => {
    const { offered } = selectTools(catalogue, {});
    expect(searchTools(offered, 'delete a rule label', 3)[0]?.name).toMatch(/rule_label/);
  });

  it('puts the tool first whose name is the query', () => {
    for (const { name } of catalogue.filter((_, at) => at % 7 === 0))
      expect(
        searchTools(catalogue, name.replaceAll('_', ' '), 3).map((tool) => tool.name),
        name,
      ).toContain(name);
  });

  it('finds nothing for nonsense, and something for a part of what was meant', () => {
    expect(searchTools(catalogue, 'xyzzy', 10)).toEqual([]);
    for (const word of ['constructor', 'toString', '__proto__', 'hasOwnProperty valueOf'])
      expect(() => searchTools(catalogue, `${word} ${word.toLowerCase()}`, 10)).not.toThrow();
    expect(searchTools(catalogue, 'xyzzy labels', 10).length).toBeGreaterThan(0);
    expect(searchTools(catalogue, '*** the of', 10)).toEqual([]);
  });
});

describe('the tools about the tools', () => {
  it('list what a configuration allows, and nothing else', () => {
    const { guide } = open({ toolsets: ['discover'], products: ['zia'], disabledToolsets: ['zia_dlp'] });
    const { items: toolsets } = guide.run('zscaler_list_toolsets', {}, caller('a')) as {
      items: { toolset: string; service: string; enabled: boolean }[];
    };
    expect(new Set(toolsets.map(({ service }) => service))).toEqual(new Set(['zia']));
    expect(toolsets.map(({ toolset }) => toolset)).not.toContain('zia_dlp');
    expect(toolsets.every(({ enabled }) => !enabled)).toBe(true);
  });

  it('neither find, describe nor enable what is withheld', () => {
    const { guide } = open({ toolsets: ['discover'], disabledToolsets: ['zia_dlp'], disabledTools: ['zia_get_rule_label'] });
    const found = guide.run('zscaler_search_tools', { query: 'dlp dictionary' }, caller('a')) as {
      items: { toolset: string; action: string }[];
    };
    expect(found.items.filter(({ toolset, action }) => toolset === 'zia_dlp' || action !== 'read')).toEqual([]);
    expect(() => guide.run('zscaler_describe_tool', { name: 'zia_get_rule_label' }, caller('a'))).toThrow('there is no tool');
    expect(() => guide.run('zscaler_describe_tool', { name: 'zia_create_rule_label' }, caller('a'))).toThrow('there is no tool');
    expect(() => guide.run('zscaler_enable_toolset', { toolsets: ['zia_dlp'] }, caller('a'))).toThrow('nothing was enabled');
  });

  it('enable for one caller, who is told; once', () => {
    const { guide, enabled } = open();
    const [one, other] = [caller('one'), caller('other')];
    const first = guide.run('zscaler_enable_toolset', { toolsets: ['zia_rule_labels'] }, one) as { tools: string[] };
    expect(first.tools).toEqual(['zia_list_rule_labels', 'zia_get_rule_label']);
    guide.run('zscaler_enable_toolset', { toolsets: ['ZIA_rule_labels'] }, one);
    expect([one.changes, other.changes]).toEqual([1, 0]);
    expect([[...enabled.of('one')], [...enabled.of('other')]]).toEqual([['zia_rule_labels'], []]);
    expect(new Enabled(enabled.save()).of('one')).toEqual(new Set(['zia_rule_labels']));
  });

  it('refuse an unknown toolset with the nearest, and enable none of those beside it', () => {
    const { guide, enabled } = open();
    expect(() => guide.run('zscaler_enable_toolset', { toolsets: ['zia_locations', 'zia_rule_label'] }, caller('a'))).toThrow(
      /did you mean "zia_rule_labels"/,
    );
    expect(enabled.of('a').size).toBe(0);
  });

  it('describe a tool with its schema, and name the nearest of one that is not', () => {
    const { guide } = open();
    expect(guide.run('zscaler_describe_tool', { name: 'zia_list_rule_labels' }, caller('a'))).toMatchObject({
      name: 'zia_list_rule_labels',
      action: 'read',
      enabled: false,
      inputSchema: { type: 'object' },
    });
    expect(() => guide.run('zscaler_describe_tool', { name: 'zia_list_rule_lables' }, caller('a'))).toThrow(
      'did you mean "zia_list_rule_labels"',
    );
  });

  it('have nothing to enable where everything is seen', () => {
    const { guide } = open({});
    const told = caller('a');
    expect(guide.run('zscaler_enable_toolset', { toolsets: ['zia_rule_labels'] }, told)).toMatchObject({ note: 'You saw these already.' });
    expect([guide.listed, told.changes]).toEqual([null, 0]);
  });

  it('can be disabled like any other tool', () => {
    expect([...open({ disabledTools: ['zscaler_*'] }).guide.tools.keys()]).toEqual([]);
  });

  it('forget who enabled nothing for longest', () => {
    const enabled = new Enabled();
    for (let number = 0; number <= 10_000; number++) enabled.add(`caller ${number}`, ['zia_dlp']);
    expect([enabled.of('caller 0').size, enabled.of('caller 1').size, enabled.of('caller 10000').size]).toEqual([0, 1, 1]);
  });
});
