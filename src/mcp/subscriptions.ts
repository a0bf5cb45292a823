/** Subscriptions of revision 2026-07-28: notifies all of them, or a single one. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { InMemoryServerEventBus, type ServerEvent } from '@modelcontextprotocol/server';

/** The subscription that the current request opens; `tell` notifies it alone. */
export const openedSubscription = new AsyncLocalStorage<{ tell: ((event: ServerEvent) => void) | null }>();

export class SubscriptionBus extends InMemoryServerEventBus {
  override subscribe(listener: (event: ServerEvent) => void): () => void {
    const opened = openedSubscription.getStore();
    if (opened) opened.tell = listener;
    return super.subscribe(listener);
  }
}

export const isListen = (body: unknown): boolean => (body as { method?: unknown } | null)?.method === 'subscriptions/listen';
