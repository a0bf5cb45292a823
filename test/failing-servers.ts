/** Servers that fail in one way each, as real ones do: what a request to them ends in must be said in words. */
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { makeAuthority } from './certificates.ts';

/** A URL at which requests fail, for as long as it is open. */
export interface FailingServer {
  readonly url: string;
  close(): void;
}

/** Messages of JavaScript, Node.js, OpenSSL and client libraries that say nothing to an operator. */
export const RAW_ERROR =
  /fetch failed|terminated|Cannot read|undefined|\[object |\bNaN\b|getaddrinfo|(?:connect|read|write) E[A-Z]+|socket hang up|SSL routines|before secure TLS|Unexpected token|valid JSON|other side closed$|bad port|Headers Overflow|Request was cancelled|HTTP Tunneling|Expected HTTP\/|SyntaxError|TypeError|Socket closed|Connection timeout|self-signed certificate; if the root/;

async function listen(server: Server, scheme = 'http'): Promise<FailingServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

const onData = (answer: (socket: Socket) => void, scheme?: string) => () =>
  listen(
    createServer((socket) => void socket.once('data', () => answer(socket))),
    scheme,
  );
const sending = (text: string, scheme?: string) => onData((socket) => void socket.end(text), scheme);

async function presenting(name: string, validity?: readonly [number, number]): Promise<FailingServer> {
  const { certificate, key } = await (await makeAuthority('An authority')).issue(name, validity);
  return listen(
    createHttpsServer({ cert: certificate, key }, (_, response) => response.end('{}')),
    'https',
  );
}

async function refusing(): Promise<FailingServer> {
  const server = await listen(createServer());
  server.close();
  return server;
}

/** By what is wrong: how to open such a server, and what must be said of it. */
export const failingServers: readonly (readonly [what: string, open: () => Promise<FailingServer>, said: RegExp])[] = [
  ['nothing listens', refusing, /the connection was refused; .*ECONNREFUSED/],
  [
    'the name is unknown',
    () => Promise.resolve({ url: 'https://nowhere.invalid', close: () => undefined }),
    /DNS .*(?:ENOTFOUND|EAI_AGAIN)/,
  ],
  ['the connection is reset', onData((socket) => void socket.resetAndDestroy()), /the connection was reset .*ECONNRESET/],
  ['the connection is closed', onData((socket) => void socket.end()), /the other side closed the connection/],
  ['another protocol answers', sending('SSH-2.0-OpenSSH_9\r\n\r\n'), /the answer is not valid HTTP/],
  ['the body is cut', sending('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a'), /the other side closed the connection/],
  ['a chunk is garbage', sending('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc'), /the answer is not valid HTTP/],
  ['the compression is wrong', sending('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc'), /cannot be unpacked/],
  ['the headers do not end', sending(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`), /the headers of the answer are too long/],
  ['plain HTTP answers at a TLS port', sending('HTTP/1.1 400 Bad Request\r\n\r\n', 'https'), /does not speak TLS at that port/],
  ['the TLS handshake is cut', onData((socket) => void socket.end(), 'https'), /closed the connection during the TLS handshake/],
  ['the certificate is not trusted', () => presenting('127.0.0.1'), /an authority that is not trusted/],
  [
    'the port is blocked',
    () => Promise.resolve({ url: 'http://127.0.0.1:6000', close: () => undefined }),
    /that port is never used for HTTP/,
  ],
];

/** By what is wrong with a proxy: how to open it, and what must be said of it. */
export const failingProxies: readonly (readonly [what: string, open: () => Promise<FailingServer>, said: RegExp])[] = [
  ['nothing listens', refusing, /the connection was refused; .*ECONNREFUSED: 127\.0\.0\.1/],
  ['it wants a password', () => answeringConnect(407), /the proxy requires a user and a password/],
  ['it forbids the host', () => answeringConnect(403), /the proxy does not connect to that host \(403\)/],
  ['it cannot reach the host', () => answeringConnect(502), /the proxy does not connect to that host \(502\)/],
  ['it hangs up', () => listen(createServer((socket) => void socket.end())), /the proxy closed the connection/],
];

function answeringConnect(status: number): Promise<FailingServer> {
  const server = createHttpServer();
  server.on('connect', (_, socket) => void socket.end(`HTTP/1.1 ${status} No\r\n\r\n`));
  return listen(server);
}
