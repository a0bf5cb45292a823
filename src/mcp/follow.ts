/** Turns the events of a shared stream into the bytes of an event stream. */
import { encodeEvent, KEEP_ALIVE } from './event-connection.ts';
import type { Followed } from './shared-events.ts';

/** @param closing aborted when the reader of the stream is gone */
export function followStream(events: AsyncGenerator<Followed, void, undefined>, closing: AbortController): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await events.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(write(value)));
    },
    cancel: () => closing.abort(),
  });
}

const write = (event: Followed): string => (event === 'quiet' ? KEEP_ALIVE : encodeEvent(event.id, event.message));
