/** `check` judges the configuration with which the recorded server would start again, from wherever it is asked. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, missing, runCommand, startServer, type ServerOptions, type TestServer } from './harness.ts';

/** Of the command, which is never that of the server. */
const elsewhere = { cwd: '/', env: { HOME: '/nonexistent', ZSCALER_CLOUD: 'of-the-command' } };

const check = (server: Pick<TestServer, 'pidFile'>, ...words: string[]) =>
  runCommand(['check', '--pid-file', server.pidFile, ...words], elsewhere);

interface Answer {
  readonly outcome: string;
  readonly exitCode: number;
  readonly envSource: string;
  readonly environment: string;
  readonly errors: readonly { readonly setting: string; readonly message: string }[];
  readonly judged: { readonly text: string; readonly pid: number; readonly dotenvPath: string | null; readonly unknown: readonly string[] };
  readonly settings: readonly { readonly setting: string; readonly value: string; readonly origin: string }[];
}

const ask = async (server: Pick<TestServer, 'pidFile'>, ...words: string[]): Promise<Answer> =>
  JSON.parse((await check(server, '--json', ...words)).out) as Answer;

const valueOf = ({ settings }: Answer, name: string) => settings.find(({ setting }) => setting === name);

async function kill(server: TestServer): Promise<void> {
  server.child.kill('SIGKILL');
  await server.ended;
}

/** A server whose `.env` was found in its own directory, and whose transport is a variable. */
async function startByVariables(options: ServerOptions = {}): Promise<TestServer> {
  const folder = makeFolder();
  writeFileSync(join(folder, '.env'), 'ZSCALER_MCP_LOG_LEVEL=warn\n', { mode: 0o600 });
  return startServer({ folder, env: { HOME: folder, ZSCALER_CLOUD: 'beta', ZSCALER_CLIENT_SECRET: 'hush-hush' }, ...options });
}

