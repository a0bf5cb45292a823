import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { waitFor } from '../../test/wait.ts';
import type { Respond } from './front-options.ts';
import { Front } from './front.ts';
import type { FrontLimits } from './slow-clients.ts';

const wide: FrontLimits = { connections: 100, connectionsPerAddress: 100, readTimeoutMs: 600, isTrustedProxy: () => false };

const answerDone: Respond = (request, response) => request.resume().once('end', () => response.end('done'));

async function open(limits: Partial<FrontLimits> = {}, respond = answerDone): Promise<{ port: number; warnings: string[]; front: Front }> {
  const warnings: string[] = [];
  const front = new Front({
    limits: () => ({ ...wide, ...limits }),
    warn: (message) => warnings.push(message),
    respond,
    refuse: (response) => response.end(),
  });
  onTestFinished(async () => {
    await front.close(0);
  });
  const { port } = await front.listen({ host: '127.0.0.1', port: 0 });
  return { port, warnings, front };
}

const [realSetInterval, realClearInterval] = [setInterval, clearInterval];

/** Lets time pass many times as fast for the front, which looks once a second. */
function hurry(stepMs = 250): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const passing = realSetInterval(() => vi.advanceTimersByTime(stepMs), 5);
  onTestFinished(() => {
    realClearInterval(passing);
    vi.useRealTimers();
  });
}

interface Client {
  readonly socket: Socket;
  /** What came, once the connection is closed. */
  readonly closed: Promise<string>;
}

async function call(port: number): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').then(() => text);
  await once(socket, 'connect');
  return { socket, closed };
}

describe('a slow client', () => {
  beforeEach(() => hurry());

  it('that does not finish its headers is told so, and closed', async () => {
    const { port } = await open();
    const { socket, closed } = await call(port);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that does not finish its body is told so, and closed', async () => {
    const { port } = await open();
    const { socket, closed } = await call(port);
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nbegun');
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that sends a byte now and then is no better', async () => {
    const { port } = await open();
    const { socket, closed } = await call(port);
    socket.write('GET / HTTP/1.1\r\n');
    const drip = setInterval(() => socket.write('X: y\r\n'), 50);
    onTestFinished(() => clearInterval(drip));
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('that says nothing yet, or nothing more, keeps its connection', async () => {
    const { port } = await open();
    const [silent, served] = [await call(port), await call(port)];
    served.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const long = performance.now() + 10_000;
    await waitFor(() => performance.now() > long);
    expect([silent.socket.destroyed, served.socket.destroyed]).toEqual([false, false]);
    served.socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect((await served.closed).match(/HTTP\/1\.1 200 /g)).toHaveLength(2);
  });
});

describe('a client that does not read', () => {
  const LENGTH = 32 * 1_024 * 1_024;
  const answerMuch: Respond = (_request, response) => void response.end(Buffer.alloc(LENGTH, 'x'));

  it('is cut off, and what waited for it is given up', async () => {
    hurry();
    const { promise: cut, resolve } = Promise.withResolvers<void>();
    const { port } = await open({}, (request, response, exchange) => {
      response.once('close', resolve);
      answerMuch(request, response, exchange);
    });
    const { socket, closed } = await call(port);
    socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await cut;
    socket.resume();
    await expect(closed).rejects.toThrow('ECONNRESET');
  });

  it('all at once, but reads on, gets all of it', async () => {
    const { port } = await open({}, answerMuch);
    const { socket, closed } = await call(port);
    socket.pause().write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    let isSipping = true;
    const sip = setInterval(() => {
      socket.resume();
      setImmediate(() => isSipping && socket.pause());
    }, 50);
    setTimeout(() => {
      isSipping = false;
      clearInterval(sip);
      socket.resume();
    }, 4_000);
    expect((await closed).length).toBeGreaterThan(LENGTH);
  });
});

it('a connection on which nobody ever speaks is closed in the end', async () => {
  hurry(1_000);
  const { port } = await open();
  const startedAt = performance.now();
  const { closed } = await call(port);
  expect(await closed).toBe('');
  expect(performance.now() - startedAt).toBeGreaterThan(64_000);
});

describe('too many connections', () => {
  it('are closed as they come, those that are open stay, and one that goes makes room', async () => {
    const { port, warnings } = await open({ connections: 2 });
    const [first, second] = [await call(port), await call(port)];
    expect(await (await call(port)).closed).toBe('');
    await expect.poll(() => warnings, { timeout: 5_000 }).toEqual([expect.stringContaining('1 connection turned away')]);
    expect(second.socket.destroyed).toBe(false);
    first.socket.destroy();
    await expect
      .poll(async () => {
        const { socket, closed } = await call(port);
        socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
        return closed;
      })
      .toContain('200 OK');
  });

  it('of one address are closed; a trusted proxy may have more', async () => {
    const strict = await open({ connectionsPerAddress: 1 });
    await call(strict.port);
    expect(await (await call(strict.port)).closed).toBe('');
    const proxied = await open({ connectionsPerAddress: 1, isTrustedProxy: (address) => address === '127.0.0.1' });
    await call(proxied.port);
    const { socket, closed } = await call(proxied.port);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await closed).toContain('200 OK');
  });
});
