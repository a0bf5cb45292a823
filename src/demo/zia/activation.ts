/** Staged changes: each write leaves the configuration PENDING until it is activated. */
import { ok } from '../answer.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';

export interface Activation {
  readonly routes: Routes;
  /** Records a change that waits for activation. */
  readonly stage: () => void;
}

export function openActivation(world: World): Activation {
  let pending = false;
  world.keep({ reset: () => (pending = false), save: () => pending, restore: (saved: boolean) => (pending = saved) });
  return {
    routes: {
      'GET /status': () => ok({ status: pending ? 'PENDING' : 'ACTIVE' }),
      'POST /status/activate': () => {
        pending = false;
        return ok({ status: 'ACTIVE' });
      },
    },
    stage() {
      pending = true;
    },
  };
}
