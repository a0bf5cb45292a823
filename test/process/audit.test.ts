import { existsSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeFolder, missing, startServer, waitFor, type TestServer } from './harness.ts';
import { callTool, openSession, post, textOf } from './mcp.ts';

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

  it('tells in the fixed format who called from where, what was decided, and what a query left of the rows', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_TOOL_CALLS=true\nZSCALER_MCP_TRUSTED_PROXIES=127.0.0.1\n' });
    const session = await openSession(server.url, '2025-11-25', { 'x-forwarded-for': '192.0.2.1' });
    const headers = { 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25', 'x-forwarded-for': '192.0.2.2' };
    const call = (name: string, args: object) =>
      post(server.url, { id: 7, method: 'tools/call', params: { name, arguments: args } }, headers);
    await call('zia_list_rule_labels', { query: "[?name=='x']|[0:1] | [:1]" });
    await call('zia_list_rule_labels', { query: '[' });
    await call('zia_get_rule_label', { label_id: '1', wrong: 'x | from: 10.0.0.1' });
    await call('zia_delete_rule_label', { label_id: '1' });
    const lines = server
      .log()
      .split('\n')
      .filter((line) => /^\S+Z \[(TOOL|QUERY)/.test(line));
    const who = String.raw`\| session: [\da-f]{8} \| client: test 1 \| from: 192\.0\.2\.2$`;
    const wanted = [
      String.raw`\[TOOL CALL\] zia_list_rule_labels \| args: \{"query":"\[\?name=='x'\]\\u007c\[0:1\] \\u007c \[:1\]"\} `,
      String.raw`\[QUERY\]     zia_list_rule_labels \| '\[\?name=='x'\]\\u007c\[0:1\] \\u007c \[:1\]' \| [1-9]\d* -> 0 rows `,
      String.raw`\[TOOL OK\]   zia_list_rule_labels \| \d+ms \| 0 items \| decision: allowed `,
      String.raw`\[TOOL CALL\] zia_list_rule_labels \| args: \{"query":"\["\} `,
      String.raw`\[TOOL ERR\]  zia_list_rule_labels \| \d+ms \| ERR_TOOL_INPUT: [^|]* \| decision: refused `,
      String.raw`\[TOOL CALL\] zia_get_rule_label \| args: \{"label_id":"1","wrong":"x \\u007c from: 10\.0\.0\.1"\} `,
      String.raw`\[TOOL ERR\]  zia_get_rule_label \| \d+ms \| ERR_TOOL_INPUT: [^|]* \| decision: refused `,
      String.raw`\[TOOL CALL\] zia_delete_rule_label \| args: \{"label_id":"1"\} `,
      String.raw`\[TOOL ERR\]  zia_delete_rule_label \| \d+ms \| ProtocolError: [^|]* \| decision: refused `,
    ];
    expect(lines).toHaveLength(wanted.length);
    for (const [at, line] of lines.entries()) expect(line).toMatch(new RegExp(String.raw`^\S+Z ${wanted[at]}${who}`));
  });

  it('tells where a call over HTTP+SSE came from, and not where its stream was opened', async () => {
    const server = await startServer({
      transport: 'sse',
      dotenv: 'ZSCALER_MCP_LOG_TOOL_CALLS=true\nZSCALER_MCP_TRUSTED_PROXIES=127.0.0.1\n',
    });
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const stream = await fetch(server.url, { headers: { 'x-forwarded-for': '192.0.2.1' }, signal: abort.signal });
    const { value } = await (stream.body as ReadableStream<Uint8Array>).getReader().read();
    const address = new URL(/data: (\S+)/.exec(Buffer.from(value ?? []).toString())?.[1] ?? '', server.url).href;
    const send = (message: Record<string, unknown>) => post(address, message, { 'x-forwarded-for': '192.0.2.2' });
    const clientInfo = { name: 'test', version: '1' };
    await send({ id: 1, method: 'initialize', params: { protocolVersion: '2024-11-05', capabilities: {}, clientInfo } });
    await send({ method: 'notifications/initialized' });
    await send({ id: 2, method: 'tools/call', params: { name: 'zia_list_rule_labels', arguments: {} } });
    await waitFor(() => server.log().includes('[TOOL OK]'));
    for (const line of server
      .log()
      .split('\n')
      .filter((each) => each.includes('[TOOL ')))
      expect(line).toMatch(/from: 192\.0\.2\.2$/);
  });

  it.skipIf(missing('linux', 'prlimit'))('that cannot be written does not stop calls, and is logged once', async () => {
    const path = join(makeFolder(), 'audit.log');
    const server = await startServer({
      dotenv: `ZSCALER_MCP_LOG_TOOL_CALLS=true\nZSCALER_MCP_AUDIT_FILE=${path}\n`,
      through: ['prlimit', '--fsize=20000'],
    });
    const told = () => server.log().split('the audit log cannot be written').length - 1;
    for (let calls = 0; told() === 0 && calls < 500; calls++) await list(server, 'x'.repeat(1_000));
    for (let more = 0; more < 5; more++) expect(textOf(await callTool(server.url, 'zia_list_rule_labels'))).toContain('items');
    expect(told()).toBe(1);
    const words = /the audit log cannot be written; calls continue without it: \S+: a limit on the size of files is reached/;
    expect((await server.ask('status'))['faults']).toEqual([expect.stringMatching(words)]);
    truncateSync(path);
    await list(server, 'again');
    await waitFor(() => server.record().faults.length === 0);
    await waitFor(() => server.log().includes('the audit log can be written again'));
    expect(linesOf(path).at(-1)).toContain('[TOOL OK]');
  });
});
