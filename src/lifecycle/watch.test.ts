import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { watchFile, type WatchOptions } from './watch.ts';

const QUIET_MS = 20;
/** Several times what a change needs to be noticed: nothing came of it. */
const LONG_ENOUGH_MS = 300;

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'zscaler-mcp-watch-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Counts the changes that were noticed. Looking is switched off, unless asked for: events must do. */
function startWatching(path: string, options: Partial<WatchOptions> = {}) {
  const seen = { changes: 0, blind: [] as string[] };
  const watcher = watchFile({
    path,
    known: null,
    onChange: () => seen.changes++,
    onBlind: (reason) => seen.blind.push(reason),
    quietMs: QUIET_MS,
    lookEveryMs: 3_600_000,
    ...options,
  });
  onTestFinished(() => watcher.close());
  return { seen, watcher, until: (changes: number) => vi.waitFor(() => expect(seen.changes).toBe(changes), 10_000) };
}

/** As the kubelet does it: a new folder, and one rename that moves the link to it. */
function projectVolume(folder: string, version: string, text: string): void {
  mkdirSync(join(folder, `..${version}`));
  writeFileSync(join(folder, `..${version}`, '.env'), text);
  symlinkSync(`..${version}`, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
}

function plainFile(folder: string): string {
  writeFileSync(join(folder, '.env'), 'A=0\n');
  return join(folder, '.env');
}

const changes: readonly { title: string; arrange: (folder: string) => string; change: (folder: string, round: number) => void }[] = [
  {
    title: 'is written in place',
    arrange: plainFile,
    change: (folder, round) => writeFileSync(join(folder, '.env'), `A=${round}\n`),
  },
  {
    title: 'is written beside and renamed over, as editors do',
    arrange: plainFile,
    change: (folder, round) => {
      writeFileSync(join(folder, '.env.swp'), `A=${round}\n`);
      renameSync(join(folder, '.env.swp'), join(folder, '.env'));
    },
  },
  {
    title: 'is moved away and written anew, as vim does with backups',
    arrange: plainFile,
    change: (folder, round) => {
      renameSync(join(folder, '.env'), join(folder, '.env~'));
      writeFileSync(join(folder, '.env'), `A=${round}\n`);
    },
  },
  {
    title: 'is emptied first and written then',
    arrange: plainFile,
    change: (folder, round) => {
      truncateSync(join(folder, '.env'));
      writeFileSync(join(folder, '.env'), `A=${round}\n`);
    },
  },
  {
    title: 'lies behind two links of which one is swapped, as Kubernetes does',
    arrange: (folder) => {
      projectVolume(folder, 'first', 'A=0\n');
      symlinkSync(join('..data', '.env'), join(folder, '.env'));
      return join(folder, '.env');
    },
    change: (folder, round) => {
      projectVolume(folder, String(round), `A=${round}\n`);
      rmSync(join(folder, round === 1 ? '..first' : `..${round - 1}`), { recursive: true });
    },
  },
  {
    title: 'lies in a folder that is replaced',
    arrange: (folder) => {
      mkdirSync(join(folder, 'config'));
      writeFileSync(join(folder, 'config/.env'), 'A=0\n');
      return join(folder, 'config/.env');
    },
    change: (folder, round) => {
      renameSync(join(folder, 'config'), join(folder, `old-${round}`));
      mkdirSync(join(folder, 'next'));
      writeFileSync(join(folder, 'next/.env'), `A=${round}\n`);
      renameSync(join(folder, 'next'), join(folder, 'config'));
    },
  },
];

describe('a file that', () => {
  it.each(changes)('$title is noticed, time after time', async ({ arrange, change }) => {
    const folder = makeFolder();
    const { seen, until } = startWatching(arrange(folder));
    for (const round of [1, 2, 3, 4]) {
      change(folder, round);
      await until(round);
    }
    await sleep(LONG_ENOUGH_MS);
    expect(seen).toEqual({ changes: 4, blind: [] });
  });

  it('is deleted is no news until it is back with another content', async () => {
    const path = join(makeFolder(), '.env');
    writeFileSync(path, 'A=1\n');
    const { seen, until } = startWatching(path);
    unlinkSync(path);
    await sleep(LONG_ENOUGH_MS);
    writeFileSync(path, 'A=1\n');
    await sleep(LONG_ENOUGH_MS);
    expect(seen.changes).toBe(0);
    unlinkSync(path);
    await sleep(LONG_ENOUGH_MS);
    writeFileSync(path, 'A=2\n');
    await until(1);
  });

  it('is empty for a moment only is not read then, and is believed when it stays empty', async () => {
    const path = join(makeFolder(), '.env');
    writeFileSync(path, 'A=1\n');
    const { seen, until } = startWatching(path);
    truncateSync(path);
    await sleep(LONG_ENOUGH_MS);
    writeFileSync(path, 'A=1\n');
    await sleep(LONG_ENOUGH_MS);
    expect(seen.changes).toBe(0);
    truncateSync(path);
    await until(1);
  });

  it('is written again with the same content is no news, nor is anything else in its folder', async () => {
    const folder = makeFolder();
    const path = join(folder, '.env');
    writeFileSync(path, 'A=1\n');
    const { seen } = startWatching(path);
    writeFileSync(path, 'A=1\n');
    writeFileSync(join(folder, 'other'), 'B=1\n');
    await sleep(LONG_ENOUGH_MS);
    expect(seen.changes).toBe(0);
  });

  it('is noticed although its folder is never quiet', async () => {
    const folder = makeFolder();
    const path = join(folder, '.env');
    writeFileSync(path, 'A=1\n');
    const { until } = startWatching(path);
    const noise = setInterval(() => writeFileSync(join(folder, 'log'), String(performance.now())), 2);
    onTestFinished(() => clearInterval(noise));
    writeFileSync(path, 'A=2\n');
    await until(1);
  });

  it('differs from what was read before it was watched is noticed at once', async () => {
    const path = join(makeFolder(), '.env');
    writeFileSync(path, 'A=1\n');
    const { until } = startWatching(path, { known: '0'.repeat(64) });
    await until(1);
  });

  it('was dealt with by somebody else is no news', async () => {
    const path = join(makeFolder(), '.env');
    writeFileSync(path, 'A=1\n');
    const { seen, watcher } = startWatching(path);
    writeFileSync(path, '');
    watcher.skip('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    await sleep(LONG_ENOUGH_MS);
    expect(seen.changes).toBe(0);
  });

  it('turns into a folder is noticed: a reload says what is wrong with it', async () => {
    const path = join(makeFolder(), '.env');
    writeFileSync(path, 'A=1\n');
    const { until } = startWatching(path);
    unlinkSync(path);
    mkdirSync(path);
    await until(1);
  });
});

it('folders that cannot be watched are looked into instead, and that is said once', async () => {
  const path = join(makeFolder(), '.env');
  writeFileSync(path, 'A=1\n');
  const watchFolder = () => {
    throw new Error('no space left for watches');
  };
  const { seen, until } = startWatching(path, { watchFolder, lookEveryMs: 10 });
  for (const round of [2, 3]) {
    writeFileSync(`${path}.new`, `A=${round}\n`);
    renameSync(`${path}.new`, path);
    await until(round - 1);
  }
  expect(seen.blind).toEqual(['no space left for watches']);
});

it('a watcher that was closed is silent', async () => {
  const path = join(makeFolder(), '.env');
  writeFileSync(path, 'A=1\n');
  const { seen, watcher } = startWatching(path, { lookEveryMs: 10 });
  writeFileSync(path, 'A=2\n');
  watcher.close();
  await sleep(LONG_ENOUGH_MS);
  expect(seen.changes).toBe(0);
});
