/** The settings of docs/operations/agentcore.md, behind a platform that makes session IDs of its own and forwards no credentials. */
import { randomBytes } from 'node:crypto';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect, it, onTestFinished } from 'vitest';
import { blocksOf, readPage, section } from '../docs/pages.ts';
import { openAws } from '../secrets-managers.ts';
import { runCommand, startServer } from './harness.ts';

const [lines, secret] = blocksOf(section(readPage('docs/operations/agentcore.md'), 'Settings')).map(({ text }) => text.trim());
const settings = Object.fromEntries((lines ?? '').split('\n').map((line) => line.split(/=(.*)/).slice(0, 2) as [string, string]));
const key = randomBytes(32).toString('base64');
const values = {
  ...(JSON.parse(secret ?? '{}') as Record<string, string>),
  ZSCALER_MCP_AUTH_API_KEY: key,
  ZSCALER_MCP_REQUEST_STATE_KEYS: key,
};

it('serve without an .env: the secret is read again by a reload and by a restart', async () => {
  const manager = await openAws();
  onTestFinished(() => manager.close());
  manager.keep(values);
  const env = { ...settings, ...manager.env, ZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER: 'true', HOME: '/nonexistent' };
  const judged = await runCommand(['check', '--json'], { env, cwd: '/' });
  expect(JSON.parse(judged.out)).toMatchObject({ outcome: 'valid', envSource: 'none', errors: [] });
  const server = await startServer({ env: { ...env, ZSCALER_MCP_HOST: '127.0.0.1' } });
  const client = new Client({ name: 'a test', version: '1' }, { versionNegotiation: { mode: 'legacy' } });
  const transport = new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers: { 'mcp-session-id': 'platform' } } });
  await client.connect(transport);
  onTestFinished(() => client.close());
  expect(transport.sessionId).toBeUndefined();
  expect((await client.callTool({ name: 'zia_list_rule_labels', arguments: {} })).isError).not.toBe(true);
  manager.keep({ ...values, ZSCALER_CLIENT_SECRET: 'rotated' });
  const setting = { setting: 'ZSCALER_CLIENT_SECRET' };
  expect(await server.ask('reload')).toMatchObject({ outcome: 'applied', envSource: 'none', changes: [setting] });
  manager.keep({ ...values, ZSCALER_CLIENT_SECRET: 'rotated again' });
  expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', envSource: 'none', changes: [setting] });
  // The handshake was with the former generation, and is not needed.
  expect((await client.callTool({ name: 'zia_list_rule_labels', arguments: {} })).isError).not.toBe(true);
});
