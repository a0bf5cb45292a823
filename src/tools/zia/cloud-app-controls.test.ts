import { describe, expect, it } from 'vitest';
import { runTool } from '../run-tool.fixture.ts';

const path = '/zia/api/v1/webApplicationRules/WEBMAIL';

describe('cloud app control', () => {
  it('keeps the names of actions, which the API returns as strings', async () => {
    const { sent, result } = await runTool('zia_list_cloud_app_control_actions', { rule_type: 'WEBMAIL' }, [['ALLOW_WEBMAIL_VIEW']]);
    expect(sent).toMatchObject([{ method: 'POST', path: `${path}/availableActions`, body: { cloudApps: [] }, isRead: true }]);
    expect(result).toMatchObject({ items: ['ALLOW_WEBMAIL_VIEW'] });
  });

  it('sends the action as the list that the API expects', async () => {
    const input = {
      rule_type: 'WEBMAIL',
      name: 'Read only',
      action: 'ALLOW_WEBMAIL_VIEW, ALLOW_WEBMAIL_SEND',
      advanced: { tenancy_profile_ids: ['7'], applications: ['GULLMAIL'] },
    };
    const { sent } = await runTool('zia_create_cloud_app_control_rule', input, [{ id: 1 }]);
    expect(sent).toMatchObject([{ method: 'POST', path }]);
    expect(sent[0]?.body).toEqual({
      name: 'Read only',
      actions: ['ALLOW_WEBMAIL_VIEW', 'ALLOW_WEBMAIL_SEND'],
      state: 'ENABLED',
      order: 1,
      rank: 7,
      tenancyProfileIds: [{ id: 7 }],
      applications: ['GULLMAIL'],
    });
  });

  it('keeps name and conditions in an update, which the API would refuse or forget', async () => {
    const before = { id: 1, name: 'Read only', type: 'WEBMAIL', actions: ['ALLOW_WEBMAIL_VIEW'], applications: ['GULLMAIL'] };
    const { lines, sent } = await runTool('zia_update_cloud_app_control_rule', { rule_type: 'WEBMAIL', rule_id: '1', description: 'New' }, [
      before,
      null,
    ]);
    expect(lines).toEqual([`GET ${path}/1`, `PUT ${path}/1`]);
    expect(sent[1]?.body).toEqual({ ...before, description: 'New' });
  });

  it.each(['../x', '..', 'a/b'])('takes no rule type that leads elsewhere: %s', async (rule_type) => {
    const { sent, error } = await runTool('zia_list_cloud_app_control_rules', { rule_type }, [[]]);
    expect(sent).toEqual([]);
    expect(error).toMatchObject({ code: 'ERR_TOOL_INPUT' });
  });
});

describe('web DLP rules', () => {
  it('are searched by name here, since the API does not', async () => {
    for (const name of ['zia_list_web_dlp_rules', 'zia_list_web_dlp_rules_lite']) {
      const { sent, result } = await runTool(name, { search: 'CARD' }, [[{ name: 'Card numbers' }, { name: 'Plans' }]]);
      expect(sent[0]?.query).toBeUndefined();
      expect(result).toMatchObject({ items: [{ name: 'Card numbers' }] });
    }
  });

  it('refer to engines and people by ID', async () => {
    const { sent } = await runTool(
      'zia_create_web_dlp_rule',
      { name: 'Cards', action: 'BLOCK', advanced: { dlp_engines: [61], excluded_users: ['5'], auditor: { id: 4 } } },
      [{}],
    );
    expect(sent[0]?.body).toMatchObject({ action: 'BLOCK', dlpEngines: [{ id: 61 }], excludedUsers: [{ id: 5 }], auditor: { id: 4 } });
  });
});

describe('DLP dictionaries and engines', () => {
  const dlp = '/zia/api/v1';
  it.each([
    ['get_zia_dlp_dictionaries', {}, 'dlpDictionaries', undefined],
    ['get_zia_dlp_dictionaries', { search: 'card' }, 'dlpDictionaries', { search: 'card' }],
    ['get_zia_dlp_dictionaries', { dict_id: '7' }, 'dlpDictionaries/7', undefined],
    ['get_zia_dlp_dictionaries', { action: 'read_lite', dict_id: '7', search: 'x' }, 'dlpDictionaries/lite', undefined],
    ['get_zia_dlp_engines', { search: 'card' }, 'dlpEngines', undefined],
    ['get_zia_dlp_engines', { engine_id: '7' }, 'dlpEngines/7', undefined],
    ['get_zia_dlp_engines', { action: 'read_lite' }, 'dlpEngines/lite', undefined],
  ])('%s asks with %j for %s', async (name, input, tail, query) => {
    const { sent } = await runTool(name, input, [[]]);
    expect(sent).toMatchObject([{ method: 'GET', path: `${dlp}/${tail}` }]);
    expect(sent[0]?.query).toEqual(query);
  });
});
