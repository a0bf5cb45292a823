/**
 * Attackers of a siege: each sends one kind of hostile request after another until it is over. They run in a thread of their own, so
 * that what they do does not delay the honest caller.
 */
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

interface Target {
  readonly url: string;
  readonly key: string;
  readonly over: AbortSignal;
}

interface Request {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without it, that of the honest caller. */
  readonly key?: string;
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
};

const PAUSE_MS = 100;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** The status of the answer, or what the connection ended with. From an address of its own. */
function send({ url, key }: Target, localAddress: string, request: Request): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'x-api-key': request.key ?? key,
    ...request.headers,
  };
  return new Promise((resolve) => {
    httpRequest(url, { method: 'POST', headers, agent: false, localAddress }, (response) => {
      response.resume().once('close', () => resolve(String(response.statusCode)));
    })
      .once('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? error.message))
      .end(request.body);
  });
}

/** Sends one after another until it is over; how many had which end. */
async function repeat(target: Target, localAddress: string, next: (count: number) => Request): Promise<Readonly<Record<string, number>>> {
  const ends: Record<string, number> = {};
  for (let count = 0; !target.over.aborted; count += 1) {
    const end = await send(target, localAddress, next(count));
    ends[end] = (ends[end] ?? 0) + 1;
    await pause();
  }
  return ends;
}

const headersOf = (method: string, name?: string): Record<string, string> => ({
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': method,
  ...(name !== undefined && { 'mcp-name': name }),
});

const message = (method: string, params: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } });

const call = (name: string, args: unknown): Request => ({
  body: message('tools/call', { name, arguments: args }),
  headers: headersOf('tools/call', name),
});

const times = (count: number, text: string, between = '|'): string => Array.from({ length: count }, () => text).join(between);

const QUERIES = [
  `'000'|${times(9, "join('',[@,@,@,@,@,@,@,@,@,@])")}|join('',[@,'x'])|to_number(@)`,
  times(60, '[@,@][]'),
  `map(&(${times(300, '@')}), @)`,
  `${times(12, '[@,@][]')}|sort_by(@,&to_string(@))`,
  `${times(14, '[@,@][]')}|[].{a:@,b:@,c:@,d:@}`,
  times(40, 'to_string([@])'),
  `[?contains(to_string(@), to_string(@))]|${times(20, '[@,@][]')}|length(@)`,
];

const unknownInputs = (): unknown => Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => [`unknown_${at}`, at]));

const ARGUMENTS: readonly (() => unknown)[] = [
  unknownInputs,
  () => ({ search: 'x'.repeat(3_000_000) }),
  () => ({ search: Array.from({ length: 40_000 }, () => '\u202E') }),
  () => ({ ['y'.repeat(2_000_000)]: '⟦U+202E⟧'.repeat(100_000) }),
  () => Array.from({ length: 100_000 }, () => 0),
];

const FORGED = '\r\n2026-01-01T00:00:00.000Z [TOOL OK]   zia_delete_everything | 1ms | forged \u001B[2J\u2028';

const BODIES: readonly string[] = [
  '{"jsonrpc":"2.0","id":"never","method":"tools/list","params":{}}',
  '{"jsonrpc":"2.0","id":7,"method":5}',
  `[${times(100, '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}', ',')}]`,
  `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'9'.repeat(2_000_000)}}}`,
  '['.repeat(1_000_000),
];

const NOT_ACCEPTED: Readonly<Record<string, string>> = { accept: 'text/plain' };

const initialize = (): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x'.repeat(3_000_000), version: '1' } },
  });

/** Opens connections that send half of a body, and keeps them open. */
async function sendHalves({ url, key, over }: Target): Promise<Readonly<Record<string, number>>> {
  const { port } = new URL(url);
  const [sockets, half] = [new Set<ReturnType<typeof connect>>(), 'x'.repeat(1_000_000)];
  let opened = 0;
  while (!over.aborted) {
    if (sockets.size < 100) {
      const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress: '127.0.3.1' });
      sockets.add(socket);
      opened += 1;
      socket
        .on('error', () => undefined)
        .once('close', () => sockets.delete(socket))
        .resume();
      const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Api-Key: ${key}\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n`;
      socket.write(`${head}{"a":"${half}`);
    }
    await pause();
  }
  for (const socket of sockets) socket.destroy();
  return { opened };
}

/** What attacks, by its name. */
const attackers: Readonly<Record<string, (target: Target) => Promise<Readonly<Record<string, number>>>>> = {
  'hostile queries': (target) =>
    repeat(target, '127.0.3.2', (count) => call('zia_list_rule_labels', { query: QUERIES[count % QUERIES.length] })),
  'hostile arguments': (target) =>
    repeat(target, '127.0.3.3', (count) => call('zia_list_rule_labels', ARGUMENTS[count % ARGUMENTS.length]?.())),
  'forged lines of the log': (target) =>
    repeat(target, '127.0.3.4', (count) => call('zia_list_rule_labels', { search: FORGED, query: FORGED, [`a${count}${FORGED}`]: FORGED })),
  'forged tokens': (target) =>
    repeat(target, '127.0.3.5', (count) => ({ body: message('tools/list', {}), headers: headersOf('tools/list'), key: `forged-${count}` })),
  'refused requests': (target) =>
    repeat(target, '127.0.3.6', (count) => ({
      body: BODIES[count % BODIES.length] ?? '',
      headers: count % 2 === 0 ? NOT_ACCEPTED : { 'mcp-session-id': `none-${count}`, 'mcp-protocol-version': '1999-01-01' },
    })),
  'huge handshakes': (target) => repeat(target, '127.0.3.7', () => ({ body: initialize() })),
  'half-sent bodies': sendHalves,
};

/** Attacks in every way at once. @returns for each attacker, how its requests ended */
export async function attackInEveryWay(url: string, key: string, seconds: number): Promise<string> {
  const worker = new Worker(import.meta.filename, { workerData: { url, key, seconds } });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
}

if (!isMainThread && parentPort !== null && (workerData as { url?: unknown } | null)?.url !== undefined) {
  const { seconds, ...target } = workerData as { url: string; key: string; seconds: number };
  const over = AbortSignal.timeout(seconds * 1_000);
  const ends = await Promise.all(
    Object.entries(attackers).map(async ([name, run]) => `${name} ${JSON.stringify(await run({ ...target, over }))}`),
  );
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- of worker_threads, not of a window
  parentPort.postMessage(ends.join(', '));
}
