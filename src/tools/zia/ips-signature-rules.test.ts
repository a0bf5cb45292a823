import { describe, expect, it } from 'vitest';
import type { Call } from '../define.ts';
import tools from './ips-signature-rules.ts';

const tool = (verb: string) => tools.find(({ name }) => name === `zia_${verb}_ips_signature_rule`)!;
const input = { name: 'Rogue crane', rule_text: 'alert tcp any any -> any 80 (content:"<crane>"; sid:1;)' };

const present = { id: 1, name: input.name, ruleText: input.rule_text, description: 'Kept' };

/** An Error given as the verdict is thrown. */
async function run(verb: string, given: Record<string, unknown>, verdict: unknown): Promise<{ result: unknown; sent: unknown[] }> {
  const sent: unknown[] = [];
  const call: Call = (route, { body } = {}) => {
    sent.push(body === undefined ? route : [route, body]);
    if (!route.endsWith('validateRuleText')) return Promise.resolve(body ?? present);
    return verdict instanceof Error ? Promise.reject(verdict) : Promise.resolve(verdict);
  };
  const result = await tool(verb)
    .run(call, tool(verb).parse(given))
    .catch((error: unknown) => error);
  return { result, sent };
}

describe('an IPS signature', () => {
  it('is created once the API has accepted its text', async () => {
    const { sent } = await run('create', input, { status: 0, errMsg: '' });
    expect(sent).toEqual([
      ['POST /ipsSignatureRules/validateRuleText', { ruleText: input.rule_text }],
      ['POST /ipsSignatureRules', { name: input.name, ruleText: input.rule_text }],
    ]);
  });

  it.each([
    [{ status: 1, errMsg: 'missing sid', errSuggestion: 'Add a sid.' }, /rule_text: missing sid/],
    [{ status: 0, errMsg: 'missing sid' }, /rule_text: missing sid/],
    [{ status: 3 }, /rule_text: status 3/],
  ])('is not created after %j', async (verdict, message) => {
    const { result, sent } = await run('create', input, verdict);
    expect(result).toMatchObject({ code: 'ERR_TOOL_INPUT', message: expect.stringMatching(message) as string });
    expect((result as { hint: string }).hint).toContain('Nothing was created');
    expect(sent).toHaveLength(1);
  });

  it('is not created when its text cannot be checked, and says so', async () => {
    const { result, sent } = await run('create', input, new Error('busy'));
    expect(result).toMatchObject({ message: 'Checking the rule_text failed: busy. Nothing was changed before it.' });
    expect(sent).toHaveLength(1);
  });

  it('keeps its description and its text, character by character, when its name is changed', async () => {
    const { sent } = await run('update', { rule_id: '1', name: 'Winch' }, undefined);
    expect(sent).toEqual(['GET /ipsSignatureRules/1', ['PUT /ipsSignatureRules/1', { ...present, name: 'Winch' }]]);
  });
});