describe('check beside a server', () => {
  it('names it first, and prints what is not at its default: its flags, variables and .env, none of the own', async () => {
    const server = await startByVariables();
    const { code, out } = await check(server);
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe(
      `check: judged the server with PID ${server.pid} (streamable-http at ${server.url}), as it would start again, with the .env ${server.dotenvPath}`,
    );
    expect(out).toMatch(/^ +ZSCALER_MCP_TRANSPORT +streamable-http +--transport$/m);
    expect(out).toMatch(/^ +ZSCALER_CLOUD +beta +the environment of the start$/m);
    expect(out).toMatch(/^ +ZSCALER_CLIENT_SECRET +set +the environment of the start$/m);
    expect(out.replaceAll(/ +/g, ' ')).toContain(` ZSCALER_MCP_LOG_LEVEL warn ${server.dotenvPath}:1\n`);
    expect(out).not.toMatch(/ default$/m);
    expect(out).toMatch(/^check: valid: it would start again with this configuration$/m);
    expect(out).toContain(`environment: ${server.dotenvPath} (live), read at `);
    expect((await check(server, '--all')).out).toMatch(/^ +ZSCALER_MCP_HOST +127\.0\.0\.1 +default$/m);
  });

  it.each([
    ['a wrong line in its .env', 'ZSCALER_MCP_PORT=x\n', 'ZSCALER_MCP_PORT'],
    ['a setting that its transport needs', 'ZSCALER_MCP_HOST=0.0.0.0\n', 'ZSCALER_MCP_HOST'],
    [
      'a file that is not in its directory',
      'ZSCALER_MCP_TLS_CERTFILE=crt.pem\nZSCALER_MCP_TLS_KEYFILE=key.pem\n',
      'ZSCALER_MCP_TLS_CERTFILE',
    ],
  ])('refuses what a start would refuse, and reload and restart --dry-run: %s', async (_, text, setting) => {
    const server = await startByVariables({ demo: setting !== 'ZSCALER_MCP_HOST' });
    server.writeDotenv(text);
    const { exitCode, outcome, errors, judged } = await ask(server);
    expect({ exitCode, outcome, pid: judged.pid }).toEqual({ exitCode: 4, outcome: 'refused', pid: server.pid });
    expect(errors.map((error) => error.setting)).toContain(setting);
    expect((await server.ask('restart', '--dry-run')).exitCode).toBe(4);
    await kill(server);
    const again = await ask(server);
    expect(again.errors).toEqual(errors);
    expect(again.judged.text).toMatch(/^the server that had PID \d+ .* and has ended, as it would start again/);
  });

  it('of the demo tenant refuses an address that others reach', async () => {
    const server = await startByVariables();
    server.writeDotenv(
      'ZSCALER_MCP_HOST=0.0.0.0\nZSCALER_MCP_AUTH_API_KEY=0123456789012345678901234567890123456789\nZSCALER_MCP_ALLOW_HTTP=true\n',
    );
    const { errors } = await ask(server);
    expect(errors).toMatchObject([{ setting: 'ZSCALER_MCP_HOST', message: expect.stringContaining('for the demo tenant') as string }]);
  });

  it('that has crashed knows its directory, flags and variables from the record, and no secret', async () => {
    const server = await startByVariables();
    await kill(server);
    const answer = await ask(server);
    expect(answer).toMatchObject({ outcome: 'valid', judged: { dotenvPath: server.dotenvPath, unknown: ['ZSCALER_CLIENT_SECRET'] } });
    expect(valueOf(answer, 'ZSCALER_CLOUD')).toMatchObject({ value: 'beta', origin: 'environment' });
    expect(answer.judged.text).toMatch(/its environment is gone with the process.*ZSCALER_CLIENT_SECRET are not known$/);
    expect(readFileSync(server.pidFile, 'utf8')).not.toContain('hush-hush');
    // In a container the command has the environment of the server.
    const inside = await runCommand(['check', '--json', '--pid-file', server.pidFile], {
      env: { ZSCALER_CLIENT_SECRET: 'hush-hush', HOME: '/' },
    });
    expect((JSON.parse(inside.out) as Answer).judged.unknown).toEqual([]);
  });

  it.skipIf(missing('linux', 'root', 'setpriv'))('says when its environment cannot be read, and judges from the record', async () => {
    const folder = makeFolder(0o777);
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    // As a unit with AmbientCapabilities=: who has fewer capabilities may not look into it.
    const server = await startByVariables({
      folder,
      through: [...user, '--inh-caps=+net_bind_service', '--ambient-caps=+net_bind_service'],
    });
    const { out } = await runCommand(['check', '--pid-file', server.pidFile], { ...elsewhere, through: user });
    expect(out).toMatch(/its environment cannot be read \(EACCES\): its record and the environment of this command stand in/);
    expect(out).toMatch(/^ +ZSCALER_CLOUD +beta +the environment of the start$/m);
  });

  it('knows what a launcher set before the program was loaded, from the record', async () => {
    const preload = join(makeFolder(), 'preload.mjs');
    writeFileSync(preload, "Object.assign(process.env, { ZSCALER_CLOUD: 'beta', ZSCALER_CLIENT_SECRET: 'hush-hush' });\n");
    const server = await startServer({ execArgv: ['--import', preload] });
    const answer = await ask(server);
    expect(valueOf(answer, 'ZSCALER_CLOUD')).toMatchObject({ value: 'beta', origin: 'environment' });
    expect(answer.judged.unknown).toEqual(['ZSCALER_CLIENT_SECRET']);
  });

  it('gives the label of the server: missing, fresh-discovery, none', async () => {
    const server = await startByVariables();
    rmSync(server.dotenvPath);
    expect(await ask(server)).toMatchObject({
      outcome: 'valid',
      envSource: 'missing',
      judged: { dotenvPath: null },
      warnings: expect.arrayContaining([
        `a new start would run without the values of ${server.dotenvPath}, which is gone; zscaler-mcp restart keeps them`,
      ]) as string[],
    });
    const other = join(server.folder, '.zscaler-mcp/.env');
    mkdirSync(join(server.folder, '.zscaler-mcp'));
    writeFileSync(other, 'ZSCALER_MCP_LOG_LEVEL=error\n', { mode: 0o600 });
    const found = await ask(server);
    expect(found).toMatchObject({ outcome: 'valid', envSource: 'fresh-discovery', judged: { dotenvPath: other } });
    expect(found.environment).toContain('a restart picks it up');
    expect(valueOf(found, 'ZSCALER_MCP_LOG_LEVEL')).toMatchObject({ value: 'error', origin: `${other}:1` });
    const without = await startServer({ env: { HOME: makeFolder() } });
    expect(await ask(without)).toMatchObject({ outcome: 'valid', envSource: 'none', judged: { dotenvPath: null } });
  });

  it('refuses a named .env that is gone, as a start would', async () => {
    const server = await startServer({ dotenv: '\n' });
    rmSync(server.dotenvPath);
    const answer = await ask(server);
    expect(answer).toMatchObject({ exitCode: 4, envSource: 'missing', errors: [{ message: 'there is no such file' }], warnings: [] });
  });

  it('refuses a named .env that is gone, also where a restart has picked up another one', async () => {
    const home = makeFolder();
    mkdirSync(join(home, '.zscaler-mcp'), { mode: 0o700 });
    writeFileSync(join(home, '.zscaler-mcp/.env'), '\n', { mode: 0o600 });
    const server = await startServer({ dotenv: '\n', env: { HOME: home } });
    const named = server.dotenvPath;
    rmSync(named);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', envSource: 'fresh-discovery' });
    const { environment, ...answer } = await ask(server);
    expect(answer).toMatchObject({ exitCode: 4, envSource: 'missing' });
    expect(environment).toBe(`${named} (missing), not read: there is no such file. Create it, or name another one.`);
  });

  it('names a working directory that is gone', async () => {
    const cwd = join(makeFolder(), 'cwd');
    mkdirSync(cwd);
    const server = await startServer({ cwd });
    rmSync(cwd, { recursive: true });
    expect(await ask(server)).toMatchObject({ exitCode: 4, errors: [{ file: cwd }] });
  });

  it.skipIf(missing('root', 'linux', 'setpriv'))('names a working directory that is closed to its user', async () => {
    const folder = makeFolder(0o777);
    const cwd = join(folder, 'cwd');
    mkdirSync(cwd);
    const through = ['setpriv', '--reuid=4711', '--regid=4711', '--clear-groups', '--'];
    writeFileSync(join(cwd, '.env'), 'ZSCALER_MCP_LOG_LEVEL=warn\n', { mode: 0o644 });
    const server = await startServer({ folder, cwd, through, env: { HOME: folder } });
    chmodSync(cwd, 0o700);
    expect(await ask(server)).toMatchObject({
      exitCode: 4,
      envSource: 'live',
      environment: expect.stringMatching(/\.env \(live\), not read: it cannot be reached: /) as string,
      errors: [{ file: cwd, message: expect.stringContaining('is closed to uid 4711 (it belongs to root; mode 0700)') as string }],
    });
  });

  it('says that the command line of another version is not understood', async () => {
    const server = await startServer();
    await kill(server);
    const record = server.record();
    writeFileSync(server.pidFile, JSON.stringify({ ...record, argv: [...record.argv, '--of-the-future'] }), { mode: 0o600 });
    expect(await ask(server)).toMatchObject({
      exitCode: 4,
      errors: [{ message: expect.stringMatching(/^its command line: unknown option/) as string }],
    });
  });
});

