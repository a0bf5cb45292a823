import { describe, expect, it } from 'vitest';
import { applyToAll, ReloadRejected, type Part } from './transaction.ts';

type Journal = string[];

const part = (name: string, journal: Journal, fails = false): Part<number> => ({
  name,
  prepare(next) {
    journal.push(`${name} prepares ${next}`);
    if (fails) return Promise.reject(new Error('no room'));
    return Promise.resolve({ commit: () => journal.push(`${name} commits`), discard: () => journal.push(`${name} discards`) });
  },
});

describe('a reload', () => {
  it('commits every part after all have prepared', async () => {
    const journal: Journal = [];
    await applyToAll([part('one', journal), part('two', journal)], 7);
    expect(journal).toEqual(['one prepares 7', 'two prepares 7', 'one commits', 'two commits']);
  });

  it('discards what was prepared and commits nothing when one part cannot prepare', async () => {
    const journal: Journal = [];
    const attempt = applyToAll([part('one', journal), part('two', journal, true), part('three', journal)], 7);
    await expect(attempt).rejects.toThrow(new ReloadRejected([{ part: 'two', message: 'no room' }]));
    expect(journal.slice(3)).toEqual(['one discards', 'three discards']);
  });

  it('treats a part that throws at once like one that rejects', async () => {
    const journal: Journal = [];
    const rude: Part<number> = {
      name: 'rude',
      prepare() {
        throw new Error('at once');
      },
    };
    await expect(applyToAll([part('one', journal), rude], 1)).rejects.toThrow('kept the previous configuration: rude: at once');
    expect(journal.at(-1)).toBe('one discards');
  });

  it('does not wait for a part that is not ready in time, and discards what it prepares later', async () => {
    const journal: Journal = [];
    let finish = (): void => undefined;
    const hanging: Part<number> = {
      name: 'hanging',
      prepare: () =>
        new Promise((resolve) => {
          finish = () => resolve({ commit: () => journal.push('late commits'), discard: () => journal.push('late discards') });
        }),
    };
    await expect(applyToAll([part('one', journal), hanging], 7, 20)).rejects.toMatchObject({
      code: 'ERR_RELOAD_REJECTED',
      message: 'kept the previous configuration: hanging: was not ready within 0.02 s',
    });
    expect(journal).toEqual(['one prepares 7', 'one discards']);
    finish();
    await new Promise(setImmediate);
    expect(journal).toEqual(['one prepares 7', 'one discards', 'late discards']);
  });
});
