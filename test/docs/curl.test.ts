/** The page on client authentication: its request is accepted with its key. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeAuthority } from '../certificates.ts';
import { makeFolder, runCommand, startServer } from '../process/harness.ts';
import { blocksOf, readPage, section } from './pages.ts';

const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl && process.env['CI'] === 'true') throw new Error('this test needs curl, and CI must have it');

it.skipIf(!hasCurl)('generates a key, sets it, and is authenticated with the request that the page shows', async () => {
  const [make, set, ask] = blocksOf(section(readPage('docs/operations/client-authentication.md'), 'Keys')).map(({ text }) => text.trim());
  expect(make).toMatch(/^zscaler-mcp --generate-auth-token\b/);
  const key = (await runCommand(['--generate-auth-token'])).out.trim();
  expect(key.length).toBeGreaterThan(40);
  const folder = makeFolder();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const authority = await makeAuthority('curl');
  const pair = await authority.issue('mcp.example.com');
  const tls = `ZSCALER_MCP_TLS_CERTFILE=${write('tls.crt', pair.certificate)}\nZSCALER_MCP_TLS_KEYFILE=${write('tls.key', pair.key)}`;
  const server = await startServer({
    dotenv: `ZSCALER_MCP_ALLOWED_HOSTS=mcp.example.com\n${tls}\n${set?.replace('<the key>', key)}\n`,
  });
  // The page's host leads here, so that its line is run as it stands.
  write(
    '.curlrc',
    `connect-to = "mcp.example.com:443:127.0.0.1:${new URL(server.url).port}"\ncacert = "${write('ca.crt', authority.certificate)}"\n`,
  );
  const type = (given: string) => {
    const line = ask?.replace('<the key>', given) ?? '';
    const env = { PATH: process.env['PATH'], HOME: folder };
    return JSON.parse(execFileSync('bash', ['-c', line], { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] })) as {
      result?: { tools: unknown[] };
      error?: { code: number };
    };
  };
  expect(type(key).result?.tools.length).toBeGreaterThan(200);
  expect(type(`${key}x`)).toMatchObject({ error: { code: -32_001 } });
});
