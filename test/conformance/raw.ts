/** Raw requests, for details that a client library hides. */

let nextId = 100;

export interface RawSession {
  readonly id: string;
  /** Sends any request of this session; `headers` are added to those that it needs. */
  fetch(method: string, body?: unknown, headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>;
  /** One request and the answer to it. */
  ask(method: string, params?: object): Promise<Record<string, unknown>>;
}

const base = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

export const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { ...base, ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) });

export const initialize = (url: string, protocolVersion = '2025-11-25', capabilities: object = {}): Promise<Response> =>
  post(url, {
    jsonrpc: '2.0',
    id: ++nextId,
    method: 'initialize',
    params: { protocolVersion, capabilities, clientInfo: { name: 'raw', version: '1' } },
  });

/** Opens a session, including the handshake. */
export async function openSession(url: string, protocolVersion = '2025-11-25', capabilities: object = {}): Promise<RawSession> {
  const response = await initialize(url, protocolVersion, capabilities);
  await response.text();
  const id = response.headers.get('mcp-session-id') ?? '';
  const session: RawSession = {
    id,
    fetch: (method, body, headers = {}, signal) =>
      fetch(url, {
        method,
        headers: { ...base, 'mcp-session-id': id, 'mcp-protocol-version': protocolVersion, ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      }),
    async ask(method, params = {}) {
      const answer = await session.fetch('POST', { jsonrpc: '2.0', id: ++nextId, method, params });
      for await (const event of readEvents(answer)) if ('id' in event.message) return event.message;
      throw new Error(`no answer to ${method}`);
    },
  };
  await session.fetch('POST', { jsonrpc: '2.0', method: 'notifications/initialized' });
  return session;
}

/** A request of revision 2026-07-28. */
export const modern = (url: string, method: string, params: Record<string, unknown> = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: {
      ...base,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: ++nextId,
      method,
      params: {
        ...params,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientCapabilities': {},
          'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
          ...(params['_meta'] as object | undefined),
        },
      },
    }),
    ...(signal && { signal }),
  });

export interface RawEvent {
  readonly id: string | null;
  readonly message: Record<string, unknown>;
}

/** The messages of an answer: of one in JSON, or of a stream as they arrive; events without a message are skipped unless `all`. */
export async function* readEvents(response: Response, all = false): AsyncGenerator<RawEvent> {
  if (response.headers.get('content-type')?.startsWith('application/json')) {
    const body = (await response.json()) as RawEvent['message'] | RawEvent['message'][];
    for (const message of [body].flat()) yield { id: null, message };
    return;
  }
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const data =
        lines
          .find((line) => line.startsWith('data:'))
          ?.slice(5)
          .trim() ?? '';
      const id =
        lines
          .find((line) => line.startsWith('id:'))
          ?.slice(3)
          .trim() ?? null;
      if (data !== '') yield { id, message: JSON.parse(data) as Record<string, unknown> };
      else if (all && id !== null) yield { id, message: {} };
    }
  }
}

export { waitFor as until } from '../wait.ts';
