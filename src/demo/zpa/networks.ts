import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { readOnly } from './certificates.ts';
import type { Stores } from './stores.ts';

/** `/network`. */
export const trustedNetworks = (world: World, { trustedNetworks: items }: Stores): Routes => readOnly(world, 'network', items);
