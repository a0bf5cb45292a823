/** What clients and the cloud can make a server keep is bounded in bytes, whatever they send. */
import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { initialize, openSession, post } from '../conformance/raw.ts';
import { startCloud } from './cloud.ts';
import { missing, sized, startServer, waitFor, type TestServer } from './harness.ts';

const MIB = 1_024 * 1_024;
const BODY = 4 * MIB;
const [HANDSHAKES, BODIES] = [sized(80, 200), sized(100, 300)];

/** Resident memory in MiB. Source: proc_pid_status(5). */
const residentMib = ({ pid }: TestServer): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;

/** Has to be less than what was sent by far; the rest is garbage that was not collected yet. */
const expectGrowth = (server: TestServer, before: number, most: number): void => {
  const now = residentMib(server);
  console.error(`resident memory ${before.toFixed(0)} -> ${now.toFixed(0)} MiB`);
  expect(now - before).toBeLessThan(most);
};

// Resident memory is read from /proc.
describe.skipIf(missing('linux'))('a server', () => {
  it('keeps little of many handshakes of 4 MiB, and hands the sessions on', async () => {
    const server = await startServer();
    const before = residentMib(server);
    const pad = 'x'.repeat(BODY - 1_000);
    const ids: string[] = [];
    for (let count = 0; count < HANDSHAKES; count++) {
      const params = {
        protocolVersion: '2025-11-25',
        capabilities: { elicitation: {} },
        clientInfo: { name: `n${count}${pad}`, version: '1' },
      };
      const response = await post(server.url, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
      await response.text();
      expect(response.status).toBe(200);
      ids.push(response.headers.get('mcp-session-id') ?? '');
    }
    expectGrowth(server, before, 220);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    const list = { jsonrpc: '2.0', id: 2, method: 'ping' };
    for (const id of [ids.at(0), ids.at(-1)]) {
      const answer = await post(server.url, list, { 'mcp-session-id': id ?? '', 'mcp-protocol-version': '2025-11-25' });
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('"result":{}')]);
    }
  });

  it('holds many half-sent bodies within their limit, and serves others meanwhile', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_READ_TIMEOUT=600\n' });
    const session = await openSession(server.url);
    const before = residentMib(server);
    const { port } = new URL(server.url);
    const answers: string[] = [];
    const sockets: Socket[] = [];
    for (let count = 0; count < BODIES; count++) {
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
      onTestFinished(() => void socket.destroy());
      let answer = '';
      socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
      socket.once('close', () => answers.push(answer));
      socket.write(
        `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${BODY}\r\n\r\n${'['.repeat(BODY - 1_000)}`,
      );
      sockets.push(socket);
      // As it is read: sent all at once, the bodies would wait in this process.
      if (count % 10 === 9) await waitFor(() => sockets.every(({ writableLength, destroyed }) => writableLength === 0 || destroyed));
    }
    await waitFor(() => answers.length >= BODIES - 16);
    expect((await session.ask('ping'))['result']).toEqual({});
    expect((await initialize(server.url)).status).toBe(200);
    const text = 'x'.repeat(MIB);
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'zia_list_rule_labels', arguments: { search: text } } };
    expect((await session.fetch('POST', call)).status).toBe(200);
    expectGrowth(server, before, 250);
    const told = answers.filter((answer) => answer !== '');
    // A client that was still sending may see a reset instead.
    expect(told.length).toBeGreaterThan(0);
    for (const answer of told) expect(answer).toMatch(/^HTTP\/1\.1 503 [^]*67108864 bytes[^]*ZSCALER_MCP_REQUEST_BODIES_LIMIT/);
  });

  it('fails the call whose answer has 108 MB, and lives', async () => {
    const cloud = await startCloud();
    const api = createServer((request, response) => {
      if (request.url?.includes('ruleLabels')) return void createReadStream('/dev/zero', { end: 108_000_000 }).pipe(response);
      response.end('[]');
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      api.closeAllConnections();
      api.close();
    });
    const dotenv = cloud.dotenv({ ZSCALER_MCP_API_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}` });
    const server = await startServer({ demo: false, dotenv });
    const session = await openSession(server.url);
    const before = residentMib(server);
    for (let times = 0; times < 3; times++) {
      const { result } = await session.ask('tools/call', { name: 'zia_list_rule_labels', arguments: {} });
      expect(result).toMatchObject({ isError: true });
      expect(JSON.stringify(result)).toMatch(/was answered with more than 16777216 bytes.*ZSCALER_MCP_CLOUD_ANSWER_LIMIT/);
    }
    expectGrowth(server, before, 150);
    expect(server.record()).toMatchObject({ state: 'ready', generation: 1 });
  });
});
