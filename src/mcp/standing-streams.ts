/** Event streams that stay open until one side closes them. */
import type { ServerResponse } from 'node:http';
import type { EventWriter } from './event-writer.ts';

/** A response that never ends by itself and does not count as a request in flight. */
export interface StandingStream {
  /** Closes it in a way that makes the client reconnect. */
  end(): void;
  /** How another process continues it over the same connection; absent where it cannot. */
  readonly carry?: {
    /** Stops writing; events are kept from now on. */
    hold(): void;
    /** Undoes `hold`: writes what was kept. */
    release(): void;
    /**
     * What another process needs to continue; called after `hold`.
     * @returns `body` of the request as it was sent, null for a GET; `lastEventId` null where events have no IDs; `unsent`
     * the events that were kept, as they go on the wire
     */
    save(): { readonly body: string | null; readonly lastEventId: string | null; readonly unsent: string };
  };
}

/** What the HTTP front knows of a request, and how it learns of an event stream. */
export interface RequestContext {
  /** The client's IP address; null or absent when it is not known. */
  readonly address?: string | null;
  /** The authenticated caller; null where clients are not authenticated. */
  readonly principal: string | null;
  /** Set on a request that continues a stream of a former process: the events that one left unsent, as they go on the wire. */
  readonly continued?: { readonly unsent: string } | null;
  /** Marks the response as a standing stream. */
  standing(stream: StandingStream): void;
}

/** The standing streams that are open. */
export class StandingStreams {
  readonly #open = new Set<StandingStream>();

  /** Adds a stream until its response is closed, and tells the front of it. */
  add(response: ServerResponse, context: RequestContext, stream: StandingStream): void {
    this.#open.add(stream);
    response.once('close', () => this.#open.delete(stream));
    context.standing(stream);
  }

  /** Ends all of them, so that their clients reconnect. */
  end(): void {
    for (const stream of this.#open) stream.end();
  }
}

/** A stream that another process can continue. @param end makes the client reconnect @param body of the request that opened the stream */
export const carryable = (writer: EventWriter, end: () => void, body: string | null): StandingStream => ({
  end: () => writer.end(end),
  carry: { hold: () => writer.hold(), release: () => writer.release(), save: () => ({ body, ...writer.save() }) },
});
