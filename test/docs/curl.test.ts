/** The page on client authentication: its request is accepted with its key. */
import { execFileSync, spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { runCommand, startServer } from '../process/harness.ts';
import { blocksOf, readPage, section } from './pages.ts';

const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl && process.env['CI'] === 'true') throw new Error('this test needs curl, and CI must have it');

it.skipIf(!hasCurl)('generates a key, sets it, and is authenticated with the request that the page shows', async () => {
  const [make, set, ask] = blocksOf(section(readPage('docs/operations/client-authentication.md'), 'Keys')).map(({ text }) => text.trim());
  expect(make).toMatch(/^zscaler-mcp --generate-auth-token\b/);
  const key = (await runCommand(['--generate-auth-token'])).out.trim();
  expect(key.length).toBeGreaterThan(40);
  const server = await startServer({ dotenv: `${set?.replace('<the key>', key)}\n` });
  const type = (given: string) => {
    const line = ask
      ?.replace('https://mcp.example.com/mcp', server.url)
      .replace('<the key>', given)
      .replace('curl ', 'curl --silent --show-error ');
    return JSON.parse(execFileSync('bash', ['-c', line ?? ''], { encoding: 'utf8' })) as {
      result?: { tools: unknown[] };
      error?: { code: number };
    };
  };
  expect(type(key).result?.tools.length).toBeGreaterThan(200);
  expect(type(`${key}x`)).toMatchObject({ error: { code: -32_001 } });
});
