/** A secret that was replaced stays out of everything that the server says, after reloads and restarts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startCloud } from './cloud.ts';
import { makeFolder, startServer, type TestServer } from './harness.ts';
import { modern } from './mcp.ts';

const keyOf = (round: number): string => `SENTINEL-key-${round}-0123456789abcdef0123456789`;

it('every key of five rotations is masked in audit lines, the log and what the cloud refuses, by reload and by restart', async () => {
  const cloud = await startCloud();
  const audit = join(makeFolder(), 'audit.log');
  const dotenv = (round: number, secret: string): string =>
    `${cloud.dotenv({ ZSCALER_CLIENT_SECRET: secret })}ZSCALER_MCP_AUTH_MODE=api-key\nZSCALER_MCP_AUTH_API_KEY=${keyOf(round)}\nZSCALER_MCP_LOG_LEVEL=debug\nZSCALER_MCP_LOG_TOOL_CALLS=true\nZSCALER_MCP_AUDIT_FILE=${audit}\nZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER=true\n`;
  const secretOf = (round: number): string => (round === 4 ? cloud.tenant.credentials.clientSecret : `SENTINEL-secret-${round}`);
  const server = await startServer({ demo: false, dotenv: dotenv(0, secretOf(0)) });
  const echo = async ({ url }: TestServer, round: number): Promise<string> => {
    const search = Array.from({ length: round + 1 }, (_, at) => `${keyOf(at)} ${secretOf(at)}`).join(' ');
    const params = { name: 'zia_list_rule_labels', arguments: { search } };
    const reply = await modern(url, 'tools/call', params, { authorization: `Bearer ${keyOf(round)}`, 'user-agent': keyOf(0) });
    return JSON.stringify(reply);
  };
  for (let round = 0; round < 5; round++) {
    if (round > 0) {
      server.writeDotenv(dotenv(round, secretOf(round)));
      expect(await server.ask(round % 2 === 0 ? 'restart' : 'reload')).toMatchObject({ exitCode: 0 });
    }
    await echo(server, round);
  }
  const said = server.log() + readFileSync(audit, 'utf8') + JSON.stringify(server.record());
  expect(readFileSync(audit, 'utf8').split('[TOOL CALL]').length).toBe(6);
  expect(readFileSync(audit, 'utf8')).toContain('[redacted]');
  expect(said.match(/SENTINEL[\w-]*/g) ?? []).toEqual([]);
});
