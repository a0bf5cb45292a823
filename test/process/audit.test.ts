import { existsSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, missing, startServer, waitFor, type TestServer } from './harness.ts';
import { callTool, textOf } from './mcp.ts';

const list = (server: TestServer, search: string): Promise<unknown> => callTool(server.url, 'zia_list_rule_labels', { search });
const linesOf = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []);

describe('the audit log', () => {
  it('goes to a file, survives its rotation, and changes its words on a reload', async () => {
    const folder = makeFolder();
    const path = join(folder, 'audit.log');
    const secret = 'SENTINEL-in-args-1';
    const base = `ZSCALER_MCP_LOG_TOOL_CALLS=true\nZSCALER_MCP_AUDIT_FILE=${path}\nZSCALER_CLIENT_SECRET=${secret}\n`;
    const server = await startServer({ dotenv: base });
    await list(server, secret);
    expect(linesOf(path)).toHaveLength(2);
    expect(linesOf(path)[0]).toMatch(
      /^\S+Z \[TOOL CALL\] zia_list_rule_labels \| args: \{"search":"\[redacted\]"\} \| client: test 1 \| from: 127\.0\.0\.1$/,
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
    renameSync(path, `${path}.1`);
    process.kill(server.pid, 'SIGHUP');
    await waitFor(() => existsSync(path));
    await list(server, 'x');
    expect([linesOf(path).length, linesOf(`${path}.1`).length]).toEqual([2, 2]);
    server.writeDotenv(`${base}ZSCALER_MCP_AUDIT_FORMAT=json\n`);
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
    await list(server, secret);
    const [, , call = '', done = ''] = linesOf(path);
    expect(JSON.parse(call)).toMatchObject({
      event: 'call',
      args: { search: '[redacted]' },
      caller: { client: 'test 1', address: '127.0.0.1' },
    });
    expect(JSON.parse(done)).toMatchObject({ event: 'done', decision: 'allowed', rows: expect.any(Number) as number });
    server.writeDotenv(base.replace(path, join(folder, 'no', 'where')));
    expect(await server.ask('reload')).toMatchObject({ outcome: 'refused' });
    await list(server, 'still');
    expect(linesOf(path).at(-1)).toContain('"done"');
    expect(server.log()).not.toMatch(/TOOL CALL|SENTINEL/);
  });

  it.skipIf(missing('linux', 'prlimit'))('that cannot be written stops no call, and says so once', async () => {
    const path = join(makeFolder(), 'audit.log');
    const server = await startServer({
      dotenv: `ZSCALER_MCP_LOG_TOOL_CALLS=true\nZSCALER_MCP_AUDIT_FILE=${path}\n`,
      through: ['prlimit', '--fsize=20000'],
    });
    const told = () => server.log().split('the audit log cannot be written').length - 1;
    for (let calls = 0; told() === 0 && calls < 500; calls++) await list(server, 'x'.repeat(1_000));
    for (let more = 0; more < 5; more++) expect(textOf(await callTool(server.url, 'zia_list_rule_labels'))).toContain('items');
    expect(told()).toBe(1);
    truncateSync(path);
    await list(server, 'again');
    await waitFor(() => server.log().includes('the audit log is written again'));
    expect(linesOf(path).at(-1)).toContain('[TOOL OK]');
  });
});
