/** Writes an event stream to a response. Writing can be held between two events, so that another process can continue. */
import type { ServerResponse } from 'node:http';
import { append } from '../common/lists.ts';
import { fillIn } from './prepared-list.ts';
import { shortenSentError } from './short-errors.ts';

export class EventWriter {
  readonly #response: ServerResponse;
  #lastEventId: string | null;
  /** Events that came while the stream was held; null while it is not. */
  #held: Uint8Array[] | null = null;
  #ending: (() => void) | null = null;

  /** @param lastEventId the event after which the stream begins, where events have IDs */
  constructor(response: ServerResponse, lastEventId: string | null = null) {
    this.#response = response;
    this.#lastEventId = lastEventId;
  }

  /** Writes all of `body`, then ends the response. @param begin what to write before it, and whether to skip its first event */
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
      const parts = fillIn(shortenSentError(Buffer.from(value.buffer, value.byteOffset, value.byteLength)));
      if (this.#held) append(this.#held, parts);
      else if (!writeAll(response, parts)) await Promise.race([gone, new Promise<void>((resolve) => response.once('drain', resolve))]);
    }
    this.end(() => response.end());
  }

  /** Ends the response with `how`; after `release` while it is held. */
  end(how: () => void): void {
    if (this.#held) this.#ending ??= how;
    else if (!this.#response.writableEnded && !this.#response.destroyed) how();
  }

  /** Stops writing; events are kept from now on. */
  hold(): void {
    this.#held ??= [];
  }

  /** Undoes `hold`: writes what was kept. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    if (!this.#response.destroyed) for (const event of held) this.#response.write(event);
    if (this.#ending) this.end(this.#ending);
  }

  /** What another process needs to continue; called after `hold`. */
  save(): { lastEventId: string | null; unsent: string } {
    return { lastEventId: this.#lastEventId, unsent: Buffer.concat(this.#held ?? []).toString('utf8') };
  }
}

/** False when the client reads slower than this writes. */
const writeAll = (response: ServerResponse, parts: readonly Uint8Array[]): boolean =>
  parts.map((part) => response.write(part)).every(Boolean);

/** The SDK writes one event at a time, with the ID on its first or second line. */
const idOf = (event: Uint8Array): string | undefined =>
  /^(?:event: \w+\n)?id: (\S+)\n/.exec(Buffer.from(event.subarray(0, 200)).toString('latin1'))?.[1];
