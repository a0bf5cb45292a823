/** What the store does when its memory is full: refuse writes, or forget keys, marks of used confirmations among them. */
import type { Log } from '../common/log.ts';
import type { Client } from './link.ts';

/** The store's `maxmemory-policy`; `unknown` where it permits neither INFO nor CONFIG GET; null before it was first asked. */
export type EvictionPolicy = string | null;

const KEEPS_ALL = 'noeviction';
const UNKNOWN = 'unknown';

export class Eviction {
  readonly #log: Log;
  readonly #observers = new Set<() => void>();
  #policy: EvictionPolicy = null;

  constructor(log: Log) {
    this.#log = log;
  }

  get policy(): EvictionPolicy {
    return this.#policy;
  }

  onChange(observer: () => void): void {
    this.#observers.add(observer);
  }

  /** Asks on every connect and with every heartbeat, since CONFIG SET changes it live. */
  async ask(client: Client): Promise<void> {
    const policy = (await fromInfo(client)) ?? (await fromConfig(client)) ?? UNKNOWN;
    if (policy === this.#policy) return;
    this.#policy = policy;
    if (policy === UNKNOWN) this.#log.info({}, 'the state store permits neither INFO nor CONFIG GET: its maxmemory-policy is unknown');
    else if (policy !== KEEPS_ALL)
      this.#log.warn({ policy }, 'the state store evicts keys when its memory is full: set its maxmemory-policy to noeviction');
    for (const observer of this.#observers) observer();
  }
}

/** Needs fewer rights than CONFIG, which also shows passwords. */
async function fromInfo(client: Client): Promise<string | undefined> {
  const answer = await answerTo(client, 'INFO', 'memory');
  return typeof answer === 'string' ? /^maxmemory_policy:([\w-]{1,40})\r?$/m.exec(answer)?.[1] : undefined;
}

async function fromConfig(client: Client): Promise<string | undefined> {
  const answer = await answerTo(client, 'CONFIG', 'GET', 'maxmemory-policy');
  const [, policy] = Array.isArray(answer) ? (answer as unknown[]) : [];
  return typeof policy === 'string' && /^[\w-]{1,40}$/.test(policy) ? policy : undefined;
}

/** Undefined when the store refuses the command: managed stores often do. */
const answerTo = (client: Client, ...command: string[]): Promise<unknown> => client.sendCommand(command).catch(() => undefined);
