import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { envCandidates, findEnvFile, passedOverEnvFile, readEnvFile } from './index.ts';
import { FOLDER_REASONS, remedyForMode } from './env-file.ts';
import { ownPlaceKind, type PlaceKind } from './place-kind.ts';

const root = mkdtempSync(join(tmpdir(), 'zscaler-mcp-env-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const isRoot = process.getuid?.() === 0;
if (!isRoot) {
  if (process.env['CI'] === 'true') throw new Error('the tests of foreign owners need root, and CI must run all tests');
  console.error('skipping tests of foreign owners: not root');
}

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
  path = join(folder, '.env');
});

const write = (text: string | Buffer, mode = 0o600) => {
  writeFileSync(path, text);
  chmodSync(path, mode);
};

describe('where a .env is looked for', () => {
  it('is the working directory, the container, the home; for stdio never the working directory', () => {
    const place = { explicit: null, cwd: '/srv', home: '/home/me' };
    expect(envCandidates({ ...place, transport: 'streamable-http' })).toEqual(['/srv/.env', '/app/.env', '/home/me/.zscaler-mcp/.env']);
    for (const transport of ['stdio', '', 'nonsense']) {
      expect(envCandidates({ ...place, transport })).toEqual(['/app/.env', '/home/me/.zscaler-mcp/.env']);
    }
    expect(envCandidates({ ...place, transport: ' SSE ' })[0]).toBe('/srv/.env');
    expect(envCandidates({ ...place, cwd: '/app', home: undefined, transport: 'sse' })).toEqual(['/app/.env']);
  });

  it('is first where it is named, relative to the working directory', () => {
    expect(envCandidates({ explicit: 'conf/x.env', cwd: '/srv', home: null, transport: 'stdio' })).toEqual([
      '/srv/conf/x.env',
      '/app/.env',
    ]);
  });

  it('takes the first place that has a file', () => {
    write('');
    // ENOENT and ENOTDIR.
    const candidates = [join(folder, 'none'), join(path, 'below'), path, join(folder, 'later')];
    expect(findEnvFile(candidates, null)).toEqual({ path, discovered: true, problem: null, warnings: [] });
    expect(findEnvFile([join(folder, 'none')], null)).toEqual({ path: null, discovered: false, problem: null, warnings: [] });
  });

  it('does not go on when the named file is not there', () => {
    write('');
    const named = join(folder, 'none');
    expect(findEnvFile([named, path], 'none')).toMatchObject({
      path: named,
      discovered: false,
      problem: { file: named, message: 'there is no such file' },
    });
    expect(findEnvFile([path, named], '.env')).toMatchObject({ path, discovered: false, problem: null });
  });

  // mkfifo is a POSIX command.
  it.skipIf(process.platform === 'win32').for<[what: string, put: () => void, reason: RegExp]>([
    ['a folder', () => mkdirSync(path), /^is a folder, not a regular file$/],
    ['a pipe', () => execFileSync('mkfifo', [path]), /^is a named pipe, not a regular file$/],
    ['a device', () => symlinkSync('/dev/null', path), /^is a device, not a regular file$/],
    ['a link to itself', () => symlinkSync('.env', path), /ELOOP/],
  ])('takes no other one where its place holds %s, named or not', ([what, put, reason]) => {
    put();
    const later = join(folder, 'later');
    writeFileSync(later, '');
    // A pipe that is named is read, once.
    for (const explicit of what === 'a pipe' ? [null] : [null, '.env']) {
      const { path: found, problem } = findEnvFile([path, later], explicit);
      expect([found, problem?.file]).toEqual([path, path]);
      expect(problem?.message).toMatch(reason);
      expect(problem?.hint).not.toBe('');
      expect(readEnvFile(path, { discovered: explicit === null }).problems).toEqual([problem]);
    }
  });

  it('can tell that stdio passes over a file of the working directory', () => {
    expect(passedOverEnvFile({ cwd: folder, transport: 'stdio' })).toBeNull();
    write('');
    expect(passedOverEnvFile({ cwd: folder, transport: 'stdio' })).toBe(path);
    expect(passedOverEnvFile({ cwd: folder, transport: 'sse' })).toBeNull();
  });
});

