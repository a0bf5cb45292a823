/** The audit file is no file that the server reads or writes for another purpose, by whatever name it is reached. */
import { linkSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeAuthority } from '../certificates.ts';
import { entry, makeFolder, runCommand, startServer, waitFor } from './harness.ts';
import { callTool } from './mcp.ts';

/** Whatever the server reads or writes already, by what it is called in the refusal. */
async function claimedFiles(): Promise<{ folder: string; args: string[]; env: Record<string, string>; files: [string, string][] }> {
  const folder = makeFolder();
  const at = (name: string, text = 'x'.repeat(40)): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const pair = await (await makeAuthority('ours')).issue('localhost');
  const [certificate, key, authorities] = [at('c.pem', pair.certificate), at('k.pem', pair.key), at('ca.pem', pair.certificate)];
  const [secret, privateKey, extra, dotenv] = [
    at('secret'),
    at('private.pem', pair.key),
    at('extra.pem', pair.certificate),
    at('.env', ''),
  ];
  const pidFile = join(folder, 'server.pid');
  return {
    folder,
    args: ['--transport', 'streamable-http', '--port', '0', '--pid-file', pidFile, '--dotenv-path', dotenv],
    env: {
      ZSCALER_MCP_TLS_CERTFILE: certificate,
      ZSCALER_MCP_TLS_KEYFILE: key,
      ZSCALER_MCP_TLS_CA_CERTS: authorities,
      ZSCALER_MCP_AUTH_API_KEY_FILE: secret,
      ZSCALER_PRIVATE_KEY: privateKey,
      NODE_EXTRA_CA_CERTS: extra,
    },
    files: [
      [dotenv, 'the .env of this server'],
      [certificate, 'the file of ZSCALER_MCP_TLS_CERTFILE'],
      [key, 'the file of ZSCALER_MCP_TLS_KEYFILE'],
      [authorities, 'the file of ZSCALER_MCP_TLS_CA_CERTS'],
      [secret, 'a file that the configuration is read from'],
      [privateKey, 'the file of ZSCALER_PRIVATE_KEY'],
      [extra, 'the file of NODE_EXTRA_CA_CERTS'],
      [pidFile, 'the file of ZSCALER_MCP_PID_FILE'],
      [join(`${pidFile}.d`, 'lock'), 'a file of the lifecycle commands'],
      [entry, 'part of the program'],
      [process.execPath, 'part of the program'],
    ],
  };
}

const sizeOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.size ?? null;

describe('the audit file', () => {
  it('is refused where it is something else already, also by a link or a hard link, and nothing is written there', async () => {
    const { folder, args, env, files } = await claimedFiles();
    const check = async (path: string) => {
      const { code, out, err } = await runCommand(['check', ...args, '--log-tool-calls', '--audit-file', path], { env });
      return `${code} ${out}${err}`;
    };
    for (const [path, what] of files) {
      const before = sizeOf(path);
      const link = join(folder, 'link.log');
      symlinkSync(path, link);
      for (const name of [path, link]) expect(await check(name), name).toMatch(new RegExp(`^4 [^]*cannot be opened: it is ${what}`));
      rmSync(link);
      expect([path, sizeOf(path)]).toEqual([path, before]);
    }
    const hard = join(folder, 'hard.log');
    linkSync(join(folder, '.env'), hard);
    expect(await check(hard)).toMatch(/^4 [^]*it is the \.env of this server/);
    expect(await check(join(folder, 'audit.log'))).not.toContain('cannot be opened');
  });

  it('is refused by a reload, and left when a link turns it into the .env', async () => {
    const path = join(makeFolder(), 'audit.log');
    const settings = 'ZSCALER_MCP_LOG_TOOL_CALLS=true\n';
    const server = await startServer({ dotenv: settings });
    server.writeDotenv(`${settings}ZSCALER_MCP_AUDIT_FILE=${server.dotenvPath}\n`);
    expect(await server.ask('reload')).toMatchObject({ exitCode: 4, outcome: 'refused' });
    server.writeDotenv(`${settings}ZSCALER_MCP_AUDIT_FILE=${path}\n`);
    expect(await server.ask('reload')).toMatchObject({ exitCode: 0 });
    rmSync(path);
    symlinkSync(server.dotenvPath, path);
    await waitFor(() => server.log().includes('it is the .env of this server'));
    await callTool(server.url, 'zia_list_rule_labels', { search: 'x' });
    expect(readFileSync(server.dotenvPath, 'utf8')).not.toContain('TOOL CALL');
  });
});
