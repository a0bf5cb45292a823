/** Replays recorded answers of GraphQL endpoints: our queries must pass the same variables. */
import { describe, expect, it } from 'vitest';
import { Page, type Tool } from '../../src/tools/index.ts';
import { labelled, linesOf, replay, routeOf, type Line, type ToolRoute } from './replay.ts';

const tools: Readonly<Record<string, string>> = {
  TestFirewall: 'zins_get_firewall_by_action',
  TestSaasSecurity: 'zins_get_casb_app_report',
  TestShadowIT: 'zins_get_shadow_it_apps',
  TestAppCatalog: 'zms_list_app_catalog',
  TestPolicyRules: 'zms_list_policy_rules',
  TestResourceGroups: 'zms_list_resource_groups',
  TestResources: 'zms_list_resources',
  TestTags: 'zms_list_tag_namespaces',
};

const variablesOf = ({ requestBody }: Line) => requestBody!['variables'] as Record<string, unknown>;

function find(line: Line): { tool: Tool; input: Record<string, unknown> } {
  const { startTime, endTime, limit } = variablesOf(line);
  const input = startTime === undefined ? {} : { start_time: startTime, end_time: endTime, limit };
  return routeOf(line, [[/./, tools[line.cassette]!, () => input] satisfies ToolRoute]);
}

/** Where the rows are in a recorded answer. */
function rowsOf({ responseBody }: Line): unknown {
  const { data } = responseBody as { data: Record<string, Record<string, unknown>> };
  const [below] = Object.values(data);
  return below!['nodes'] ?? (Object.values(below!)[0] as { entries: unknown }).entries;
}

const lines = labelled(linesOf('graphql.jsonl'));
const isRefused = ({ responseBody }: Line): boolean => 'errors' in (responseBody as object);

describe('recorded GraphQL answers', () => {
  it('are there in the number that was kept', () => {
    expect(lines).toHaveLength(8);
    expect(lines.filter(isRefused)).toHaveLength(1);
  });

  it.each(lines.filter((line) => !isRefused(line)))('$label', async (line) => {
    const { tool, input } = find(line);
    const { result, asked } = await replay(tool, input, line);
    const given = Object.entries(variablesOf(line)).filter(([, value]) => value !== null);
    const { variables } = JSON.parse(asked.at(-1)!.body) as { variables: unknown };
    expect(variables).toEqual(Object.fromEntries(given));
    expect(result).toBeInstanceOf(Page);
    expect((result as Page).items).toEqual(rowsOf(line));
  });

  it.each(lines.filter(isRefused))('$label, with errors, is a refusal', async (line) => {
    const { tool, input } = find(line);
    await expect(replay(tool, input, line)).rejects.toMatchObject({
      code: 'ERR_CLOUD_ANSWER',
      reason: 'INTERNAL_ERROR',
      message: 'POST /zins/graphql was answered with INTERNAL_ERROR: Something went wrong (at SHADOW_IT.apps.entries)',
    });
  });
});
