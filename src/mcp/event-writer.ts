/** Writes an event stream to a response. It can be held between two events, so that another process goes on after them. */
import type { ServerResponse } from 'node:http';
import { fillIn } from './prepared-list.ts';

export class EventWriter {
  readonly #response: ServerResponse;
  #lastEventId: string | null;
  /** What came while the stream is held; null while it is not. */
  #held: Uint8Array[] | null = null;
  #ending: (() => void) | null = null;

  /** @param lastEventId the event that the stream begins after, where events have ids */
  constructor(response: ServerResponse, lastEventId: string | null = null) {
    this.#response = response;
    this.#lastEventId = lastEventId;
  }

  /** Writes all of `body`, then ends the response. @param begin what goes before it, and whether its first event is left out */
  async write(body: ReadableStream<Uint8Array>, begin: { unsent: string; skipsFirst: boolean } | null = null): Promise<void> {
    const response = this.#response;
    const reader = body.getReader();
    const gone = new Promise<void>((resolve) => response.once('close', resolve));
    response.once('close', () => void reader.cancel().catch(() => undefined));
    if (begin?.unsent) response.write(begin.unsent);
    if (begin?.skipsFirst) await reader.read();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || response.writableEnded || response.destroyed) break;
      this.#lastEventId = idOf(value) ?? this.#lastEventId;
      const parts = fillIn(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      if (this.#held) this.#held.push(...parts);
      else if (!writeAll(response, parts)) await Promise.race([gone, new Promise<void>((resolve) => response.once('drain', resolve))]);
    }
    this.end(() => response.end());
  }

  /** Ends the response by `how`; while it is held, later. */
  end(how: () => void): void {
    if (this.#held) this.#ending ??= how;
    else if (!this.#response.writableEnded && !this.#response.destroyed) how();
  }

  /** Nothing is written from now on. */
  hold(): void {
    this.#held ??= [];
  }

  /** Undoes `hold`. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    if (!this.#response.destroyed) for (const event of held) this.#response.write(event);
    if (this.#ending) this.end(this.#ending);
  }

  /** After `hold`. */
  save(): { lastEventId: string | null; unsent: string } {
    return { lastEventId: this.#lastEventId, unsent: Buffer.concat(this.#held ?? []).toString('utf8') };
  }
}

/** False when the client does not keep up. */
const writeAll = (response: ServerResponse, parts: readonly Uint8Array[]): boolean =>
  parts.map((part) => response.write(part)).every(Boolean);

/** Each piece is one event, as the SDK writes it: the id comes before the message, on the first or second line. */
const idOf = (event: Uint8Array): string | undefined =>
  /^(?:event: \w+\n)?id: (\S+)\n/.exec(Buffer.from(event.subarray(0, 200)).toString('latin1'))?.[1];
