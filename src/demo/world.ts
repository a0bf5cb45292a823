/** What all products of one demo tenant share. */
import type { Collection, CollectionOptions } from './collection.ts';

export interface World {
  readonly customerId: string;
  readonly zcellCustomerId: string;
  readonly vanityDomain: string;
  /** Seconds since 1970, whole. */
  now(): number;
  /** A collection that `reset` empties with all others. */
  collection(options: CollectionOptions): Collection;
  /** Called by `reset`. */
  onReset(forget: () => void): void;
}
