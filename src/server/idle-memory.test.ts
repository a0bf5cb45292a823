import { describe, expect, it, onTestFinished } from 'vitest';
import { tidyWhenIdle } from './idle-memory.ts';

const MIB = 1_024 * 1_024;

function start() {
  const machine = { rss: 100, busy: 0, collections: 0 };
  const { tick, stop } = tidyWhenIdle({
    memory: () => machine.rss * MIB,
    busyMs: () => machine.busy,
    collect() {
      machine.collections += 1;
      machine.rss = 120;
    },
  });
  onTestFinished(stop);
  return { machine, tick };
}

describe('memory', () => {
  it('is given back once the load is over, and not before', () => {
    const { machine, tick } = start();
    Object.assign(machine, { rss: 190, busy: 3_000 });
    tick();
    expect(machine.collections).toBe(0);
    machine.busy = 3_050;
    tick();
    expect(machine).toMatchObject({ collections: 1, rss: 120 });
  });

  it('is left alone while it is what it was', () => {
    const { machine, tick } = start();
    machine.rss = 125;
    for (let round = 0; round < 10; round += 1) tick();
    expect(machine.collections).toBe(0);
  });

  it('is collected again only when it has grown again', () => {
    const { machine, tick } = start();
    machine.rss = 190;
    for (let round = 0; round < 10; round += 1) tick();
    expect(machine.collections).toBe(1);
    machine.rss = 170;
    tick();
    expect(machine.collections).toBe(2);
  });

  it('can really be collected in this process', () => {
    let collected = false;
    const registry = new FinalizationRegistry(() => (collected = true));
    const { tick, stop } = tidyWhenIdle();
    onTestFinished(stop);
    (() => registry.register({}, 'garbage'))();
    const ballast = Array.from({ length: 60 }, () => Buffer.alloc(MIB, 1));
    expect(ballast).toHaveLength(60);
    return new Promise<void>((resolve, reject) => {
      const deadline = Date.now() + 20_000;
      const look = (): void => {
        tick();
        if (collected) resolve();
        else if (Date.now() > deadline) reject(new Error('nothing was collected'));
        else setTimeout(look, 50);
      };
      look();
    });
  });
});
