/** What all products of one demo tenant share. */
import type { Collection, CollectionOptions } from './collection.ts';

export interface World {
  readonly customerId: string;
  readonly zcellCustomerId: string;
  readonly vanityDomain: string;
  /** Whole seconds since 1970. */
  now(): number;
  /** Opens a collection that `reset` restores to its seed. */
  collection(options: CollectionOptions): Collection;
  /** Registers state that `reset` forgets, and that goes along to the next generation of the server. */
  keep(state: KeptState): void;
}

/** State of the tenant outside of collections. What `save` gives survives JSON. */
export interface KeptState {
  reset(): void;
  save(): unknown;
  /** @param saved what `save` gave in the former generation */
  restore(saved: never): void;
}
