import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../test/wait.ts';
import { identify } from './identity.ts';
import { Inbox } from './inbox.ts';
import { newOperationId, submitRequest, withdrawRequest, type OperationRequest } from './requests.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'inbox-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const open = (path: string | null = folder, late: OperationRequest[] = []) =>
  new Inbox(
    () => path,
    silent,
    (requests) => late.push(...requests),
  );

function submit(kind: 'reload' | 'restart' = 'reload'): string {
  const id = newOperationId();
  submitRequest(folder, { id, kind, dryRun: true, expectGeneration: null, sessions: null, askedBy: { uid: null, pid: 1 } });
  return id;
}

const withdraw = (kind?: 'reload' | 'restart') => withdrawRequest(folder, submit(kind));

/** What came of each of some signals, delivered in a row: `bare`, or the number of requests. */
const deliver = (inbox: Inbox, ...kinds: ('reload' | 'restart')[]) =>
  kinds.map((kind) => {
    const delivery = inbox.deliver(kind);
    return delivery === null ? 'later' : delivery.isBare ? 'bare' : delivery.requests.length;
  });

describe('a signal', () => {
  it('without a file is a bare one, also where there is no folder', () => {
    expect(deliver(open(), 'reload', 'reload')).toEqual(['bare', 'bare']);
    expect(deliver(open(null), 'restart')).toEqual(['bare']);
  });

  it('of a withdrawn request is none', () => {
    withdraw();
    expect(deliver(open(), 'reload', 'reload')).toEqual([0, 'bare']);
  });

  it('stands for all that became one with it, and each that did not is paid for by its own file', () => {
    for (const _ of [1, 2]) withdraw();
    submit();
    expect(deliver(open(), 'reload', 'reload', 'reload', 'reload')).toEqual([1, 0, 0, 'bare']);
  });

  it('that comes later is not paid for by the files of an earlier row', async () => {
    for (const _ of [1, 2]) withdraw();
    const inbox = open();
    expect(deliver(inbox, 'reload')).toEqual([0]);
    await turn();
    expect(deliver(inbox, 'reload')).toEqual(['bare']);
  });

  it('takes the files of its own kind alone', () => {
    submit('reload');
    submit('restart');
    withdraw('restart');
    expect(deliver(open(), 'reload', 'restart', 'restart', 'reload')).toEqual([1, 1, 0, 'bare']);
  });

  it('of a request that was collected before it came is none', () => {
    submit();
    const inbox = open();
    expect(inbox.collect()).toHaveLength(1);
    expect(deliver(inbox, 'reload', 'reload')).toEqual([0, 'bare']);
  });

  it('whose files cannot be read is dealt with when they can be', async () => {
    const late: OperationRequest[] = [];
    const path = join(folder, 'sub');
    rmSync(folder, { recursive: true });
    // A file in the place of the folder: reading it fails.
    writeFileSync(folder, '');
    const inbox = open(path, late);
    expect(deliver(inbox, 'reload')).toEqual(['later']);
    rmSync(folder);
    mkdirSync(folder);
    await waitFor(() => late.length === 1);
    expect(late).toMatchObject([{ kind: 'reload', askedBy: null, dryRun: false }]);
  });
});

it('a next generation is not misled by marks whose signals the former one got', () => {
  withdraw();
  const inbox = open();
  inbox.begin();
  expect(deliver(inbox, 'reload')).toEqual(['bare']);
});

it('nor is a server by the request of a command that was ended before it sent its signal', async () => {
  const inbox = open();
  inbox.begin();
  const waiter = { ...identify(process.pid), startTime: '5' };
  const request = { id: newOperationId(), kind: 'reload', dryRun: true, expectGeneration: null, sessions: null, waiter } as const;
  submitRequest(folder, { ...request, askedBy: { uid: null, pid: process.pid } });
  await waitFor(() => readdirSync(folder).length === 0);
  expect(deliver(inbox, 'reload')).toEqual(['bare']);
});
