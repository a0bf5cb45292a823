import { describe, expect, it } from 'vitest';
import { runTool } from '../run-tool.fixture.ts';
import { conditions, toWritten } from './policy-conditions.ts';

const apps = { operator: 'OR', operands: [{ objectType: 'APP', values: ['1', '2'] }] };
const groups = { operator: 'OR', operands: [{ objectType: 'SCIM_GROUP', entryValues: [{ lhs: 'idp', rhs: 'group' }] }] };

describe('conditions', () => {
  it.each([
    ['the form that is written', [apps, groups]],
    [
      'snake case and small letters',
      [
        { operator: 'or', operands: [{ object_type: 'app', values: ['1', '2'] }] },
        { operands: [{ object_type: 'scim_group', entry_values: [{ lhs: 'idp', rhs: 'group' }] }] },
      ],
    ],
    [
      'the form that is read, one operand a value',
      [
        {
          id: '7',
          operator: 'OR',
          negated: false,
          operands: [
            { id: '8', objectType: 'APP', lhs: 'id', rhs: '1' },
            { objectType: 'APP', lhs: 'id', rhs: '2' },
          ],
        },
        { operator: 'OR', operands: [{ objectType: 'SCIM_GROUP', lhs: 'idp', rhs: 'group', idpName: 'shown only' }] },
      ],
    ],
    [
      'the pairs of the Python server',
      [
        ['app', ['1', '2']],
        ['scim_group', [['idp', 'group']]],
      ],
    ],
    ['JSON text', JSON.stringify([apps, groups])],
  ])('are taken in %s', (_, given) => {
    expect(conditions.read(given)).toEqual([apps, groups]);
  });

  it('keep their operator, their negation and the order of their types', () => {
    const read = {
      operator: 'AND',
      negated: true,
      operands: [
        { objectType: 'POSTURE', lhs: 'a', rhs: 'true' },
        { objectType: 'PLATFORM', lhs: 'linux', rhs: 'true' },
        { objectType: 'POSTURE', lhs: 'b', rhs: 'false' },
      ],
    };
    expect(toWritten(read)).toEqual({
      operator: 'AND',
      negated: true,
      operands: [
        {
          objectType: 'POSTURE',
          entryValues: [
            { lhs: 'a', rhs: 'true' },
            { lhs: 'b', rhs: 'false' },
          ],
        },
        { objectType: 'PLATFORM', entryValues: [{ lhs: 'linux', rhs: 'true' }] },
      ],
    });
  });

  it('keep IDs beyond 2^53 of JSON text digit by digit', () => {
    expect(conditions.read('[["scim_group", [[216196257331285825, 3251059]]]]')).toEqual([
      { operator: 'OR', operands: [{ objectType: 'SCIM_GROUP', entryValues: [{ lhs: 216196257331285825n, rhs: 3251059 }] }] },
    ]);
  });

  it.each([
    ['no list', { operator: 'OR' }],
    ['no JSON', '[{'],
    ['an operator that does not exist', [{ ...apps, operator: 'XOR' }]],
    ['no operands', [{ operator: 'OR', operands: [] }]],
    ['an operand without a type', [{ operands: [{ values: ['1'] }] }]],
    ['an operand without values', [{ operands: [{ objectType: 'APP', values: [] }] }]],
    ['half an entry', [{ operands: [{ objectType: 'SCIM_GROUP', entryValues: [{ lhs: 'idp' }] }] }]],
    ['one bad among good ones', [apps, null]],
    ['a pair without values', [['app', []]]],
  ])('are refused for %s', (_, given) => {
    expect(conditions.read(given)).toBeUndefined();
  });
});

describe('an update of a rule', () => {
  it('writes nothing when the present conditions cannot be written back', async () => {
    const rule = {
      id: '5',
      name: 'Old',
      action: 'ALLOW',
      conditions: [{ operator: 'OR', operands: [{ objectType: 'NEW', something: 'else' }] }],
    };
    const { error, lines } = await runTool('zpa_update_access_policy_rule', { rule_id: '5', name: 'New' }, [{ id: 'set' }, rule]);
    expect(error).toMatchObject({ code: 'ERR_CLOUD_ANSWER', hint: expect.stringContaining('nothing was changed') as string });
    expect(lines).toHaveLength(2);
  });

  it('replaces conditions that cannot be written back with the ones given', async () => {
    const rule = { id: '5', name: 'Old', conditions: [{ operator: 'OR', operands: [{ objectType: 'NEW' }] }] };
    const { sent } = await runTool('zpa_update_access_policy_rule', { rule_id: '5', conditions: [apps] }, [{ id: 'set' }, rule, null]);
    expect(sent[2]?.body).toEqual({ ...rule, conditions: [apps] });
  });

  it('does not add the client type twice to an isolation rule, and requires a profile to isolate', async () => {
    const browser = { operator: 'OR', operands: [{ objectType: 'CLIENT_TYPE', lhs: 'id', rhs: 'zpn_client_type_exporter' }] };
    const rule = { id: '5', action: 'ISOLATE', zpnIsolationProfileId: 'p', conditions: [browser] };
    const { sent } = await runTool('zpa_update_isolation_policy_rule', { rule_id: '5', conditions: [apps] }, [{ id: 'set' }, rule, null]);
    expect(sent[2]?.body).toMatchObject({ conditions: [apps, { operands: [{ values: ['zpn_client_type_exporter'] }] }] });
    const renamed = await runTool('zpa_update_isolation_policy_rule', { rule_id: '5', name: 'New' }, [{ id: 'set' }, rule, null]);
    expect(renamed.sent[2]?.body).toHaveProperty('conditions.length', 1);
    const { error } = await runTool('zpa_create_isolation_policy_rule', { name: 'N', action_type: 'isolate' }, [{ id: 'set' }]);
    expect(error).toMatchObject({ code: 'ERR_TOOL_INPUT', message: expect.stringContaining('zpn_isolation_profile_id') as string });
  });
});