it('check names the line of the .env that a part of the server refuses, and calls no invalid value one of the file', async () => {
  const server = await startServer({ dotenv: '' });
  server.writeDotenv('# a comment\nZSCALER_MCP_AUDIT_FILE=/nowhere/audit.log\n');
  const problem = { setting: 'ZSCALER_MCP_AUDIT_FILE', file: server.dotenvPath, line: 2 };
  for (const word of ['check', 'reload', 'restart']) expect((await server.ask(word)).errors, word).toMatchObject([problem]);
  server.writeDotenv('ZSCALER_MCP_PORT=99999\n');
  const answer = (await server.ask('check')) as unknown as Answer;
  expect(valueOf(answer, 'ZSCALER_MCP_LOG_LEVEL')).toMatchObject({ origin: 'default' });
  const other = await runCommand(['check', '--json', '--transport', 'streamable-http', '--dotenv-path', server.dotenvPath]);
  expect(valueOf(JSON.parse(other.out) as Answer, 'ZSCALER_MCP_PORT')).toMatchObject({
    value: 'invalid',
    origin: `${server.dotenvPath}:1`,
  });
});

describe('check without a recorded server', () => {
  it('names the start it judges, and where it looked', async () => {
    const pidFile = join(makeFolder(), 'none.pid');
    const { out } = await check({ pidFile });
    expect(out.split('\n')[0]).toBe(
      `check: judged a start over stdio in /, without a .env; no server is recorded at ${pidFile}; to judge another start, give its flags`,
    );
  });

  it.each([[['--transport', 'streamable-http']], [['--log-level', 'debug']], [['--demo']]])(
    'beside one, with flags of a server, judges a start with them: %s',
    async (flags) => {
      const server = await startByVariables();
      const { out } = await check(server, ...flags);
      expect(out.split('\n')[0]).toMatch(
        /^check: judged a start over (?:stdio|streamable-http) in \/, without a \.env, with the flags of this command$/,
      );
      expect(out).toMatch(/ZSCALER_CLOUD +of-the-command/);
    },
  );

  it.skipIf(process.platform === 'win32')('trusts no PID file that a command would not act upon', async () => {
    const copy = join(makeFolder(), 'copy.pid');
    writeFileSync(copy, 'nonsense', { mode: 0o600 });
    const { code, err } = await check({ pidFile: copy });
    expect([code, err]).toEqual([4, expect.stringContaining('does not hold the record of a server')]);
  });
});
