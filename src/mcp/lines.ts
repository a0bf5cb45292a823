/** JSON-RPC over a pair of byte streams, one message per line. Integers of any size keep their digits. */
import type { Readable, Writable } from 'node:stream';
import { parseJSONRPCMessage, type JSONRPCMessage, type RequestId, type Transport } from '@modelcontextprotocol/server';
import { parseMessage, stringifyJson, TooComplex } from '../common/json.ts';
import { Pieces } from '../common/pieces.ts';
import { acceptAnswers, markRequests } from './generation.ts';
import { fillIn, hasList } from './prepared-list.ts';
import { shortenError } from './short-errors.ts';
import { levelIn, outline, type Handshake } from './handshake.ts';
import { judgeContent } from './judge.ts';
import { readLeniently } from './lenient.ts';
import { abandoned } from './web.ts';

/** What another process needs to continue with the same pipe. */
export interface SavedPipe {
  /** The client's handshake; null before it, and for revision 2026-07-28, which has none. */
  readonly handshake: Handshake | null;
  /** Bytes that were read and not yet processed, in base64. */
  readonly rest: string;
}

const MAX_LINE = 10 * 1_024 * 1_024;
const NEWLINE = 0x0a;
const MOST_UNREAD = 64 * 1_024 * 1_024;

