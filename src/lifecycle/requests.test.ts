import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify } from './identity.ts';
import { newOperationId, submitRequest, takeRequests as take, unwantedFiles, withdrawRequest, type OperationRequest } from './requests.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'requests-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const takeRequests = (from: string) => take(from, ['reload', 'restart']).requests;

function submit(change: Partial<OperationRequest> = {}): string {
  const id = newOperationId();
  const askedBy = { uid: null, pid: process.pid };
  submitRequest(folder, { id, kind: 'reload', dryRun: false, expectGeneration: null, sessions: null, askedBy, ...change });
  return id;
}

describe('a request', () => {
  it('is taken once, oldest first, with the uid of its file', () => {
    const ids = [submit({ askedBy: { uid: null, pid: 1 } }), submit({ kind: 'restart' })].sort();
    const taken = takeRequests(folder);
    expect(taken.map(({ id }) => id)).toEqual(ids);
    expect(new Set(taken.map(({ askedBy }) => askedBy?.pid))).toEqual(new Set([1, process.pid]));
    expect(taken.every(({ askedBy }) => askedBy?.uid === process.getuid?.())).toBe(true);
    expect(takeRequests(folder)).toEqual([]);
  });

  it('is taken past a folder of such a name', () => {
    mkdirSync(join(folder, 'request-0.json', 'not-empty'), { recursive: true });
    const id = submit();
    expect(takeRequests(folder).map((request) => request.id)).toEqual([id]);
    const other = submit();
    withdrawRequest(folder, other);
    expect(unwantedFiles(folder)).toEqual([join(folder, `withdrawn-${other}.json`)]);
  });

  it('is either taken or withdrawn, whoever comes first', () => {
    const withdrawn = submit();
    expect([withdrawRequest(folder, withdrawn), withdrawRequest(folder, withdrawn)]).toEqual([true, false]);
    expect(takeRequests(folder)).toEqual([]);
    const taken = submit();
    expect(takeRequests(folder)).toHaveLength(1);
    expect(withdrawRequest(folder, taken)).toBe(false);
  });

  it('that was withdrawn leaves a mark for its signal, which counts once, among those of its kind', () => {
    for (const kind of ['reload', 'restart'] as const) withdrawRequest(folder, submit({ kind }));
    submit();
    expect(take(folder, ['reload'])).toMatchObject({ requests: [{ kind: 'reload' }], withdrawn: 1 });
    expect(take(folder, ['reload'])).toEqual({ requests: [], withdrawn: 0 });
    expect(take(folder, ['restart'])).toEqual({ requests: [], withdrawn: 1 });
    const id = submit();
    expect(unwantedFiles(folder)).toEqual([]);
    withdrawRequest(folder, id);
    expect(unwantedFiles(folder)).toEqual([join(folder, `withdrawn-${id}.json`)]);
  });

  it('ends with the command that waits for it; one for which none waits does not', () => {
    const gone = { ...identify(process.pid), startTime: '5' };
    submit({ waiter: gone });
    submit({ waiter: identify(process.pid) });
    submit({ waiter: null });
    expect(unwantedFiles(folder)).toHaveLength(1);
    const { requests, withdrawn } = take(folder, ['reload']);
    expect(withdrawn).toBe(1);
    // Requests of the same millisecond are in no particular order.
    expect(new Set(requests.map(({ waiter }) => waiter === null))).toEqual(new Set([true, false]));
  });

  it('that is none, or that names another, is cleared away; a link is not followed', () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, JSON.stringify({ id: '1-a', kind: 'restart' }));
    symlinkSync(victim, join(folder, 'request-1-a.json'));
    writeFileSync(join(folder, 'request-2-b.json'), '{"kind":"reload","id":"other"}');
    writeFileSync(join(folder, 'request-3-c.json'), 'nonsense');
    expect(takeRequests(folder)).toEqual([]);
    expect([readdirSync(folder), existsSync(victim)]).toEqual([['victim'], true]);
  });

  // Windows reports another error for a folder that is a file.
  it.skipIf(process.platform === 'win32')(
    'cannot be overlooked: a folder that cannot be read is an error, one that is gone is empty',
    () => {
      expect(takeRequests(join(folder, 'gone'))).toEqual([]);
      expect(() => takeRequests(process.execPath)).toThrow(/ENOTDIR/);
    },
  );
});
