import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { it, onTestFinished } from 'vitest';
import { waitFor } from '../../test/wait.ts';
import { betweenRequests } from './parsers.ts';

it('a socket is between requests when the last one has arrived whole, and nothing of the next one', async () => {
  const seen: { url: string; socket: Socket }[] = [];
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', socket: request.socket });
    request.resume();
    response.end();
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void client.destroy());
  const isBetween = () => seen.length > 0 && betweenRequests(server).has(seen[0]?.socket as Socket);
  const send = async (bytes: string, requests: number, expected: boolean) => {
    client.write(bytes);
    await waitFor(() => seen.length === requests && isBetween() === expected);
  };
  await send('GET /1 HTTP/1.1\r\nHost: x\r\n\r\n', 1, true);
  await send('GET /2 HTTP/1.1\r\nHost: x\r\n\r\nG', 2, false);
  await send('ET /3 HTTP/1.1\r\nHost: x\r\n\r\n', 3, true);
  await send('POST /4 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na', 4, false);
  await send('b', 4, true);
});
