import { EventEmitter } from 'node:events';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Backlog } from './backlog.ts';

class Answer extends EventEmitter {
  destroyed = false;
  writableEnded = false;
  end(): void {
    this.writableEnded = true;
    this.emit('close');
  }
}

let backlog: Backlog;
afterEach(() => backlog.close());

/** Keeps the processor busy, so that nothing is idle. */
function work(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

describe('a backlog', () => {
  it('that keeps the processor busy is answered one by one, in order', async () => {
    backlog = new Backlog();
    const story: string[] = [];
    const ended = ['a', 'b', 'c'].map(async (name) => {
      const answer = new Answer();
      // Two pieces of work, between which others could begin.
      const run = async () => {
        work(5);
        await turn();
        work(5);
        story.push(`${name} ends`);
        answer.end();
      };
      backlog.enter(answer, () => {
        story.push(`${name} begins`);
        void run();
      });
      if (!answer.writableEnded) await new Promise((resolve) => answer.once('close', resolve));
    });
    await Promise.all(ended);
    expect(story).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('does not wait for what itself waits', async () => {
    backlog = new Backlog();
    const begun: number[] = [];
    for (let n = 0; n < 20; n++) backlog.enter(new Answer(), () => begun.push(n));
    expect(begun).toEqual([0]);
    await sleep(200);
    expect(begun).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it('leaves out whoever went away, and goes on with the next', () => {
    backlog = new Backlog();
    const [first, gone, last] = [new Answer(), new Answer(), new Answer()];
    const begun: string[] = [];
    backlog.enter(first, () => begun.push('first'));
    backlog.enter(gone, () => begun.push('gone'));
    backlog.enter(last, () => begun.push('last'));
    gone.destroyed = true;
    first.end();
    expect(begun).toEqual(['first', 'last']);
  });

  it('is none any more after a while: all that wait begin, and what comes begins at once', async () => {
    backlog = new Backlog();
    const begun: number[] = [];
    for (let n = 0; n < 3; n++) backlog.enter(new Answer(), () => begun.push(n));
    backlog.close();
    expect(begun).toEqual([0, 1, 2]);
    backlog.enter(new Answer(), () => begun.push(3));
    expect(begun).toEqual([0, 1, 2, 3]);
    await turn();
  });
});
