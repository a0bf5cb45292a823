/** An event stream in the form of the older revisions, out of what a shared stream brings. */
import { stringifyJson } from '../common/json.ts';
import type { Followed } from './shared-events.ts';

/** @param closing ends the stream, and is told when its reader is gone */
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

/** What is quiet for long is cut by proxies. */
const write = (event: Followed): string =>
  event === 'quiet' ? ': keepalive\n\n' : `event: message\nid: ${event.id}\ndata: ${stringifyJson(event.message)}\n\n`;
