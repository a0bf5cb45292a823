import { execFileSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCloud, wronglyExecuted } from './cloud.ts';
import { missing, sized, startServer, waitFor } from './harness.ts';
import { complaints, startLoad } from './load.ts';

describe('restarts of a server whose calls take long', () => {
  it.each(sized(1, 3) === 1 ? [2_500] : [1_500, 2_500, 5_000])(
    'cut none of %d ms, and carry out each once',
    async (delayMs) => {
      const cloud = await startCloud({ delayMs });
      const server = await startServer({ demo: false, dotenv: cloud.dotenv({ ZSCALER_MCP_LOG_LEVEL: 'warn' }) });
      const load = startLoad({ url: server.url, perSecond: 10, freshShare: 0.3, keptAlive: 20 });
      for (let round = 0; round < sized(2, 3); round++) {
        const answered = load.ledger.answered.size;
        await waitFor(() => load.ledger.answered.size > answered + 10);
        const verdict = await server.ask('restart', '--timeout', '100');
        expect(verdict, verdict.message).toMatchObject({ outcome: 'restarted' });
        expect(verdict.message).not.toContain('did not finish in time');
      }
      const ledger = await load.stop();
      expect([...complaints(ledger), ...wronglyExecuted(ledger, cloud)]).toEqual([]);
    },
    300_000,
  );
});

describe('a restart', () => {
  it.skipIf(missing('linux', 'prlimit'))('needs no second descriptor for a connection', async () => {
    const server = await startServer();
    const sockets = Array.from({ length: 120 }, () => open(server.url));
    onTestFinished(() => sockets.forEach(({ socket }) => socket.destroy()));
    for (const { socket } of sockets) socket.write(HEALTH);
    await waitFor(() => sockets.every(({ text }) => text().includes('200 OK')));
    execFileSync('prlimit', ['--pid', String(server.pid), '--nofile=256:256']);
    for (let round = 0; round < 2; round++) {
      const verdict = await server.ask('restart');
      expect(verdict, verdict.message).toMatchObject({ outcome: 'restarted' });
    }
    for (const { socket } of sockets) socket.write(HEALTH);
    await waitFor(() => sockets.every(({ text }) => text().match(/200 OK/g)?.length === 2));
  });

  it('answers pipelined requests of which the second came in parts, each once and whole', async () => {
    const server = await startServer({ dotenv: PATIENT });
    const { socket, text } = open(server.url);
    onTestFinished(() => void socket.destroy());
    socket.write(`${HEALTH}GET /healthz HTTP/1.1\r\nX-Half: GET /smuggled HTTP/1.1`);
    await waitFor(() => text().includes('200 OK'));
    const verdict = server.ask('restart');
    await waitFor(() => server.record().state === 'draining');
    socket.write('\r\nHost: 127.0.0.1\r\n\r\n');
    expect(await verdict).toMatchObject({ outcome: 'restarted' });
    await waitFor(() => text().match(/HTTP\/1\.1 /g)?.length === 2);
    expect(text().match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    socket.write(HEALTH);
    await waitFor(() => text().match(/HTTP\/1\.1 200 OK/g)?.length === 3);
  });

  it('gives a client with half of a request the drain time', async () => {
    const server = await startServer({ dotenv: PATIENT });
    const { socket, text } = open(server.url);
    onTestFinished(() => void socket.destroy());
    socket.write('GET /healthz HTTP/1.1\r\nHo');
    const verdict = server.ask('restart', '--timeout', '100');
    await waitFor(() => server.record().state === 'draining');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    socket.write('st: 127.0.0.1\r\n\r\n');
    const { outcome, message } = await verdict;
    expect([outcome, message]).toEqual(['restarted', expect.not.stringContaining('did not finish')]);
    await waitFor(() => text().includes('200 OK'));
  });
});

/** On a busy machine a rehearsal takes longer than a header may. */
const PATIENT = 'ZSCALER_MCP_READ_TIMEOUT=300\nZSCALER_MCP_DRAIN_TIMEOUT=60\n';

const HEALTH = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

/** A client that writes bytes. */
function open(url: string): { socket: Socket; text: () => string } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  socket.on('error', (error) => (text += `[${error.message}]`));
  return { socket, text: () => text };
}
