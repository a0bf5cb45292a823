import { expect, it } from 'vitest';
import { openWriter } from './stderr.ts';

const fault = (code: string): Error => Object.assign(new Error(code), { code });

/** A descriptor that takes so many bytes a call, and nothing while it is full. */
function fakeDescriptor(bytesAtOnce = 1_000_000) {
  const taken: Buffer[] = [];
  const state = { refuse: null as string | null, calls: 0 };
  const writeSome = (bytes: Uint8Array): number => {
    state.calls++;
    if (state.refuse !== null) throw fault(state.refuse);
    taken.push(Buffer.from(bytes.subarray(0, bytesAtOnce)));
    return Math.min(bytes.length, bytesAtOnce);
  };
  return { state, writeSome, text: () => Buffer.concat(taken).toString() };
}

it('writes at once, and whole lines although a few bytes go at a time', () => {
  const { writeSome, text } = fakeDescriptor(3);
  const writer = openWriter(-1, writeSome);
  writer.write('première\n');
  writer.write('zweite\n');
  expect(text()).toBe('première\nzweite\n');
});

it('keeps the order of what a slow reader left waiting', () => {
  const { state, writeSome, text } = fakeDescriptor();
  const writer = openWriter(-1, writeSome);
  state.refuse = 'EAGAIN';
  writer.write('one\n');
  writer.write('two\n');
  state.refuse = null;
  writer.write('three\n');
  expect(text()).toBe('one\ntwo\nthree\n');
});

it('goes on by itself when the reader is there again', async () => {
  const { state, writeSome, text } = fakeDescriptor();
  const writer = openWriter(-1, writeSome);
  state.refuse = 'EAGAIN';
  writer.write('one\n');
  state.refuse = null;
  await expect.poll(text).toBe('one\n');
});

it.each(['EIO', 'EPIPE', 'ENOSPC'])('gives up a line on %s, so that nothing waits for it', (code) => {
  const { state, writeSome, text } = fakeDescriptor();
  const writer = openWriter(-1, writeSome);
  state.refuse = code;
  writer.write('lost\n');
  const { calls } = state;
  writer.flush();
  expect(state.calls).toBe(calls);
  state.refuse = null;
  writer.write('kept\n');
  expect(text()).toBe('kept\n');
});

it('bounds what waits, and says how much was dropped', () => {
  const { state, writeSome, text } = fakeDescriptor();
  const writer = openWriter(-1, writeSome);
  writer.onDropped = (count) => writer.write(`${count} dropped\n`);
  state.refuse = 'EAGAIN';
  const line = `${'x'.repeat(99_999)}\n`;
  for (let count = 0; count < 20; count++) writer.write(line);
  state.refuse = null;
  writer.flush();
  const lines = text().trimEnd().split('\n');
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe('10 dropped');
});

it('flush ends although the reader takes nothing', () => {
  const { state, writeSome } = fakeDescriptor();
  const writer = openWriter(-1, writeSome);
  state.refuse = 'EAGAIN';
  writer.write('one\n');
  writer.flush();
  expect(state.calls).toBeGreaterThan(2);
});
