import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { loadNative } from '../lifecycle/native.ts';
import { Front, openSocket } from './front.ts';

const fronts: Front[] = [];
const agents: Agent[] = [];
const native = loadNative();
if (!native) throw new Error('these tests need the FFI');

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  for (const front of fronts.splice(0)) await front.close(0);
});

/** Answers after the milliseconds in the path; `/stream` never ends by itself, `/begun` not before the last call. */
async function openFront(): Promise<Front> {
  const begun = new Set<ServerResponse>();
  const front = new Front({
    lastCall: (why) => {
      for (const response of begun) response.end(why);
    },
    respond(incoming, response, exchange) {
      incoming.resume();
      if (incoming.url === '/stream') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        return exchange.standing({ end: () => response.end() });
      }
      if (incoming.url === '/begun') {
        begun.add(response);
        response.write('begun, ');
        return;
      }
      setTimeout(() => response.end('done'), Number(incoming.url?.slice(1) ?? 0));
    },
    refuse(response, why) {
      response.statusCode = 503;
      response.end(why);
    },
  });
  fronts.push(front);
  await front.listen({ host: '127.0.0.1', port: 0 });
  return front;
}

function keptAlive(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return agent;
}

const get = (
  front: { port: number },
  path: string,
  agent?: Agent,
): Promise<{ status: number; text: string; port: number; headers: IncomingMessage['headers'] }> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: front.port, path, agent: agent ?? false }, (incoming) => {
      let text = '';
      const port = incoming.socket.localPort ?? 0;
      incoming.setEncoding('utf8').on('data', (part: string) => (text += part));
      incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, text, port, headers: incoming.headers }));
      incoming.once('error', reject);
    })
      .once('error', reject)
      .end();
  });

const never = new AbortController().signal;

describe('a front that falls silent', () => {
  it('lets what is in flight finish, holds newcomers in the kernel, and serves them when it resumes', async () => {
    const front = await openFront();
    const address = front.address();
    const agent = keptAlive();
    const first = await get(address, '/0', agent);
    const slow = get(address, '/300');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const copy = native.duplicate(front.descriptor() ?? -1);
    expect(await front.drain({ timeoutMs: 5_000, carry: true, signal: never })).toEqual({ cut: 0 });
    expect((await slow).text).toBe('done');
    expect(front.parked().length).toBe(1);
    const waiting = [get(address, '/0'), get(address, '/0', agent)];
    const early = await Promise.race([...waiting, new Promise((resolve) => setTimeout(() => resolve('nobody'), 200))]);
    expect(early).toBe('nobody');
    await front.resume({ descriptor: copy });
    const [fresh, kept] = await Promise.all(waiting);
    expect([fresh?.text, kept?.text]).toEqual(['done', 'done']);
    expect(kept?.port, 'the same connection goes on').toBe(first.port);
  });

  it('lets what has begun end with a last word', async () => {
    const front = await openFront();
    const answer = get(front.address(), '/begun');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await front.drain({ timeoutMs: 50, carry: true, signal: never })).toEqual({ cut: 1 });
    expect((await answer).text).toMatch(/^begun, .*did not finish in time$/);
  });

  it('gives an error to what does not finish in time, and counts it', async () => {
    const front = await openFront();
    const slow = get(front.address(), '/5000');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await front.drain({ timeoutMs: 100, carry: true, signal: never })).toEqual({ cut: 1 });
    expect(await slow).toMatchObject({ status: 503, text: expect.stringContaining('did not finish in time') as string });
  });

  it('without carrying tells clients to reconnect and closes what is idle', async () => {
    const front = await openFront();
    const address = front.address();
    const agent = keptAlive();
    await get(address, '/0', agent);
    const draining = front.drain({ timeoutMs: 5_000, carry: false, signal: never });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await get(address, '/0', agent)).headers.connection).toBe('close');
    await draining;
    expect(front.parked()).toEqual([]);
    await expect(get(address, '/0')).rejects.toThrow();
    await front.listen({ host: '127.0.0.1', port: 0 });
  });

  it('ends event streams at once, and does not wait for them', async () => {
    const front = await openFront();
    const stream = get(front.address(), '/stream');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const startedAt = performance.now();
    expect(await front.drain({ timeoutMs: 60_000, carry: true, signal: never })).toEqual({ cut: 0 });
    expect((await stream).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    await front.listen({ host: '127.0.0.1', port: 0 });
  });

  it('does not hand over a connection on which a request has begun to arrive', async () => {
    const front = await openFront();
    const { port } = front.address();
    const half = connect(port, '127.0.0.1');
    half.on('error', () => undefined);
    half.write('GET /0 HTTP/1.1\r\nHost: x\r\nX-Ha');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await front.drain({ timeoutMs: 100, carry: true, signal: never });
    expect(front.parked()).toEqual([]);
    half.destroy();
    await front.listen({ host: '127.0.0.1', port: 0 });
  });

  it('gives up draining when it is called off', async () => {
    const front = await openFront();
    const slow = get(front.address(), '/800');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const calledOff = new AbortController();
    setTimeout(() => calledOff.abort(), 50);
    await front.drain({ timeoutMs: 60_000, carry: true, signal: calledOff.signal });
    expect((await get(front.address(), '/0')).text, 'still accepting').toBe('done');
    expect((await slow).text).toBe('done');
  });
});

describe('a socket for the next generation', () => {
  it('is bound before anything is given up, and says in words why it cannot be', async () => {
    const front = await openFront();
    const { port } = front.address();
    await expect(openSocket({ host: '127.0.0.1', port }, (fd) => native.duplicate(fd))).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      message: `127.0.0.1:${port} is in use by another program`,
    });
    const opened = await openSocket({ host: '127.0.0.1', port: 0 }, (fd) => native.duplicate(fd));
    const next = new Front({ respond: (_, response) => response.end('next'), refuse: () => undefined });
    fronts.push(next);
    const answer = get(opened, '/');
    await next.listen({ descriptor: opened.descriptor });
    expect((await answer).text).toBe('next');
  });
});
