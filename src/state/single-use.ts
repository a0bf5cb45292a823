/** One-time proofs used at any replica. If the store cannot tell, the proof is rejected. */
import type { Link } from './link.ts';
import type { Names } from './names.ts';

/** The memory of this process, asked first. */
interface UsedOnce {
  consume(id: string, life: { readonly issuedAt: number; readonly expiresAt: number }): Promise<boolean | null>;
}

/** A store that lost its content does not know which older proofs were used, so it records when it was created: older proofs are rejected. */
const CONSUME = `
local born = redis.call('GET', KEYS[2])
if not born or tonumber(born) > tonumber(ARGV[2]) then return -1 end
if redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return 1 end
return 0`;

export function shareUsed(link: Link, names: Names, here: UsedOnce, now: () => number = Date.now): UsedOnce {
  return {
    async consume(id, life) {
      const isFirst = await here.consume(id, life);
      if (isFirst !== true) return isFirst;
      const keys = [names.ofRandom('used', id), names.plain('born')];
      const lifeMs = Math.max(1, Math.ceil(life.expiresAt - now()));
      try {
        const found = await link.run((client) => client.eval(CONSUME, { keys, arguments: [String(lifeMs), String(life.issuedAt)] }));
        return found === 1 ? true : found === 0 ? false : null;
      } catch {
        // The link has already logged the outage.
        return null;
      }
    },
  };
}

const DAY_MS = 86_400_000;

/** Records the creation time of the store unless it is there already; the entry lives as long as some replica renews it. */
export async function noteBirth(
  client: { set(key: string, value: string, options: object): Promise<unknown>; pExpire(key: string, ms: number): Promise<unknown> },
  names: Names,
  now: number = Date.now(),
): Promise<void> {
  const key = names.plain('born');
  const noted = await client.set(key, String(now), { condition: 'NX', expiration: { type: 'PX', value: DAY_MS } });
  if (noted === null) await client.pExpire(key, DAY_MS);
}
