import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { post } from '../../../test/conformance/raw.ts';
import { startStack, type Stack } from '../../../test/conformance/stack.ts';
import { waitFor } from '../../../test/wait.ts';
import { RateLimit } from '../rate-limit.ts';
import { USUAL_MESSAGE as FREE } from '../../common/json.ts';
import { BodyRoom, costOfValues } from './body-room.ts';

const MIB = 1_024 * 1_024;

describe('the room for bodies', () => {
  it('gives up the body that waits longest for its size, and lets the newcomer in', () => {
    const room = new BodyRoom(() => 100_000);
    const givenUp: string[] = [];
    const open = (name: string) => room.open(() => givenUp.push(name));
    const [big, small] = [open('big'), open('small')];
    expect([big.take(FREE + 80_000), small.take(FREE + 10_000), room.used]).toEqual([true, true, 90_000]);
    const newcomer = open('newcomer');
    expect([newcomer.take(FREE + 20_000), givenUp, room.used]).toEqual([true, ['big'], 30_000]);
    // What was given up takes nothing any more.
    expect([big.take(1_000_000), room.used]).toEqual([false, 30_000]);
    for (const place of [big, small, newcomer]) place.leave();
    expect(room.used).toBe(0);
  });

  it('refuses the newcomer where all others have arrived, but never what is free', () => {
    const room = new BodyRoom(() => 100_000);
    const fail = () => expect.unreachable('nobody is to be given up');
    const arrived = room.open(fail);
    arrived.take(FREE + 90_000);
    arrived.arrived();
    const newcomer = room.open(fail);
    expect([newcomer.take(FREE), newcomer.take(20_000), newcomer.take(10_000)]).toEqual([true, false, true]);
    arrived.leave();
    arrived.leave();
    expect([newcomer.take(50_000), room.used]).toEqual([true, 60_000]);
  });

  it('counts values by what they take once they are parsed', () => {
    expect(costOfValues(Buffer.from('[]'))).toBe(0);
    expect(costOfValues(Buffer.from(`[${'[],'.repeat(50_000)}[]]`))).toBeGreaterThan(50_000 * 80);
    expect(costOfValues(Buffer.from(`["${'x'.repeat(100_000)}"]`))).toBeLessThan(100);
  });
});

const start = (bodies: number): Promise<Stack> =>
  startStack({ limits: { body: 4 * MIB, bodies, isAllowedSource: () => true, isTrustedProxy: () => false, rate: new RateLimit(0) } });

/** Sends the first part of a body of four megabytes, and collects the answer. */
function sendPart(url: string, bytes: number): { socket: Socket; answer: () => string } {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.write(
    'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: 4000000\r\n\r\n',
  );
  socket.write(Buffer.alloc(bytes, '['));
  return { socket, answer: () => answer };
}

const echo = (text: string) => ({ jsonrpc: '2.0', method: 'notifications/initialized', params: { text } });
/** Has no session, which is found out after the body was read. */
const READ = 400;

describe('bodies that are half sent', () => {
  it('make room for others: those get 503 with the reason, and every other caller is served', async () => {
    const { url } = await start(2 * MIB);
    const parts = Array.from({ length: 12 }, () => sendPart(url, 500_000));
    await waitFor(() => parts.filter(({ answer }) => answer() !== '').length >= 7);
    expect((await post(url, echo('small'))).status).toBe(READ);
    expect((await post(url, echo('x'.repeat(MIB)))).status).toBe(READ);
    const refused = parts.map(({ answer }) => answer()).filter((answer) => answer !== '');
    for (const answer of refused) {
      expect(answer).toMatch(/^HTTP\/1\.1 503 /);
      expect(answer).toMatch(/retry-after: 2/i);
      expect(answer).toContain('2097152 bytes that they may take together (ZSCALER_MCP_REQUEST_BODIES_LIMIT)');
    }
    // The rest goes on as if nothing had happened.
    const [left] = parts.filter(({ answer }) => answer() === '');
    left?.socket.write(Buffer.alloc(3_500_000, '['));
    await waitFor(() => left === undefined || left.answer() !== '');
  });

  it('give their room back when their clients go', async () => {
    const { url } = await start(MIB);
    for (let times = 0; times < 3; times++) {
      const { socket } = sendPart(url, 900_000);
      await waitFor(() => socket.bytesWritten > 900_000);
      socket.destroy();
    }
    await waitFor(async () => (await post(url, echo('x'.repeat(900_000)))).status === READ);
  });
});

it('a message whose values would take more than there is gets 413 before it is parsed', async () => {
  const { url } = await start(8 * MIB);
  const answer = await post(url, `{"jsonrpc":"2.0","method":"a","params":{"a":[${'[],'.repeat(300_000)}[]]}}`);
  expect(answer.status).toBe(413);
  expect(await answer.text()).toMatch(/has so many values that it would take \d+ bytes of memory.*\(ZSCALER_MCP_REQUEST_BODIES_LIMIT\)/);
});
