/** Log lines carry the ID of their request, call or operation. */
import { describe, expect, it } from 'vitest';
import { startServer, waitFor, type TestServer } from './harness.ts';
import { callTool } from './mcp.ts';

interface Line {
  readonly message?: string;
  readonly pid: number;
  readonly request?: string;
  readonly call?: string;
  readonly operation?: string;
}

/** Audit lines in the fixed format are not JSON. */
const linesOf = (server: TestServer): Line[] =>
  server
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);

const findLines = (server: TestServer, words: string): Line[] => linesOf(server).filter(({ message }) => message?.includes(words));

async function request(server: TestServer, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'zia_list_rule_labels',
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name: 'zia_list_rule_labels',
        arguments: {},
        _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} },
      },
    }),
  });
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get('x-request-id') ?? '';
}

describe('lines of the log', () => {
  it('name the request, which the answer names too, and the call, which the audit log names too', async () => {
    const server = await startServer({ args: ['--log-level', 'debug', '--log-tool-calls', '--audit-format', 'json'] });
    const ids = [await request(server), await request(server)];
    expect(new Set(ids).size).toBe(2);
    await waitFor(() => findLines(server, 'the cloud answered').length >= 2);
    const answered = findLines(server, 'the cloud answered').slice(-2);
    expect(answered.map((line) => line.request)).toEqual(ids);
    const audited = linesOf(server).filter((line) => (line as { event?: string }).event === 'done');
    expect(answered.map(({ call, request: id }) => [call, id])).toEqual(audited.map(({ call, request: id }) => [call, id]));
    await waitFor(() => findLines(server, 'a request was answered').length >= 2);
    expect(findLines(server, 'a request was answered').slice(-2)).toMatchObject(
      ids.map((id) => ({ request: id, method: 'POST', path: '/mcp', status: 200 })),
    );
  });

  it('take the ID of a request only from a trusted proxy', async () => {
    const open = await startServer();
    expect(await request(open, { 'x-request-id': 'from-a-stranger' })).toMatch(/^[0-9a-f]{16}$/);
    const behind = await startServer({ dotenv: 'ZSCALER_MCP_TRUSTED_PROXIES=127.0.0.1\n' });
    expect(await request(behind, { 'x-request-id': 'from-the-proxy' })).toBe('from-the-proxy');
    expect(await request(behind, { 'x-request-id': 'with "quotes" and more' })).toMatch(/^[0-9a-f]{16}$/);
  });

  it('name the request that was refused', async () => {
    const server = await startServer({ args: ['--log-level', 'debug'] });
    const response = await fetch(server.url, { method: 'POST', headers: { origin: 'https://elsewhere.example' }, body: '{}' });
    expect(response.status).toBe(403);
    await waitFor(() => findLines(server, 'a request was refused').length > 0);
    expect(findLines(server, 'a request was refused')[0]?.request).toBe(response.headers.get('x-request-id'));
  });

  it('name the reload or restart that they belong to, in the next generation too', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=debug\n' });
    const restart = await server.ask('restart');
    await waitFor(() => findLines(server, 'restart: restarted').length > 0);
    for (const words of ['executing the next generation', 'restart: restarted'])
      expect(findLines(server, words).map(({ operation }) => operation)).toEqual([restart.id]);
    expect(findLines(server, 'serving the DEMO tenant').map(({ operation }) => operation)).toEqual([undefined, restart.id]);
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\nZSCALER_MCP_WATCH_ENV=true\n');
    const reload = await server.ask('reload');
    await waitFor(() => findLines(server, 'reload: applied').length > 0);
    for (const words of ['watched: a change', 'reload: applied'])
      expect(findLines(server, words).map(({ operation }) => operation)).toEqual([reload.id]);
    await callTool(server.url, 'zia_list_rule_labels');
    await waitFor(() => findLines(server, 'the cloud answered').length > 0);
    // Later lines do not carry the ID of the finished restart.
    for (const line of findLines(server, 'the cloud answered')) expect(line.operation).toBeUndefined();
  });
});
