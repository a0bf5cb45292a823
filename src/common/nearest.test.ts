import { expect, it } from 'vitest';
import { nearest, suggest } from './nearest.ts';

const names = ['reload', 'restart', 'status', 'stop', 'http-proxy', 'https-proxy', 'ZSCALER_MCP_TOOLSETS', 'zia', 'zpa'];

it.each([
  ['two neighbours swapped', 'relaod', 'reload'],
  ['neighbours swapped in a short word', 'zap', 'zpa'],
  ['a letter lost', 'stats', 'status'],
  ['a letter too many', 'sttop', 'stop'],
  ['another letter, preferring a name of the same length', 'httpx-proxy', 'https-proxy'],
  ['other case, and underscores', 'HTTP_PROXY', 'http-proxy'],
  ['hyphens for underscores', 'zscaler-mcp-toolsets', 'ZSCALER_MCP_TOOLSETS'],
  ['the beginning of a word', 'zscaler', 'ZSCALER_MCP_TOOLSETS'],
])('%s: %s means %s', (_, typed, meant) => {
  expect(nearest(typed, names)).toBe(meant);
  expect(suggest(typed, names)).toBe(`, did you mean "${meant}"?`);
});

it.each(['nonsense', 'x', 'xy', 'ZSCALER_MCP_WRITE_TOKENS', ''])('suggests nothing for %j', (typed) => {
  expect([nearest(typed, names), suggest(typed, names)]).toEqual([null, '']);
});
