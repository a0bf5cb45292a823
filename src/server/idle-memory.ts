/**
 * Gives memory back after a load. V8 collects garbage while something allocates, so a server that becomes quiet keeps what the
 * load left behind: a thousand sessions that were opened and rest hold 70 MiB of it.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Machine {
  /** Of this process, in bytes. */
  memory(): number;
  /** Time of the processor that this process used so far, in milliseconds. */
  busyMs(): number;
  collect(): void;
}

const TICK_MS = 10_000;
/** More than this in a tick is work, which a collection of about a tenth of a second would disturb. */
const QUIET_MS = 100;
const WORTHWHILE = 48 * 1_024 * 1_024;

/** Collects when the process has done next to nothing for a tick and has grown since it was tidy. Keeps nothing alive. */
export function tidyWhenIdle(machine: Machine = thisProcess()): { tick: () => void; stop: () => void } {
  let tidy = machine.memory();
  let busy = machine.busyMs();
  const tick = (): void => {
    const [now, before] = [machine.busyMs(), busy];
    busy = now;
    if (now - before > QUIET_MS || machine.memory() < tidy + WORTHWHILE) return;
    machine.collect();
    tidy = machine.memory();
    busy = machine.busyMs();
  };
  const timer = setInterval(tick, TICK_MS).unref();
  return { tick, stop: () => clearInterval(timer) };
}

function thisProcess(): Machine {
  let collect: Collect | undefined;
  return {
    memory: () => process.memoryUsage.rss(),
    busyMs() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1_000;
    },
    collect() {
      collect ??= exposeCollector();
      // A regular collection frees objects and keeps their pages.
      collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    },
  };
}

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** Node.js has no other way to it after the start, when no flag can be given any more. */
function exposeCollector(): Collect {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Collect;
}
