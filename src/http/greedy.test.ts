import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { waitFor } from '../../test/wait.ts';
import type { Connection, Visit } from './connection.ts';
import { Front } from './front.ts';
import { findGreedy, MOST_UNREAD } from './greedy.ts';

/** A connection with unread bytes on its socket and in answers that wait for their turn. */
function connection(unread: number, { queued = 0, stands = true } = {}): Connection {
  const socket = { writableLength: unread };
  const visits = [
    { response: { writableLength: unread, socket } },
    { response: { writableLength: queued, socket: null } },
  ] as unknown as Visit[];
  return { socket, visits: new Set(visits), unread: { forMs: () => (stands ? 1_000 : 0) } } as unknown as Connection;
}

const limits = { one: 100, all: 250 };

it.each([
  ['nobody within the limits', [connection(90), connection(90), connection(70)], []],
  ['one that has too much', [connection(90), connection(101, { stands: false })], [1]],
  ['one whose waiting answers are too much', [connection(90), connection(50, { queued: 60 })], [1]],
  ['of all that are too much, those with most', [connection(70), connection(90), connection(80), connection(60)], [1]],
  ['only those that stand still', [connection(99, { stands: false }), connection(98), connection(97), connection(96)], [1, 2]],
])('ends %s', (_what, connections, ended) => {
  expect(findGreedy(connections, 0, limits).map((one) => connections.indexOf(one))).toEqual(ended);
});

it('a client that pipelines requests and reads no answer is ended once they take too much', async () => {
  const answer = Buffer.alloc(MOST_UNREAD.one / 16, 'x');
  const responses: ServerResponse[] = [];
  const front = new Front({
    respond: (_request, response) => {
      responses.push(response);
      response.end(answer);
    },
    refuse: () => undefined,
  });
  onTestFinished(() => void front.close(performance.now()));
  const { port } = await front.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(40));
  await waitFor(() => responses.length > 17);
  await waitFor(() => responses.every(({ destroyed }) => destroyed));
});
