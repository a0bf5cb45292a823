/** HTTP transport. Node's own fetch, or undici where a proxy is configured; undici is loaded only then. */
import type { ProxyConfig } from './config.ts';

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

type Fetch = (url: string, request: HttpRequest & { redirect: 'manual' }) => Promise<HttpAnswer>;

/** Keep-alive connections to the cloud, one set per process. A changed proxy applies to the next request. */
export class Transport {
  #proxied: { readonly key: string; readonly opened: Promise<ProxiedFetch> } | null = null;

  /** Sends a request. Redirects are not followed: they would carry credentials to another host. */
  async fetch(url: string, request: HttpRequest, proxy: ProxyConfig = {}): Promise<HttpAnswer> {
    const send = proxy.https || proxy.http ? (await this.#throughProxy(proxy)).fetch : (globalThis.fetch as Fetch);
    return send(url, { ...request, redirect: 'manual' });
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

interface ProxiedFetch {
  fetch: Fetch;
  close(): Promise<void>;
  destroy(): Promise<void>;
}

async function openProxy({ https, http, no }: ProxyConfig): Promise<ProxiedFetch> {
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  // Empty strings, because undici would fill undefined from the environment.
  const agent = new EnvHttpProxyAgent({ httpsProxy: https ?? '', httpProxy: http ?? '', noProxy: no ?? '' });
  return {
    fetch: (url, request) => fetch(url, { ...request, dispatcher: agent }),
    close: () => agent.close(),
    destroy: () => agent.destroy(),
  };
}
