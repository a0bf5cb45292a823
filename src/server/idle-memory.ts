/**
 * Gives memory back after a load. V8 collects garbage only while something allocates, so a server that becomes quiet keeps
 * the garbage of the load: with a thousand open, idle sessions it is 70 MiB.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What collecting needs of the process; replaced in tests. */
export interface Machine {
  /** Resident memory of this process, in bytes. */
  memory(): number;
  /** CPU time that this process has used so far, in milliseconds. */
  busyMs(): number;
  /** Collects garbage and returns its pages to the operating system. */
  collect(): void;
}

const TICK_MS = 10_000;
/** CPU time in a tick above which the process is working; a collection, about 100 ms, would delay that work. */
const QUIET_MS = 100;
/** Growth since the last collection, in bytes, below which none is made. */
const WORTHWHILE = 48 * 1_024 * 1_024;

/** Collects when the process was idle for a tick and has grown since the last collection. Its timer does not keep the process alive. */
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
      // Any other flavor frees objects but keeps their pages.
      collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    },
  };
}

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** After the start no flag can be passed any more; this is the only other way to the collector. */
function exposeCollector(): Collect {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Collect;
}
