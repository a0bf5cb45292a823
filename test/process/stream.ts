/**
 * A client of one event stream of revision 2025-11-25 that follows the specification: when the connection ends, it resumes the
 * stream with the last event's ID. It keeps all events, so that a gap or a duplicate shows.
 */
import { Agent, request } from 'node:http';

export interface StreamLog {
  /** Ids of the events that carried a message, in the order of their arrival. */
  readonly events: string[];
  readonly methods: string[];
  /** Number of connections opened; 1 if the first one survived. */
  connections: number;
  /** Failures other than an orderly end of the connection. */
  readonly errors: string[];
}

export interface StreamClient {
  readonly log: StreamLog;
  /** Resolves when the server has accepted the stream for the first time. */
  readonly opened: Promise<void>;
  close(): void;
}

/** Shorter than the server proposes: the test looks for lost events, which a longer pause would not reveal better. */
const RETRY_MS = 50;

export function openStream(url: string, session: string): StreamClient {
  const log: StreamLog = { events: [], methods: [], connections: 0, errors: [] };
  let lastId: string | null = null;
  let closed = false;
  let current: { destroy(): void } | null = null;
  const { promise: opened, resolve } = Promise.withResolvers<void>();

  function connect(): void {
    if (closed) return;
    log.connections++;
    const headers = {
      accept: 'text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      'mcp-session-id': session,
      ...(lastId !== null && { 'last-event-id': lastId }),
    };
    const outgoing = request(url, { agent: new Agent({ keepAlive: false }), headers }, (incoming) => {
      if (incoming.statusCode !== 200) log.errors.push(`status ${incoming.statusCode}`);
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => {
        const blocks = (text + part).split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) take(block);
      });
      incoming.once('end', again).once('error', (error) => (fail(error), again()));
      resolve();
    });
    current = outgoing;
    outgoing.once('error', (error) => (fail(error), again())).end();
  }

  const fail = ({ code, message }: NodeJS.ErrnoException): void => {
    if (!closed) log.errors.push(code ?? message);
  };

  let waiting = false;
  function again(): void {
    if (waiting) return;
    waiting = true;
    setTimeout(() => ((waiting = false), connect()), RETRY_MS);
  }

  function take(block: string): void {
    const field = (name: string) =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim();
    const id = field('id');
    const data = field('data');
    if (id) lastId = id;
    if (!data) return;
    log.events.push(id ?? '');
    log.methods.push((JSON.parse(data) as { method?: string }).method ?? '');
  }

  connect();
  return {
    log,
    opened,
    close() {
      closed = true;
      current?.destroy();
    },
  };
}
