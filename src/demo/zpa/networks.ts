import type { Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { readOnly } from './certificates.ts';
import { dated, id } from './seed.ts';
import type { Stores } from './stores.ts';

/** The cloud names each after the cloud it was made in (recorded). */
export const seedTrustedNetworks = (): Item[] =>
  ['Harbor Office', 'Cold Store', 'Ship Networks'].map((name, at) => ({
    id: id('2', at + 1),
    ...dated,
    name: `${name} (demo.example)`,
    networkId: `01b54e90-0000-4000-8000-00000000000${at + 1}`,
    zscalerCloud: 'demo',
  }));

/** `/network`. */
export const trustedNetworks = (world: World, { trustedNetworks: items }: Stores): Routes => readOnly(world, 'network', items);
