/** Clients that speak MCP over a pair of byte streams, such as stdin and stdout. */
import type { Readable, Writable } from 'node:stream';
import type { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Log } from '../common/log.ts';
import { LineTransport, type SavedPipe } from './lines.ts';
import { notifyToolsChanged, type CreateServer } from './server.ts';

/** One client over stdio. */
export interface StdioConnection {
  /** Resolves when messages are accepted; after a restart, once the client's handshake has been repeated. */
  readonly begun: Promise<void>;
  /** Resolves when the client closes its end or is gone. Running requests continue until `close`. */
  readonly closed: Promise<void>;
  /** Resolves when every request has its answer. */
  idle(): Promise<void>;
  /** Stops accepting messages; what the client sends waits in the pipe. */
  hold(): void;
  /** What another process needs to continue; called after `hold`, once no request is running. */
  save(): SavedPipe;
  /** Undoes `hold`. */
  resume(): void;
  /** Aborts running requests. The byte streams stay open. */
  close(): Promise<void>;
}

interface Pipe {
  /** The server that the SDK asked for last: it may answer a probe with another one before the session begins. */
  server: McpServer | null;
  readonly transport: LineTransport;
  readonly close: () => Promise<void>;
}

/** What `Pipes` needs. */
export interface PipesOptions {
  readonly createServer: CreateServer;
  readonly log: Log;
  readonly generation: number;
}

/** The pipes that are open. */
export class Pipes {
  readonly #options: PipesOptions;
  readonly #pipes = new Set<Pipe>();

  constructor(options: PipesOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#pipes.size;
  }

  /** @param saved continues the pipe of another process */
  open(input: Readable, output: Writable, saved: SavedPipe | null): StdioConnection {
    const { createServer, log, generation } = this.#options;
    const transport = new LineTransport(input, output, saved, generation);
    const pipe: Pipe = { server: null, transport, close: () => handle.close() };
    const handle = serveStdio(() => (pipe.server = createServer({})), {
      transport,
      onerror: (error) => log.debug({ err: error }, 'a message over stdio was refused or could not be served'),
    });
    this.#pipes.add(pipe);
    return {
      begun: transport.begun,
      closed: transport.ended,
      idle: () => transport.idle(),
      hold: () => transport.hold(),
      save: () => transport.save(),
      resume: () => transport.resume(),
      close: async () => {
        this.#pipes.delete(pipe);
        await handle.close();
      },
    };
  }

  toolsChanged(): void {
    for (const { server } of this.#pipes) if (server) notifyToolsChanged(server, this.#options.log);
  }

  /** Answers every running request with an error that says `why`. */
  async abandon(why: string): Promise<void> {
    await Promise.all(Array.from(this.#pipes, ({ transport }) => transport.abandon(why)));
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#pipes, (pipe) => pipe.close()));
  }
}
