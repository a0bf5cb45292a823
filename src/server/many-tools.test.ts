import { expect, it } from 'vitest';
import type { OfferedTool } from '../mcp/index.ts';
import { tellIfMany } from './many-tools.ts';

it.each([
  [128, []],
  [
    129,
    [
      expect.stringMatching(
        /^clients are shown 129 tools: VS Code takes 128, .*ZSCALER_MCP_TOOLSETS=discover shows 4 that find the others/,
      ),
    ],
  ],
])('says of %i tools what a client makes of them', (count, lines) => {
  const told: string[] = [];
  const list = Array.from({ length: count }, () => ({}) as OfferedTool);
  const guide = { tools: new Map([1, 2, 3, 4].map((at) => [`guide ${at}`, {} as never])), listed: null, run: () => null };
  tellIfMany({ listFor: () => list, guide }, { info: (_fields: object, text: string) => void told.push(text) });
  expect(told).toEqual(lines);
});
