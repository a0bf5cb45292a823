import { expect, it } from 'vitest';
import { tellWhileWaiting, type RunningCall } from './waiting.ts';

it('says every time what is waited for, until the wait is over', async () => {
  const { promise: work, resolve: end } = Promise.withResolvers<string>();
  const label = { tool: 'zia_list_rule_labels', forMs: 1_200 };
  const group = { tool: 'zpa_list_segment_groups', forMs: 11_700 };
  const rounds: RunningCall[][] = [[label, group], [label], []];
  const lines: string[] = [];
  const info = (_: object, message: string) => {
    lines.push(message);
    if (lines.length === 3) end('done');
  };
  expect(await tellWhileWaiting(work, { info }, () => rounds.shift() ?? [], 1)).toBe('done');
  expect(lines).toEqual([
    'waiting for 2 requests in flight, the longest (zpa_list_segment_groups) for 12 s',
    'waiting for 1 request in flight, the longest (zia_list_rule_labels) for 1 s',
    'waiting for clients that are still sending a request or reading an answer',
  ]);
});
