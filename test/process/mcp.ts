/** MCP over plain fetch, without a client library's retries. */

let nextId = 0;

export interface Reply {
  readonly status: number;
  readonly sessionId: string | null;
  readonly body: { readonly result?: Record<string, unknown>; readonly error?: { readonly code: number; readonly message: string } } | null;
}

export async function post(url: string, message: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });
  const text = await response.text();
  return {
    status: response.status,
    sessionId: response.headers.get('mcp-session-id'),
    body: parseBody(text, response.headers.get('content-type') ?? ''),
  };
}

function parseBody(text: string, type: string): Reply['body'] {
  if (text === '') return null;
  if (!type.includes('text/event-stream')) return JSON.parse(text) as Reply['body'];
  const data = text.split('\n').findLast((line) => line.startsWith('data:') && line.length > 6);
  return data ? (JSON.parse(data.slice(5)) as Reply['body']) : null;
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
};

/** One request of revision 2026-07-28: no handshake, no session. */
export const modern = (
  url: string,
  method: string,
  params: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Reply> =>
  post(
    url,
    { id: ++nextId, method, params: { ...params, _meta: { ...meta, ...(params['_meta'] as object | undefined) } } },
    {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
      ...headers,
    },
  );

export const callTool = (url: string, name: string, args: Record<string, unknown> = {}): Promise<Reply> =>
  modern(url, 'tools/call', { name, arguments: args });

/** The text of a tool's answer. */
export const textOf = (reply: Reply): string =>
  (reply.body?.result?.['content'] as { text: string }[] | undefined)?.[0]?.text ?? JSON.stringify(reply);

/** A session of revision 2025-11-25. */
export async function openSession(
  url: string,
  protocolVersion = '2025-11-25',
  more: Record<string, string> = {},
): Promise<{ id: string; send: (method: string, params?: Record<string, unknown>) => Promise<Reply> }> {
  const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  const reply = await post(url, { id: ++nextId, method: 'initialize', params }, more);
  const id = reply.sessionId ?? '';
  const headers = { 'mcp-session-id': id, 'mcp-protocol-version': protocolVersion, ...more };
  await post(url, { method: 'notifications/initialized' }, headers);
  return { id, send: (method, message = {}) => post(url, { id: ++nextId, method, params: message }, headers) };
}
