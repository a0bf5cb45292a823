/** The tool calls that are running, bounded: a call goes on when the client that sent it is gone. */
import { ProtocolError } from '@modelcontextprotocol/server';
import { BYTES_OF_VALUE, USUAL_MESSAGE } from '../common/json.ts';

interface Running {
  readonly tool: string;
  readonly call: Promise<unknown>;
  /** As of `performance.now`. */
  readonly since: number;
}

const MOST_CALLS = 2_000;
const MOST_BYTES = 64 * 1_024 * 1_024;
/** A code for errors of this server; see JSON-RPC 2.0, section 5.1. */
const BUSY = -32_000;

/** The calls that are running, and what their arguments take. */
export class RunningCalls {
  readonly #running = new Set<Running>();
  readonly #limits: { readonly calls: number; readonly bytes: number };
  #bytes = 0;

  constructor(limits = { calls: MOST_CALLS, bytes: MOST_BYTES }) {
    this.#limits = limits;
  }

  /** Runs a call. @throws ProtocolError when too many are running, or their arguments take too much */
  async track<Result>(tool: string, args: unknown, run: () => Promise<Result>): Promise<Result> {
    const { calls, bytes } = this.#limits;
    const size = Math.max(0, sizeOf(args) - USUAL_MESSAGE);
    if (this.#running.size >= calls) throw busy(`as many calls are running as may run at once (${calls})`);
    if (this.#bytes + size > bytes) throw busy(`the arguments of the running calls take the ${bytes} bytes that they may take together`);
    this.#bytes += size;
    const call = run();
    const running: Running = { tool, call, since: performance.now() };
    this.#running.add(running);
    try {
      return await call;
    } finally {
      this.#running.delete(running);
      this.#bytes -= size;
    }
  }

  /** Resolves when none is running. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(Array.from(this.#running, ({ call }) => call));
  }

  list(): { readonly tool: string; readonly forMs: number }[] {
    return Array.from(this.#running, ({ tool, since }) => ({ tool, forMs: performance.now() - since }));
  }
}

const busy = (why: string): ProtocolError =>
  new ProtocolError(BUSY, `This server is busy: ${why}. Nothing was done; try again when some of them have ended.`);

/** About how many bytes a value takes. Without recursion, since arguments may be nested deeper than the stack is. */
function sizeOf(value: unknown): number {
  const rest: unknown[] = [value];
  let size = 0;
  for (let item = rest.pop(); item !== undefined; item = rest.pop()) {
    size += typeof item === 'string' ? BYTES_OF_VALUE + item.length : BYTES_OF_VALUE;
    if (typeof item !== 'object' || item === null) continue;
    for (const [key, member] of Object.entries(item)) {
      size += key.length;
      rest.push(member);
    }
  }
  return size;
}
