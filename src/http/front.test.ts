import { Agent, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadNative } from '../lifecycle/native.ts';
import { Front } from './front.ts';
import { openSocket } from './socket.ts';

const fronts: Front[] = [];
const agents: Agent[] = [];
const native = loadNative({ env: {} });
if (!native) throw new Error('these tests need the FFI');

afterEach(async () => {
  vi.useRealTimers();
  for (const agent of agents.splice(0)) agent.destroy();
  for (const front of fronts.splice(0)) await front.close(0);
});

/** A front whose test decides when an answer is given. */
type TestFront = Front & {
  /** Resolves when a request for this path has arrived. */
  arrival: (path: string) => Promise<void>;
  /** Answers the request for a path that begins with `/held`. */
  release: (path: string) => void;
};

/** Answers at once; `/held...` when the test releases it, `/stream` never by itself, `/begun` not before the last call. */
async function openFront(): Promise<TestFront> {
  const begun = new Set<ServerResponse>();
  const held = new Map<string, ServerResponse>();
  const seen = new Set<string>();
  const front = new Front({
    lastCall: async (why) => {
      // Longer than a response may take to close: the errors are stored for other replicas first.
      if (begun.size > 0) await new Promise((resolve) => setTimeout(resolve, 400));
      for (const response of begun) response.end(why);
    },
    respond(incoming, response, context) {
      const url = incoming.url ?? '';
      incoming.resume();
      seen.add(url);
      if (url === '/stream') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        return context.standing({ end: () => response.end() });
      }
      if (url === '/begun') {
        begun.add(response);
        response.write('begun, ');
        return;
      }
      if (url === '/large') return void response.end(Buffer.alloc(LARGE, 'x'));
      if (url === '/body') return void incoming.once('end', () => response.end('done'));
      if (url.startsWith('/held')) return void held.set(url, response);
      response.end('done');
    },
    refuse(response, why) {
      response.statusCode = 503;
      response.end(why);
    },
  });
  fronts.push(front);
  await front.listen({ host: '127.0.0.1', port: 0 });
  return Object.assign(front, {
    arrival: (path: string) => until(() => seen.has(path)),
    release: (path: string) => held.get(path)?.end('done'),
  });
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

