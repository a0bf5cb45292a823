/** HTTP transport. Node's own fetch, or undici where a proxy is configured; undici is loaded only then. */
import { setImmediate as turn } from 'node:timers/promises';
import { Pieces } from '../common/pieces.ts';
import type { ProxyConfig } from './config.ts';
import { holdSmall, type Held } from './held-answers.ts';

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Counts the bytes of the answer's body. Without it, the answer is a document that is small by nature. */
  readonly held?: Pick<Held, 'take'>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  /** Reads the body. @throws AnswerTooLarge; errors of fetch */
  text(): Promise<string>;
}

interface FetchAnswer extends Pick<HttpAnswer, 'status' | 'headers'> {
  readonly body: ReadableStream<Uint8Array> | null;
}

type Fetch = (url: string, request: Omit<HttpRequest, 'held'> & { redirect: 'manual' }) => Promise<FetchAnswer>;

/** Keep-alive connections to the cloud, one set per process. A changed proxy applies to the next request. */
export class Transport {
  #proxied: { readonly key: string; readonly opened: Promise<ProxiedFetch> } | null = null;

  /** Sends a request. Redirects are not followed: they would carry credentials to another host. */
  async fetch(url: string, { held = holdSmall(), ...request }: HttpRequest, proxy: ProxyConfig = {}): Promise<HttpAnswer> {
    const send = proxy.https || proxy.http ? (await this.#throughProxy(proxy)).fetch : (globalThis.fetch as Fetch);
    const { status, headers, body } = await send(url, { ...request, redirect: 'manual' });
    return { status, headers, text: () => readText(body, held) };
  }

  /** Closes proxy connections at once: requests on them fail. A proxy that does not answer is not waited for. */
  async close(): Promise<void> {
    const proxied = this.#proxied;
    this.#proxied = null;
    await (await proxied?.opened)?.destroy();
  }

  #throughProxy(proxy: ProxyConfig): Promise<ProxiedFetch> {
    const key = JSON.stringify([proxy.https, proxy.http, proxy.no]);
    if (this.#proxied?.key === key) return this.#proxied.opened;
    // Requests in flight through the former proxy finish there.
    this.#proxied?.opened.then((former) => former.close()).catch(() => undefined);
    this.#proxied = { key, opened: openProxy(proxy) };
    return this.#proxied.opened;
  }
}

/** Reads piece by piece: what is counted are the bytes after decompression, of which a small answer can have any number. */
async function readText(body: ReadableStream<Uint8Array> | null, held: Pick<Held, 'take'>): Promise<string> {
  const pieces = new Pieces();
  // Ending the loop early cancels the answer, and with it the connection.
  for await (const piece of body ?? []) {
    held.take(piece.length);
    pieces.add(piece);
  }
  const text = new TextDecoder().decode(pieces.take());
  // Parsing it takes as long again: others have their turn in between.
  if (text.length > LARGE) await turn();
  return text;
}

/** Characters. Smaller answers are decoded in less than a millisecond. */
const LARGE = 1_048_576;

interface ProxiedFetch {
  fetch: Fetch;
  close(): Promise<void>;
  destroy(): Promise<void>;
}

/** Loads the client that goes through a proxy, which the first request through one does otherwise. */
export const loadProxy = () => import('undici');

async function openProxy({ https, http, no }: ProxyConfig): Promise<ProxiedFetch> {
  const { EnvHttpProxyAgent, fetch } = await loadProxy();
  // Empty strings, because undici would fill undefined from the environment.
  const agent = new EnvHttpProxyAgent({ httpsProxy: https ?? '', httpProxy: http ?? '', noProxy: no ?? '' });
  return {
    fetch: (url, request) => fetch(url, { ...request, dispatcher: agent }),
    close: () => agent.close(),
    destroy: () => agent.destroy(),
  };
}
