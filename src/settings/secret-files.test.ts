import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadSettings, parseEnvFile, rows, type SettingsInput } from './index.ts';
import { readSecretFiles, secretFileNames } from './secret-files.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'zscaler-mcp-secrets-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const load = ({ text, ...input }: Partial<SettingsInput> & { text?: string } = {}) => {
  const envFile = text === undefined ? null : { path: '/.env', ...parseEnvFile(Buffer.from(text), {}) };
  return loadSettings({ flags: {}, envFile, boot: {}, ...input });
};

describe('a secret in a file', () => {
  it('can be each secret of the table, and collides with no other name', () => {
    const secrets = rows.filter(([, { secret }]) => secret).map(([, { env }]) => `${env}_FILE`);
    expect([...secretFileNames.keys()]).toEqual(secrets);
    const names = new Set(rows.flatMap(([, { env, aliases = [] }]) => [env, ...aliases.map((alias) => alias.env)]));
    expect(secrets.filter((name) => names.has(name))).toEqual([]);
  });

  it.each(['s3cret', 's3cret\n', 's3cret\r\n', '  s3cret \n\n', '\uFEFFs3cret\n'])('counts without what surrounds it: %j', (content) => {
    const path = write('secret', content);
    const { settings, origins, problems, warnings } = load({ boot: { ZSCALER_CLIENT_SECRET_FILE: path } });
    expect(settings.clientSecret).toBe('s3cret');
    expect(origins['ZSCALER_CLIENT_SECRET']).toEqual({ origin: 'environment', secretFile: path });
    expect(problems).toEqual([]);
    expect(warnings.map(({ setting }) => setting)).toEqual(['ZSCALER_CLIENT_SECRET']);
  });

  it('may have several lines where the setting takes them', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----';
    expect(load({ boot: { ZSCALER_PRIVATE_KEY_FILE: write('key', `${pem}\n`) } }).settings.privateKey).toBe(pem);
  });

  it('is of the layer that names it', () => {
    const [one, two] = [write('one', '1'), write('two', '2')];
    const boot = { ZSCALER_CLIENT_SECRET_FILE: one };
    const from = (input: Parameters<typeof load>[0]) => load({ boot, ...input }).settings.clientSecret;
    expect(from({})).toBe('1');
    expect(from({ secrets: { ZSCALER_CLIENT_SECRET: 's' } })).toBe('s');
    expect(from({ secrets: { ZSCALER_CLIENT_SECRET: 's' }, text: `ZSCALER_CLIENT_SECRET_FILE=${two}\n` })).toBe('2');
    expect(from({ text: 'ZSCALER_CLIENT_SECRET=3\n' })).toBe('3');
  });

  it('and the secret itself, in one layer, are one too many; in two layers they are not', () => {
    const path = write('secret', 'x');
    const { problems } = load({ text: `ZSCALER_CLIENT_SECRET=y\nZSCALER_CLIENT_SECRET_FILE=${path}\n` });
    expect(problems).toMatchObject([{ setting: 'ZSCALER_CLIENT_SECRET_FILE', file: '/.env', line: 2 }]);
    expect(problems[0]?.message).toBe('is set in addition to ZSCALER_CLIENT_SECRET: only one of them can apply');
    expect(load({ boot: { ZSCALER_CLIENT_SECRET_FILE: path, ZSCALER_CLIENT_SECRET: 'y' } }).problems.length).toBe(1);
    expect(load({ boot: { ZSCALER_CLIENT_SECRET_FILE: path }, text: 'ZSCALER_CLIENT_SECRET=y\n' }).problems).toEqual([]);
    expect(load({ boot: { ZSCALER_CLIENT_SECRET_FILE: '', ZSCALER_CLIENT_SECRET: 'y' } })).toMatchObject({
      problems: [],
      settings: { clientSecret: 'y' },
    });
  });

  it('that a higher layer shadows is not missed, but one that the .env names is', () => {
    const boot = { ZSCALER_CLIENT_SECRET_FILE: join(folder, 'none') };
    expect(load({ boot, text: 'ZSCALER_CLIENT_SECRET=y\n' }).problems).toEqual([]);
    expect(load({ text: `ZSCALER_CLIENT_SECRET_FILE=${join(folder, 'none')}\n` }).problems.length).toBe(1);
  });

  const bad: readonly (readonly [string, () => string, RegExp])[] = [
    ['is not there', () => join(folder, 'none'), /none cannot be opened: there is no such file$/],
    ['is a folder', () => folder, /is a folder, not a regular file$/],
    ['is larger than any secret', () => write('big', 'x'.repeat(65_537)), /is larger than 64 KiB$/],
    ['is no UTF-8', () => write('binary', Uint8Array.of(0x53, 0xff, 0xfe)), /is not UTF-8 text$/],
    ['is empty', () => write('empty', ' \n'), /is empty$/],
    ['has a relative path', () => 'run/secrets/x', /^expected an absolute path$/],
    // mkfifo is a POSIX command.
    ...(process.platform === 'win32'
      ? []
      : ([['is a pipe that nobody writes into', () => pipe(), /is a named pipe, not a regular file$/]] as const)),
    ['leads in a circle', () => circle(), /symbolic links form a loop$/],
  ];
  const pipe = () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    return join(folder, 'pipe');
  };
  const circle = () => {
    symlinkSync('circle', join(folder, 'circle'));
    return join(folder, 'circle');
  };

  it.each(bad)('that %s is told by setting and path', (_, make, message) => {
    const { problems, settings } = load({ boot: { ZSCALER_MCP_AUTH_API_KEY_FILE: make() } });
    expect(problems).toMatchObject([{ setting: 'ZSCALER_MCP_AUTH_API_KEY_FILE' }]);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.hint).not.toBe('');
    expect(settings.authApiKeys).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('that everybody may write draws a warning', () => {
    const path = write('secret', 'x');
    chmodSync(path, 0o666);
    const { warnings, problems } = load({ boot: { ZSCALER_MCP_AUTH_API_KEY_FILE: path } });
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([
      { setting: 'ZSCALER_MCP_AUTH_API_KEY_FILE', message: `names ${path}, which is writable by every user (mode 0666)` },
    ]);
    chmodSync(path, 0o644);
    expect(load({ boot: { ZSCALER_MCP_AUTH_API_KEY_FILE: path } }).warnings).toEqual([]);
  });

  it('whose content the setting does not take is told without it', () => {
    const path = write('secret', 'SENTINEL\nin two lines');
    const { problems } = load({ boot: { ZSCALER_CLIENT_SECRET_FILE: path } });
    expect(problems[0]?.message).toContain(path);
    expect(JSON.stringify(problems)).not.toContain('SENTINEL');
  });

  it('that somebody wrote where its path belongs is not shown, though it begins like a path', () => {
    const { problems } = load({ boot: { ZSCALER_CLIENT_SECRET_FILE: '/SENTINEL+x/YQ==' } });
    expect(problems.length).toBe(1);
    expect(JSON.stringify(problems)).not.toContain('SENTINEL');
  });

  it('is not named by a flag or a secrets manager', () => {
    const { settings, warnings } = load({ secrets: { ZSCALER_CLIENT_SECRET_FILE: write('secret', 'x') } });
    expect(settings.clientSecret).toBeUndefined();
    expect(warnings).toMatchObject([{ setting: 'ZSCALER_CLIENT_SECRET_FILE', message: 'has no effect in a secrets manager' }]);
  });

  it('is no setting where the setting is no secret', () => {
    const { warnings } = load({ text: `ZSCALER_CLIENT_ID_FILE=${write('id', 'x')}\n` });
    expect(warnings.map(({ setting, message }) => `${setting} ${message}`)).toEqual([
      'ZSCALER_CLIENT_ID_FILE is not a setting of this server and has no effect',
    ]);
  });

  it('is not read a second time where it was read before', () => {
    const boot = { ZSCALER_CLIENT_SECRET_FILE: write('secret', 'first') };
    const { secretFiles } = load({ boot });
    write('secret', 'second');
    expect(load({ boot, secretFiles }).settings.clientSecret).toBe('first');
  });

  it('comes from the same volume as the others, also when the volume is replaced in the middle', () => {
    const volume = (version: string) => {
      mkdirSync(join(folder, version));
      for (const name of ['id', 'secret']) writeFileSync(join(folder, version, name), `${name} of ${version}`);
      symlinkSync(version, join(folder, 'next'));
      renameSync(join(folder, 'next'), join(folder, 'data'));
    };
    volume('one');
    const names = new Map([
      ['ZSCALER_CLIENT_SECRET_FILE', join(folder, 'data/id')],
      ['ZSCALER_PRIVATE_KEY_FILE', join(folder, 'data/secret')],
    ]);
    const place = () => ({ file: null, line: null });
    const layer = { kind: 'environment' as const, names: [...names.keys()], place, get: (name: string) => names.get(name) };
    const decode = vi.spyOn(TextDecoder.prototype, 'decode').mockImplementationOnce(() => {
      // The first file is open, the second is not.
      volume('two');
      return 'id of one';
    });
    const texts = [...readSecretFiles([layer]).values()].map(({ text }) => text);
    decode.mockRestore();
    expect(texts).toEqual(['id of two', 'secret of two']);
  });
});
