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
  /** Registers what `reset` calls. */
  onReset(forget: () => void): void;
}
