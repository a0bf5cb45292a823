import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { matcher, selectTools, type Selection } from './select.ts';

const open: Selection = { writeEnabled: true, writeTools: ['*'] };
const offered = (selection: Selection): string[] => selectTools(catalogue, selection).offered.map(({ name }) => name);
const reasonFor = (selection: Selection, name: string): string | undefined =>
  selectTools(catalogue, selection).withheld.find(({ tool }) => tool.name === name)?.reason;
const productsOf = (names: string[]): string[] => [...new Set(names.map((name) => name.replace(/^get_/, '').split('_')[0] ?? ''))];

describe('selectTools', () => {
  it('offers everything, in the order of the catalogue, when nothing is ruled out', () => {
    expect(offered(open)).toEqual(catalogue.map(({ name }) => name));
    expect(selectTools(catalogue, open)).toMatchObject({ withheld: [], warnings: [] });
  });

  it('offers only what reads when nothing is said', () => {
    const { offered: tools, withheld, warnings } = selectTools(catalogue, {});
    expect(tools.every(({ action }) => action === 'read')).toBe(true);
    expect(tools.length + withheld.length).toBe(catalogue.length);
    expect(withheld.map(({ tool }) => tool.name)).toContain('zia_activate_configuration');
    expect(warnings).toEqual([]);
  });

  it.each([
    [{ writeEnabled: true }, 'write tools are switched on, but no pattern names any: none is offered'],
    [{ writeTools: ['zpa_*'] }, 'patterns name write tools, but write tools are switched off: none is offered'],
  ])('opens no write tool for half of the gate: %j', (selection, warning) => {
    const selected = selectTools(catalogue, selection);
    expect(selected.offered.filter(({ action }) => action !== 'read')).toEqual([]);
    expect(selected.warnings).toEqual([warning]);
  });

  it('opens the write tools that both the switch and a pattern allow', () => {
    const names = offered({ writeEnabled: true, writeTools: ['zpa_create_*'] });
    expect(names).toContain('zpa_create_segment_group');
    expect(names).not.toContain('zpa_delete_segment_group');
    expect(reasonFor({ writeEnabled: true, writeTools: ['zpa_create_*'] }, 'zpa_delete_segment_group')).toBe(
      'it changes the tenant, and the list of write tools does not name it',
    );
  });

  it('chooses by product, and blocking wins', () => {
    expect(productsOf(offered({ ...open, products: ['zpa', 'zid'] }))).toEqual(['zpa', 'zid']);
    expect(productsOf(offered({ ...open, products: ['zpa', 'zid'], disabledProducts: ['zid'] }))).toEqual(['zpa']);
    const others = productsOf(offered(open)).filter((product) => product !== 'zia');
    expect(productsOf(offered({ ...open, disabledProducts: [' ZIA '] }))).toEqual(others);
  });

  it('chooses by toolset, and blocking wins', () => {
    expect(offered({ ...open, toolsets: ['zia_admin'] })).toEqual(['zia_get_activation_status', 'zia_activate_configuration']);
    expect(offered({ ...open, toolsets: ['zia_admin'], disabledToolsets: ['zia_admin'] })).toEqual([]);
    expect(offered({ ...open, toolsets: ['zia'] })).toEqual([]);
  });

  it.each(['all', 'default'])('takes "%s" among the toolsets for all of them', (word) => {
    expect(offered({ ...open, toolsets: ['zia_admin', word] })).toHaveLength(catalogue.length);
  });

  it('gives the first reason in the order pattern, product, toolset, write gate', () => {
    const all = { disabledTools: ['zia_*'], products: ['zpa'], toolsets: ['zpa_misc'], writeEnabled: false };
    const name = 'zia_delete_location';
    expect(reasonFor(all, name)).toBe('disabled by the pattern "zia_*"');
    expect(reasonFor({ ...all, disabledTools: [] }, name)).toBe('the product zia is not among the chosen ones');
    expect(reasonFor({ ...all, disabledTools: [], products: [] }, name)).toBe('the toolset zia_locations is not among the chosen ones');
    expect(reasonFor({}, name)).toBe('it changes the tenant, and write tools are off');
  });

  it('names what it does not know, with the nearest that it knows', () => {
    const { warnings } = selectTools(catalogue, {
      products: ['zpaa', 'zdx'],
      disabledProducts: ['nonsense'],
      toolsets: ['zia_location', 'zdx_alerts'],
      disabledToolsets: ['all'],
      disabledTools: ['zia_list_rule_label'],
    });
    expect(warnings).toEqual([
      'the product "zpaa" is unknown, did you mean "zpa"?',
      'the disabled product "nonsense" is unknown and matches nothing',
      'the toolset "zia_location" is unknown, did you mean "zia_locations"?',
      'the disabled toolset "all" is unknown and matches nothing',
      'the disabled-tools pattern "zia_list_rule_label" matches no tool, did you mean "zia_list_rule_labels"?',
    ]);
  });
});

describe('matcher', () => {
  it.each([
    ['zia_*', 'zia_list', true],
    ['zia_*', 'zpa_list', false],
    ['*', '', true],
    ['zia', 'zia_list', false],
    ['list', 'zia_list', false],
    ['z?a_*', 'zpa_x', true],
    ['z?a', 'za', false],
    ['z[ip]a', 'zpa', true],
    ['z[ip]a', 'zda', false],
    ['z[!ip]a', 'zda', true],
    ['z[!ip]a', 'zia', false],
    ['z[a-d]x', 'zdx', true],
    ['ZIA_*', 'zia_x', false],
    ['a.c', 'abc', false],
    ['a[', 'a[', true],
    ['a[]b', 'a[]b', true],
    ['a[]]b', 'a]b', true],
    ['a[^b]c', 'a^c', true],
    ['a[z-a]c', 'abc', false],
    ['(a|b)+$', 'a', false],
  ])('matches %s with %s: %s', (pattern, name, wanted) => {
    expect(matcher(pattern)(name)).toBe(wanted);
  });
});