describe('reading a .env', () => {
  // Windows has no file modes of this kind.
  it.skipIf(process.platform === 'win32')('gives bytes and identity', () => {
    write('a=b\n', 0o640);
    const { bytes, identity, problems, warnings } = readEnvFile(path, { discovered: true });
    const { dev, ino, uid } = statSync(path);
    expect([Buffer.from(bytes ?? []).toString(), problems, warnings]).toEqual(['a=b\n', [], []]);
    // printf 'a=b\n' | sha256sum
    expect(identity).toMatchObject({
      digest: '77e7ce77c707a8147bb65a710ac1af3fca02c8dd2be36762ec9611d90fb5c041',
      dev,
      ino,
      uid,
      mode: 0o640,
    });
    expect(Date.parse(identity?.loadedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    if (process.platform === 'linux') expect(identity?.mountRoot).toMatch(/^\//);
  });

  it('follows links, as a ConfigMap needs it', () => {
    mkdirSync(join(folder, '..one'));
    writeFileSync(join(folder, '..one/.env'), 'a=1');
    symlinkSync('..one', join(folder, '..data'));
    symlinkSync('..data/.env', path);
    expect(Buffer.from(readEnvFile(path, { discovered: true }).bytes ?? []).toString()).toBe('a=1');
  });

  it('takes 1 MiB and not a byte more', () => {
    write(Buffer.alloc(1024 * 1024, '#'));
    expect(readEnvFile(path, { discovered: true }).problems).toEqual([]);
    write(Buffer.alloc(1024 * 1024 + 1, '#'));
    expect(readEnvFile(path, { discovered: true })).toMatchObject({
      bytes: null,
      identity: null,
      missing: false,
      problems: [{ file: path, message: 'is larger than 1 MiB' }],
    });
  });

  // mkfifo is a POSIX command.
  it.skipIf(process.platform === 'win32')('reads no folder and no pipe, and waits for nobody', () => {
    expect(readEnvFile(folder, { discovered: false }).problems).toMatchObject([
      { file: folder, message: 'is a folder, not a regular file' },
    ]);
    execFileSync('mkfifo', [path]);
    expect(readEnvFile(path, { discovered: false }).problems).toMatchObject([{ message: 'is a named pipe, not a regular file' }]);
  });

  it('tells that there is none', () => {
    expect(readEnvFile(path, { discovered: false })).toMatchObject({
      bytes: null,
      missing: true,
      problems: [{ message: 'there is no such file' }],
    });
    symlinkSync('.env', path);
    expect(readEnvFile(path, { discovered: false })).toMatchObject({
      missing: false,
      problems: [{ message: expect.stringContaining('ELOOP') as string }],
    });
  });

  it.for<[mode: number, gid: number, isSuspect: boolean]>([
    [0o602, 0, true],
    [0o666, 0, true],
    [0o620, 12_345, true],
    [0o620, 0, false],
    [0o644, 12_345, false],
  ])(
    'with mode %o and group %i: writable by others is %s; refused if discovered, a warning if named',
    ([mode, gid, isSuspect], { skip }) => {
      skip(!isRoot && gid !== 0, 'only root gives a file to another group');
      write('a=b');
      if (isRoot) chownSync(path, 0, gid);
      chmodSync(path, mode);
      const discovered = readEnvFile(path, { discovered: true });
      const named = readEnvFile(path, { discovered: false });
      expect([discovered.problems.length, discovered.bytes === null, named.problems.length, named.warnings.length]).toEqual(
        isSuspect ? [1, true, 0, 1] : [0, false, 0, 0],
      );
      if (isSuspect)
        expect(discovered.problems[0]).toMatchObject({
          message: expect.stringMatching(
            new RegExp(`^is writable by others \\(mode 06\\d\\d, uid ${process.getuid?.()}, gid \\d+\\)$`),
          ) as string,
          hint: `Run chmod go-w ${path}.`,
        });
    },
  );

  it.runIf(isRoot)(
    'of another user is refused if discovered, a warning if named; a group of the owner alone and that of root are no others',
    () => {
      write('a=b');
      chownSync(path, 12_345, 12_345);
      chmodSync(path, 0o660);
      const message = 'belongs to another user (uid 12345; the server runs as uid 0)';
      expect(readEnvFile(path, { discovered: true })).toMatchObject({ bytes: null, problems: [{ message }] });
      expect(readEnvFile(path, { discovered: false })).toMatchObject({ problems: [], warnings: [{ message }] });
      chownSync(path, 12_345, 0);
      expect(readEnvFile(path, { discovered: false }).warnings).toMatchObject([{ message }]);
    },
  );

  /** As user 65534 sees it. */
  const readAsNobody = (discovered = true): unknown => {
    const module = join(import.meta.dirname, 'index.ts');
    const program = `const { readEnvFile } = await import(${JSON.stringify(module)}); console.log(JSON.stringify(readEnvFile(${JSON.stringify(path)}, { discovered: ${discovered} }).problems));`;
    const env = { PATH: process.env['PATH'] ?? '' };
    const printed = execFileSync(
      'setpriv',
      ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '--input-type=module', '-e', program],
      { encoding: 'utf8', env },
    );
    return JSON.parse(printed);
  };

  const closed: [what: string, put: () => void, message: () => string, hint: () => string][] = [
    [
      'of another user',
      () => chownSync(path, 501, 501),
      () => 'is owned by uid 501 with mode 0600: the server runs as uid 65534 and cannot read it',
      () => remedyForMode(path, { uid: 501, mode: 0o600 }, { us: 65_534, kind: ownPlaceKind() }),
    ],
    [
      'of its own without the right to read',
      () => (chownSync(path, 65_534, 65_534), chmodSync(path, 0o200)),
      () => 'is owned by uid 65534 with mode 0200: the server runs as uid 65534 and cannot read it',
      () => `Run chmod u+r ${path}.`,
    ],
    [
      'behind a link into a closed folder',
      () => {
        mkdirSync(join(folder, 'closed/below'), { recursive: true });
        chmodSync(join(folder, 'closed'), 0o700);
        symlinkSync('closed/below', join(folder, 'link'));
        rmSync(path);
        symlinkSync('link/.env', path);
      },
      () => `cannot be reached: the server runs as uid 65534 and has no access to the folder ${join(folder, 'closed')}`,
      () => 'Give this user access to that folder, or name another file.',
    ],
  ];

  it.runIf(isRoot && process.platform === 'linux').for(closed)(
    'that it may not read says why, and what to do: a file %s',
    ([, put, message, hint]) => {
      write('a=b', 0o600);
      for (const each of [root, folder]) chmodSync(each, 0o755);
      put();
      expect(readAsNobody()).toMatchObject([{ file: path, message: message(), hint: hint() }]);
    },
  );
});

describe('the remedy for a file that may not be read', () => {
  const path = '/config/.env';
  const other = { uid: 501, mode: 0o600 };
  const own = { uid: 1_000, mode: 0o200 };
  const open = { uid: 501, mode: 0o644 };

  it.each<[PlaceKind, RegExp, RegExp, RegExp]>([
    ['host', /^Run as root: chown 1000 \/config\/\.env\.$/, /^Run chmod u\+r /, /SELinux \(ls -Z\) or/],
    ['windows', /^Run as root: chown/, /^Run chmod u\+r /, /SELinux \(ls -Z\) or/],
    ['container', /^Run docker exec -u root CONTAINER chown 1000 \/config\/\.env\.$/, /^Run chmod u\+r /, /mount it with :z/],
    ['pod', /kubectl apply.*kubectl cp FILE POD:\/config\/\.env\.$/, /kubectl apply/, /SELinux \(ls -Z\) or/],
  ])('names what there is: %s', (kind, ofOther, ofOwn, ofOpen) => {
    const said = [other, own, open].map((stats) => remedyForMode(path, stats, { us: 1_000, kind }));
    for (const [at, words] of [ofOther, ofOwn, ofOpen].entries()) expect(said[at]).toMatch(words);
    for (const text of [...said, FOLDER_REASONS[kind]]) {
      if (kind !== 'container') expect(text).not.toMatch(/docker/i);
      if (kind !== 'pod') expect(text).not.toMatch(/kubectl/);
    }
  });
});
