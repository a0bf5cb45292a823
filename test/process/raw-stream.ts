/** A client of one event stream over a raw socket. It checks every byte for a second head, a broken frame or an end. */
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { waitFor } from './harness.ts';

export interface RawEvent {
  readonly id: string | null;
  readonly message: { readonly id?: unknown; readonly method?: string; readonly params?: Record<string, unknown> };
}

export interface RawStream {
  readonly socket: Socket;
  /** Number of response heads: 1 as long as the stream was not opened again. */
  readonly heads: string[];
  readonly events: RawEvent[];
  /** Violations of the protocol in the bytes received. */
  readonly errors: string[];
  /** The response has ended properly. */
  isComplete: () => boolean;
  /** The server closed the connection. */
  isClosed: () => boolean;
}

const clientMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
};

/** The GET stream of a session of revision 2025-11-25. */
export const openGetStream = (url: string, session: string, more: Record<string, string> = {}): Promise<RawStream> =>
  open(url, 'GET', { 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': session, ...more }, null);

/** A subscription of revision 2026-07-28; its acknowledgement is the first event. */
export const openSubscription = (url: string, id: number | string, more: Record<string, string> = {}): Promise<RawStream> =>
  open(
    url,
    'POST',
    {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'subscriptions/listen',
      'content-type': 'application/json',
      ...more,
    },
    { jsonrpc: '2.0', id, method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true }, _meta: clientMeta } },
  );

/** Checks that the connection has carried only events, in the first response. */
export function expectUnbroken(stream: RawStream): void {
  expect(stream.errors).toEqual([]);
  expect(stream.heads).toEqual([expect.stringContaining('HTTP/1.1 200 OK')]);
  expect([stream.isComplete(), stream.isClosed()]).toEqual([false, false]);
}

async function open(url: string, method: string, headers: Record<string, string>, message: object | null): Promise<RawStream> {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  const stream = follow(socket);
  const body = message === null ? '' : JSON.stringify(message);
  const lines = [`${method} ${pathname} HTTP/1.1`, `Host: ${host}`, 'Accept: application/json, text/event-stream'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (message !== null) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  await waitFor(() => stream.heads.length === 1 && (message === null || stream.events.length === 1));
  return stream;
}

function follow(socket: Socket): RawStream {
  const stream = { socket, heads: [] as string[], events: [] as RawEvent[], errors: [] as string[] };
  let bytes = '';
  let text = '';
  let isComplete = false;
  let isClosed = false;
  let isInBody = false;
  socket.setEncoding('utf8').on('data', (part: string) => {
    bytes += part;
    while (isInBody ? takeChunk() : takeHead());
  });
  socket.on('error', () => (isClosed = true)).on('close', () => (isClosed = true));

  function takeHead(): boolean {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return false;
    stream.heads.push(bytes.slice(0, end));
    bytes = bytes.slice(end + 4);
    isInBody = true;
    return true;
  }

  function takeChunk(): boolean {
    const end = bytes.indexOf('\r\n');
    if (end < 0) return false;
    const size = bytes.slice(0, end);
    if (!/^[0-9a-f]+$/i.test(size)) {
      stream.errors.push(`no chunk: ${JSON.stringify(bytes.slice(0, 80))}`);
      bytes = '';
      return false;
    }
    const rest = Buffer.from(bytes.slice(end + 2));
    const length = Number.parseInt(size, 16);
    if (rest.length < length + 2) return false;
    takeEvents(rest.subarray(0, length).toString());
    bytes = rest.subarray(length + 2).toString();
    isComplete = length === 0;
    isInBody = !isComplete;
    return true;
  }

  function takeEvents(part: string): void {
    const blocks = (text + part).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? null;
      const data = field('data');
      if (data) stream.events.push({ id: field('id'), message: JSON.parse(data) as RawEvent['message'] });
    }
  }

  return { ...stream, isComplete: () => isComplete, isClosed: () => isClosed };
}