/** More than the buffers of two sockets hold. */
const LARGE = 12 * 1_024 * 1_024;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A client that writes bytes. */
function openRaw(front: Front) {
  const socket = connect(front.address().port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  socket.on('error', () => undefined);
  return { socket, text: () => text };
}

/** Writes a part of a request, and resolves when the front has read it: a request written later has been answered. */
async function writePart(front: Front, { socket }: { socket: Socket }, part: string): Promise<void> {
  await new Promise<void>((resolve) => socket.write(part, () => resolve()));
  for (let round = 0; round < 2; round++) await get(front.address(), '/0');
}

describe('a front that falls silent', () => {
  it('lets what is in flight finish, holds newcomers in the kernel, and serves them when it resumes', async () => {
    const front = await openFront();
    const address = front.address();
    const agent = keptAlive();
    const first = await get(address, '/0', agent);
    const slow = get(address, '/held');
    await front.arrival('/held');
    const copy = native.duplicate(front.descriptor() ?? -1);
    const draining = front.drain({ timeoutMs: 60_000, carry: true, signal: never });
    front.release('/held');
    expect(await draining).toEqual({ interrupted: 0 });
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
    await front.arrival('/begun');
    expect(await front.drain({ timeoutMs: 50, carry: true, signal: never })).toEqual({ interrupted: 1 });
    expect((await answer).text).toMatch(/^begun, .*did not finish in time$/);
  });

  it('gives an error to what does not finish in time, and counts it', async () => {
    const front = await openFront();
    const slow = get(front.address(), '/held');
    await front.arrival('/held');
    expect(await front.drain({ timeoutMs: 100, carry: true, signal: never })).toEqual({ interrupted: 1 });
    expect(await slow).toMatchObject({ status: 503, text: expect.stringContaining('did not finish in time') as string });
  });

  it('without carrying tells clients to reconnect and closes what is idle', async () => {
    const front = await openFront();
    const address = front.address();
    const agent = keptAlive();
    await get(address, '/0', agent);
    const slow = get(address, '/held');
    await front.arrival('/held');
    const draining = front.drain({ timeoutMs: 60_000, carry: false, signal: never });
    expect((await get(address, '/0', agent)).headers.connection).toBe('close');
    front.release('/held');
    await Promise.all([slow, draining]);
    expect(front.parked()).toEqual([]);
    await expect(get(address, '/0')).rejects.toThrow();
    await front.listen({ host: '127.0.0.1', port: 0 });
  });

  it('ends event streams at once, and does not wait for them', async () => {
    const front = await openFront();
    const stream = get(front.address(), '/stream');
    await front.arrival('/stream');
    vi.useFakeTimers({ toFake: ['performance'] });
    // The clock stands still: no timeout ends the drain.
    expect(await front.drain({ timeoutMs: 60_000, carry: true, signal: never })).toEqual({ interrupted: 0 });
    expect((await stream).status).toBe(200);
    await front.listen({ host: '127.0.0.1', port: 0 });
  });

  it('does not hand over a connection on which a request has begun to arrive', async () => {
    const front = await openFront();
    const half = openRaw(front);
    await writePart(front, half, 'GET /0 HTTP/1.1\r\nHost: x\r\nX-Ha');
    await front.drain({ timeoutMs: 100, carry: true, signal: never });
    expect(front.parked()).toEqual([]);
    half.socket.destroy();
    await front.listen({ host: '127.0.0.1', port: 0 });
  });

  it.each(['G', 'GET /0 HTTP/1.1\r\nX-Half: GET /smuggled HTTP/1.1', 'POST /0 HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf'])(
    'does not take a connection for idle on which a pipelined next request has begun: %j',
    async (beginning) => {
      const front = await openFront();
      const client = openRaw(front);
      client.socket.write(`GET /0 HTTP/1.1\r\nHost: x\r\n\r\n${beginning}`);
      await until(() => client.text().includes('done'));
      const draining = front.drain({ timeoutMs: 60_000, carry: true, signal: never });
      await pause(50);
      expect(front.parked()).toEqual([]);
      const rest = beginning.startsWith('POST') ? 'x'.repeat(95) : `${beginning === 'G' ? 'ET /0 HTTP/1.1' : ''}\r\nHost: x\r\n\r\n`;
      client.socket.write(rest);
      expect(await draining).toEqual({ interrupted: 0 });
      await until(() => client.text().match(/done/g)?.length === 2);
      expect(client.text().match(/HTTP\/1\.1 200/g)).toHaveLength(2);
      expect(front.parked()).toHaveLength(1);
      await front.resume({ host: '127.0.0.1', port: 0 });
    },
  );

  it.each([
    ['a header, before', 'GET /0 HTTP/1.1\r\nHo', 'st: x\r\n\r\n', true],
    ['a header, during', 'GET /0 HTTP/1.1\r\nHo', 'st: x\r\n\r\n', false],
    ['a body, before', 'POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nha', 'lf', true],
    ['a body, during', 'POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nha', 'lf', false],
  ])('waits for the rest of %s the drain, for longer than a second', async (_what, beginning, rest, isBefore) => {
    const front = await openFront();
    const slow = openRaw(front);
    // Keeps the drain in its first part, in which new connections are accepted.
    slow.socket.write('GET /held HTTP/1.1\r\nHost: x\r\n\r\n');
    await front.arrival('/held');
    const client = openRaw(front);
    if (isBefore) await writePart(front, client, beginning);
    const draining = front.drain({ timeoutMs: 60_000, carry: true, signal: never });
    if (!isBefore) await writePart(front, client, beginning);
    front.release('/held');
    await pause(1_600);
    client.socket.write(rest);
    expect(await draining).toEqual({ interrupted: 0 });
    await until(() => client.text().endsWith('done') && slow.text().endsWith('done'));
    await front.resume({ host: '127.0.0.1', port: 0 });
  });

  it('gives what comes during the drain the whole time once more', async () => {
    const front = await openFront();
    vi.useFakeTimers({ toFake: ['performance'] });
    const first = get(front.address(), '/held/1');
    await front.arrival('/held/1');
    const draining = front.drain({ timeoutMs: 60_000, carry: true, signal: never });
    const second = get(front.address(), '/held/2');
    await front.arrival('/held/2');
    vi.advanceTimersByTime(50_000);
    front.release('/held/1');
    await until(() => front.descriptor() === null);
    vi.advanceTimersByTime(50_000);
    await pause(50);
    front.release('/held/2');
    expect(await draining).toEqual({ interrupted: 0 });
    expect([(await first).text, (await second).text]).toEqual(['done', 'done']);
  });

  it('answers half of a header with an error in the end, and counts it', async () => {
    const front = await openFront();
    const client = openRaw(front);
    await writePart(front, client, 'GET /0 HTTP/1.1\r\nHo');
    expect(await front.drain({ timeoutMs: 50, carry: true, signal: never })).toEqual({ interrupted: 1 });
    await until(() => client.socket.destroyed);
    expect(client.text()).toMatch(/^HTTP\/1\.1 503 .*Connection: close/s);
  });

  it('lets an answer leave that was written when the time was over', async () => {
    const front = await openFront();
    const client = openRaw(front);
    client.socket.pause();
    client.socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
    await front.arrival('/large');
    vi.useFakeTimers({ toFake: ['performance'] });
    const draining = front.drain({ timeoutMs: 50, carry: true, signal: never });
    vi.advanceTimersByTime(60);
    await until(() => front.descriptor() === null);
    // The time for what came meanwhile is over as well; from here the clock stands still.
    vi.advanceTimersByTime(60);
    await pause(50);
    client.socket.resume();
    expect(await draining).toEqual({ interrupted: 0 });
    await until(() => client.text().endsWith('x'.repeat(100)));
    expect(client.text().length).toBeGreaterThan(LARGE);
  });

  it('leaves requests to the end of the server when it is called off after it has stopped accepting', async () => {
    const front = await openFront();
    const [slow, idle] = [openRaw(front), openRaw(front)];
    idle.socket.write('GET /0 HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => idle.text().endsWith('done'));
    const calledOff = new AbortController();
    const first = get(front.address(), '/held/1');
    await front.arrival('/held/1');
    const draining = front.drain({ timeoutMs: 60_000, carry: true, signal: calledOff.signal });
    slow.socket.write('GET /held/2 HTTP/1.1\r\nHost: x\r\n\r\n');
    await front.arrival('/held/2');
    front.release('/held/1');
    await first;
    await until(() => front.parked().length > 0);
    calledOff.abort();
    expect(await draining).toEqual({ interrupted: 0 });
    expect(front.parked()).toEqual([]);
    const closing = front.close(performance.now() + 60_000);
    front.release('/held/2');
    expect(await closing).toEqual({ interrupted: 0 });
    await until(() => slow.text().endsWith('done'));
  });

  it('gives up draining when it is called off', async () => {
    const front = await openFront();
    const slow = get(front.address(), '/held');
    await front.arrival('/held');
    const calledOff = new AbortController();
    const draining = front.drain({ timeoutMs: 60_000, carry: true, signal: calledOff.signal });
    calledOff.abort();
    await draining;
    expect((await get(front.address(), '/0')).text, 'still accepting').toBe('done');
    front.release('/held');
    expect((await slow).text).toBe('done');
  });
});

describe('an event stream that can be carried', () => {
  it('goes on in another front, in the same response over the same connection', async () => {
    const { front, client, state } = await openStream();
    expect(await front.drain({ timeoutMs: 1_000, carry: true, streams: true, signal: never })).toEqual({ interrupted: 0 });
    expect(state.isHeld).toBe(true);
    const [parked] = front.parked();
    const copy = native.duplicate(parked?.descriptor ?? -1);
    await front.close(0);
    const next = await openStreamingFront();
    next.front.adopt([{ descriptor: copy, stream: parked?.stream ?? null }]);
    await until(() => client.text().includes('again'));
    expect(client.text().match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(client.text()).toMatch(/\r\n\r\n5\r\nfirst\r\n.*unsent.*again after=7 body=b\r\n$/s);
    next.state.response?.end();
    await until(() => client.text().endsWith('0\r\n\r\n'));
    client.socket.write('GET /0 HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => client.text().endsWith('done'));
  });

  it('goes on where it was when the front resumes', async () => {
    const { front, client, state } = await openStream();
    await front.drain({ timeoutMs: 1_000, carry: true, streams: true, signal: never });
    await front.resume({ host: '127.0.0.1', port: 0 });
    expect(state.isHeld).toBe(false);
    state.response?.end('last');
    await until(() => client.text().endsWith('4\r\nlast\r\n0\r\n\r\n'));
    client.socket.write('GET /0 HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => client.text().endsWith('done'));
  });

  it('is left where it is when its client sent something more', async () => {
    const { front, client } = await openStream();
    client.socket.write('GET /0 HT');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await front.drain({ timeoutMs: 50, carry: true, streams: true, signal: never });
    expect(front.parked()).toEqual([]);
    await until(() => client.socket.destroyed);
  });

  it('ends once when its client has sent another request behind it, which is answered', async () => {
    const { front, client, state } = await openStream();
    client.socket.write('GET /0 HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await front.drain({ timeoutMs: 60_000, carry: true, streams: true, signal: never })).toEqual({ interrupted: 0 });
    await until(() => client.text().endsWith('done'));
    expect(client.text().match(/0\r\n\r\nHTTP\/1\.1 200/g)).toHaveLength(1);
    expect(state.ends).toBe(1);
    expect(front.parked()).toHaveLength(1);
  });

  it('is left where it is when its client does not take what was sent', async () => {
    const { front, client, state } = await openStream();
    client.socket.pause();
    state.response?.write(Buffer.alloc(32 * 1_024 * 1_024));
    await front.drain({ timeoutMs: 50, carry: true, streams: true, signal: never });
    expect(front.parked()).toEqual([]);
  });

  it('ends when sessions do', async () => {
    const { front, client } = await openStream();
    await front.drain({ timeoutMs: 50, carry: true, streams: false, signal: never });
    expect(front.parked().filter(({ stream }) => stream !== null)).toEqual([]);
    await until(() => client.text().endsWith('0\r\n\r\n'));
  });
});

interface StreamState {
  response: ServerResponse | null;
  isHeld: boolean;
  ends: number;
}

/** `POST /stream` begins a stream that says what it was asked; anything else is done at once. */
async function openStreamingFront(): Promise<{ front: Front; state: StreamState }> {
  const state: StreamState = { response: null, isHeld: false, ends: 0 };
  const front = new Front({
    respond(incoming, response, context) {
      if (incoming.url !== '/stream') return void response.end('done');
      let body = '';
      incoming.setEncoding('utf8').on('data', (part: string) => (body += part));
      incoming.once('end', () => {
        state.response = response;
        response.setHeader('content-type', 'text/event-stream');
        response.flushHeaders();
        if (context.continued) response.write(context.continued.unsent);
        response.write(context.continued ? `again after=${String(incoming.headers['last-event-id'])} body=${body}` : 'first');
        const carry = {
          hold: () => (state.isHeld = true),
          release: () => (state.isHeld = false),
          save: () => ({ body, lastEventId: '7', unsent: 'unsent' }),
        };
        const end = () => {
          state.ends++;
          response.end();
        };
        context.standing({ end, carry });
      });
    },
    refuse: () => undefined,
  });
  fronts.push(front);
  await front.listen({ host: '127.0.0.1', port: 0 });
  return { front, state };
}

async function openStream() {
  const { front, state } = await openStreamingFront();
  const socket = connect(front.address().port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  socket.on('error', () => undefined);
  socket.write('POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb');
  await until(() => text.includes('first'));
  return { front, state, client: { socket, text: () => text } };
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a socket for the next generation', () => {
  it('is bound before anything is given up, and says in words why it cannot be', async () => {
    const front = await openFront();
    const { port } = front.address();
    await expect(openSocket({ host: '127.0.0.1', port }, (fd) => native.duplicate(fd))).rejects.toMatchObject({
      code: 'ERR_LISTEN',
      message: `127.0.0.1:${port} is in use by another process`,
    });
    const opened = await openSocket({ host: '127.0.0.1', port: 0 }, (fd) => native.duplicate(fd));
    const next = new Front({ respond: (_, response) => response.end('next'), refuse: () => undefined });
    fronts.push(next);
    const answer = get(opened, '/');
    await next.listen({ descriptor: opened.descriptor });
    expect((await answer).text).toBe('next');
  });
});