/** The transport of one client over stdio. */
export class LineTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** Resolves when messages are accepted; after a restart, once the handshake has been repeated. */
  readonly begun: Promise<void>;
  /** Resolves when the client closes its end or cannot be reached. Running requests may still finish. */
  readonly ended: Promise<void>;
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #end: () => void;
  readonly #begin: () => void;
  /** The beginning of a line. */
  readonly #line = new Pieces();
  #isSkipping = false;
  #isClosed = false;
  /** Whether messages wait in the pipe until the client has read its answers. */
  #isCrowded = false;
  readonly #running = new Set<RequestId>();
  #waiting: (() => void)[] = [];
  #handshake: Handshake | null = null;
  /** An `initialize` that is not answered yet. */
  #opening: { readonly id: RequestId; readonly handshake: Handshake } | null = null;
  readonly #saved: SavedPipe | null;
  readonly #generation: number;
  readonly #mostUnread: number;
  /** Repeated requests of the handshake, whose answers the client already has. */
  readonly #repeated = new Map<RequestId, () => void>();

  /** @param mostUnread bytes that may wait for a client that does not read, before no further message of it is read */
  constructor(input: Readable, output: Writable, saved: SavedPipe | null = null, generation = 1, mostUnread = MOST_UNREAD) {
    this.#mostUnread = mostUnread;
    this.#generation = generation;
    this.#saved = saved;
    this.#input = input;
    this.#output = output;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    const begun = Promise.withResolvers<void>();
    this.begun = begun.promise;
    this.#begin = begun.resolve;
  }

  async start(): Promise<void> {
    markRequests(this, this.#generation);
    this.#input.once('end', this.#end).once('close', this.#end).on('error', this.#fail);
    this.#output.on('error', this.#fail);
    if (this.#saved) void this.#continue(this.#saved);
    else this.#listen();
  }

  #listen(): void {
    this.#input.on('data', this.#read);
    this.#begin();
  }

  /** Stops accepting messages; what the client sends waits in the pipe. */
  hold(): void {
    this.#input.off('data', this.#read);
    this.#input.pause();
  }

  /** What another process needs to continue; called after `hold`, once no request is running. */
  save(): SavedPipe {
    for (let chunk = this.#input.read() as Buffer | null; chunk !== null; chunk = this.#input.read() as Buffer | null)
      this.#line.add(chunk);
    const rest = this.#line.take();
    this.#line.add(rest);
    return { handshake: this.#handshake, rest: rest.toString('base64') };
  }

  /** Undoes `hold`. */
  resume(): void {
    this.#read(this.#line.take());
    this.#input.on('data', this.#read);
    this.#input.resume();
  }

  /** Repeats the client's handshake without sending the answers, then processes messages where the former process stopped. */
  async #continue({ handshake, rest }: SavedPipe): Promise<void> {
    if (handshake) {
      await this.#repeat('initialize', outline(handshake.initialize));
      if (handshake.initialized) this.onmessage?.({ jsonrpc: '2.0', method: 'notifications/initialized' });
      if (handshake.logLevel !== null) await this.#repeat('logging/setLevel', { level: handshake.logLevel });
      this.#handshake = handshake;
    }
    this.#read(Buffer.from(rest, 'base64'));
    this.#listen();
  }

  #repeat(method: string, params: unknown): Promise<void> {
    const id = `repeated-${method}`;
    return new Promise((resolve) => {
      this.#repeated.set(id, resolve);
      this.onmessage?.({ jsonrpc: '2.0', id, method, params: params as Record<string, unknown> });
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!('method' in message) && message.id !== undefined && this.#repeated.has(message.id)) {
      this.#repeated.get(message.id)?.();
      this.#repeated.delete(message.id);
      return;
    }
    if (!this.#isClosed && this.#output.writable && !this.#write(message)) await this.#drained();
    if (!('method' in message) && message.id !== undefined) {
      if (this.#opening?.id === message.id) {
        if ('result' in message) this.#handshake = this.#opening.handshake;
        this.#opening = null;
      }
      this.#settle(message.id);
    }
  }

  /** False when the client reads slower than this writes. */
  #write(message: JSONRPCMessage): boolean {
    const line = `${stringifyJson(shortenError(message))}\n`;
    const isTaken = this.#output.write(hasList(message) ? Buffer.concat(fillIn(Buffer.from(line))) : line);
    if (this.#output.writableLength > this.#mostUnread && !this.#isCrowded) void this.#waitForReader();
    return isTaken;
  }

  async #waitForReader(): Promise<void> {
    this.#isCrowded = true;
    this.#input.pause();
    await this.#drained();
    this.#isCrowded = false;
    // Otherwise it is held, or closed.
    if (this.#input.listeners('data').includes(this.#read)) this.#input.resume();
  }

  /** Resolves when every request has its answer. */
  async idle(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Answers every running request with an error that says `why`. */
  async abandon(why: string): Promise<void> {
    await Promise.all(Array.from(this.#running, (id) => this.send(abandoned(id, why))));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#input.off('data', this.#read);
    this.#input.pause();
    this.#end();
    this.#running.clear();
    this.#settleAll();
    this.onclose?.();
  }

  readonly #read = (chunk: Buffer | string): void => {
    let rest = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    for (let at = rest.indexOf(NEWLINE); at >= 0; at = rest.indexOf(NEWLINE)) {
      this.#keep(rest.subarray(0, at));
      this.#take();
      rest = rest.subarray(at + 1);
    }
    this.#keep(rest);
  };

  #keep(part: Buffer): void {
    if (this.#isSkipping) return;
    this.#line.add(part);
    this.#isSkipping = this.#line.length > MAX_LINE;
    if (this.#isSkipping) this.#line.clear();
  }

  #take(): void {
    const [line, isSkipped] = [this.#line.take().toString('utf8').trim(), this.#isSkipping];
    this.#isSkipping = false;
    if (isSkipped) this.#complain(-32_600, `Invalid Request: a message may have at most ${MAX_LINE} bytes.`);
    else if (line !== '') this.#deliver(line);
  }

  #deliver(line: string): void {
    let value: unknown;
    try {
      value = parseMessage(line);
    } catch (error) {
      if (error instanceof TooComplex) return this.#complain(-32_600, `Invalid Request: ${error.message}. Split the message.`);
      return this.#complain(-32_700, 'Parse error: the line is not JSON. Send one JSON-RPC message per line.');
    }
    readLeniently(value);
    const fault = judgeContent(value);
    if (fault !== null) return this.#complain(-32_600, fault);
    let message: JSONRPCMessage;
    try {
      const accepted = acceptAnswers(value, this.#generation);
      if (accepted === null) return;
      message = outlined(parseJSONRPCMessage(accepted.body));
    } catch {
      return this.#complain(-32_600, 'Invalid Request: the line is not a JSON-RPC message.');
    }
    if ('method' in message && 'id' in message && this.#running.has(message.id)) return this.#refuseRepeated(message.id);
    this.#note(message);
    this.onmessage?.(message);
  }

  /** Of two answers with one ID on one pipe, the client could not tell which is which. */
  #refuseRepeated(id: RequestId): void {
    const message = `Invalid Request: a request with the id ${JSON.stringify(id)} is still running, and answers on one pipe are told apart by it alone. Nothing was done; use another id.`;
    this.onerror?.(new Error(message));
    this.#output.write(`${stringifyJson({ jsonrpc: '2.0', id, error: { code: -32_600, message } })}\n`);
  }

  /** Tracks requests without an answer; not subscriptions, which are answered when they end, nor cancelled ones, which never are. */
  #note(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    if (message.method === 'initialize' && 'id' in message)
      this.#opening = { id: message.id, handshake: { initialize: message.params, initialized: false, logLevel: null } };
    // A client may go on before it has the answer.
    const handshake = this.#opening?.handshake ?? this.#handshake;
    if (message.method === 'notifications/initialized' && handshake) handshake.initialized = true;
    if (message.method === 'logging/setLevel' && handshake) handshake.logLevel = levelIn(message.params) ?? handshake.logLevel;
    if ('id' in message && message.method !== 'subscriptions/listen') this.#running.add(message.id);
    if (message.method === 'notifications/cancelled') this.#settle(message.params?.['requestId'] as RequestId);
  }

  #settle(id: RequestId): void {
    if (this.#running.delete(id) && this.#running.size === 0) this.#settleAll();
  }

  #settleAll(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #complain(code: number, message: string): void {
    this.onerror?.(new Error(message));
    if (!this.#isClosed && this.#output.writable)
      this.#output.write(`${stringifyJson({ jsonrpc: '2.0', id: null, error: { code, message } })}\n`);
  }

  readonly #fail = (error: Error): void => {
    this.onerror?.(error);
    this.#end();
  };

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#output.off('drain', done).off('close', done).off('error', done);
        resolve();
      };
      this.#output.on('drain', done).on('close', done).on('error', done);
    });
  }
}

/** The SDK keeps the parameters of `initialize` for as long as the pipe is open. */
const outlined = (message: JSONRPCMessage): JSONRPCMessage =>
  'method' in message && message.method === 'initialize' ? ({ ...message, params: outline(message.params) } as JSONRPCMessage) : message;
