/** The official conformance suite, run against our own HTTP stack without a baseline of known failures. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createFixtures } from './fixtures.ts';
import { startStack } from './stack.ts';

const runner = join(import.meta.dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js');

it.each([
  ['2025-11-25', 30],
  ['2026-07-28', 37],
])('meets what revision %s requires of a server, in %i scenarios', async (revision, scenarios) => {
  const stack = await startStack({ fixtures: createFixtures(() => stack.mcp.toolsChanged()) });
  const { code, output } = await run('server', '--url', stack.url, '--requirements', revision);
  expect(code, output).toBe(0);
  const [, summary = ''] = output.split('=== SUMMARY ===');
  const passed = [...summary.matchAll(/^✓ \S+: [1-9]\d* passed, 0 failed/gm)];
  expect(passed.length, output).toBeGreaterThanOrEqual(scenarios);
});

async function run(...words: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [runner, ...words], { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}
