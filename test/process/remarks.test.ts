/** What verdicts and `status` say beside the changed settings: values without effect, lost protection, secrets that a reload cannot renew. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, startServer, type TestServer } from './harness.ts';

const FLAG = { args: ['--log-level', 'warn'], dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' };

const operations = ['reload', 'reload --dry-run', 'restart --dry-run', 'restart'];

/** The warnings of each operation in turn, in JSON. */
async function warningsOf(server: TestServer, words: readonly string[]): Promise<string> {
  const { warnings, exitCode } = await server.ask(...words);
  expect(exitCode, words.join(' ')).toBe(0);
  return warnings.join('\n');
}

describe('a value below a flag', () => {
  it.each(operations)('is named with both values by %s', async (line) => {
    const words = line.split(' ');
    const server = await startServer(FLAG);
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\n');
    const { code, out, err } = await server.command(...words);
    expect([code, out]).toEqual([0, expect.not.stringContaining('the same as before')]);
    expect(err).toContain(`ZSCALER_MCP_LOG_LEVEL: debug in ${server.dotenvPath}:1 has no effect: --log-level stands above it with warn`);
    expect(await warningsOf(server, words)).toContain('debug in');
  });

  it('is named by status, and in the settings in force', async () => {
    const server = await startServer(FLAG);
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=debug\n');
    expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged', message: expect.stringContaining('ZSCALER_MCP_LOG_LEVEL') });
    const from = `${server.dotenvPath}:1`;
    expect(await server.ask('status')).toMatchObject({
      shadowed: [{ setting: 'ZSCALER_MCP_LOG_LEVEL', value: 'debug', from, inForce: 'warn', by: '--log-level' }],
    });
    expect((await server.command('status')).out.replaceAll(/\s+/g, ' ')).toContain(`debug in ${from} has no effect: --log-level stands`);
    const text = (await server.command('status', '--settings')).out;
    expect(text).toMatch(/ZSCALER_MCP_LOG_LEVEL +warn +--log-level\n +shadowed: debug in /);
    expect(text).not.toContain('ZSCALER_MCP_SERVICES');
    expect((await server.command('status', '--settings', '--all')).out).toMatch(/ZSCALER_MCP_SERVICES +none +default/);
  });
});

describe('the settings in force', () => {
  it('name file and line, environment, default, what waits and what has no effect, and no secret', async () => {
    const dotenv = 'ZSCALER_CLIENT_ID=id\nZSCALER_CLIENT_SECRET=SENTINEL-1\nZSCALER_MCP_AUDIT_FORMAT=json\n';
    const server = await startServer({ dotenv, env: { ZSCALER_CLIENT_SECRET: 'SENTINEL-2', ZSCALER_MCP_METRICS: 'true' } });
    server.writeDotenv(`${dotenv}ZSCALER_MCP_SERVICES=zia\n`);
    expect(await server.ask('reload')).toMatchObject({ exitCode: 3 });
    const { settings } = await server.ask('status', '--settings');
    const at = (line: number) => `${server.dotenvPath}:${line}`;
    expect(settings).toEqual(
      expect.arrayContaining([
        {
          setting: 'ZSCALER_CLIENT_SECRET',
          value: 'set',
          secret: true,
          origin: 'file',
          from: at(2),
          shadowed: [{ value: null, from: 'the environment of the start' }],
        },
        { setting: 'ZSCALER_MCP_METRICS', value: 'true', origin: 'environment', from: 'the environment of the start' },
        {
          setting: 'ZSCALER_MCP_AUDIT_FORMAT',
          value: 'json',
          origin: 'file',
          from: at(3),
          ignored: 'ZSCALER_MCP_LOG_TOOL_CALLS is not true',
        },
        { setting: 'ZSCALER_MCP_SERVICES', value: 'none', origin: 'default', from: 'default', waiting: { value: 'zia', from: at(4) } },
      ]),
    );
    expect((await server.ask('restart')).outcome).toBe('restarted');
    const after = await server.ask('status', '--settings');
    expect(after['settings']).toContainEqual({ setting: 'ZSCALER_MCP_SERVICES', value: 'zia', origin: 'file', from: at(4) });
    expect(JSON.stringify([settings, after, server.record()])).not.toContain('SENTINEL');
    expect(server.log()).not.toContain('SENTINEL');
  });
});

describe('an edit without effect, because of another setting', () => {
  it('is named with the reason', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_AUDIT_FORMAT=line\n' });
    server.writeDotenv('ZSCALER_MCP_AUDIT_FORMAT=json\n');
    expect(await warningsOf(server, ['reload'])).toContain(
      'ZSCALER_MCP_AUDIT_FORMAT: has no effect: ZSCALER_MCP_LOG_TOOL_CALLS is not true',
    );
  });
});

it('a setting that loses its effect by the change of another is named', async () => {
  const folder = makeFolder();
  const rest = `ZSCALER_MCP_AUDIT_FILE=${join(folder, 'audit.log')}\nZSCALER_MCP_AUDIT_FORMAT=json\n`;
  const server = await startServer({ folder, dotenv: `ZSCALER_MCP_LOG_TOOL_CALLS=true\n${rest}` });
  server.writeDotenv(`ZSCALER_MCP_LOG_TOOL_CALLS=false\n${rest}`);
  const { warnings } = await server.ask('reload');
  for (const name of ['ZSCALER_MCP_AUDIT_FILE', 'ZSCALER_MCP_AUDIT_FORMAT'])
    expect(warnings).toContain(`${name}: has no effect: ZSCALER_MCP_LOG_TOOL_CALLS is not true`);
});

describe('a configuration that protects less', () => {
  const KEYS = 'ZSCALER_MCP_AUTH_API_KEY=SENTINEL-0123456789abcdef0123456789\nZSCALER_MCP_LOG_LEVEL=info\n';

  it('is named by restart and both dry runs', async () => {
    const server = await startServer({ dotenv: KEYS });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=info\n');
    expect((await server.ask('reload', '--dry-run')).warnings.join()).toContain(
      'less protection after a restart: client authentication is off',
    );
    const clause = 'client authentication is off (was api-key)';
    const tried = await warningsOf(server, ['restart', '--dry-run']);
    expect(tried).toContain(`less protection after a restart: ${clause}`);
    expect(tried, 'nothing is off yet').not.toContain('less protection: ');
    expect(await warningsOf(server, ['restart'])).toContain(`less protection: ${clause}`);
    expect((await server.ask('restart')).warnings).toEqual([]);
  });

  it('is named by a reload that applies it', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_TOOL_CALLS=true\n' });
    server.writeDotenv('ZSCALER_MCP_LOG_TOOL_CALLS=false\n');
    expect(await warningsOf(server, ['reload', '--dry-run'])).toContain('less protection after a reload: tool calls are not audited');
    const { code, err } = await server.command('reload');
    expect([code, err]).toEqual([0, expect.stringContaining('less protection: tool calls are not audited any more')]);
  });

  it('is named where the file has lost all its settings', async () => {
    const server = await startServer({ dotenv: KEYS });
    server.writeDotenv('# nothing is left\n');
    expect((await server.ask('reload', '--dry-run')).warnings.join()).toContain(
      `${server.dotenvPath} sets nothing any more: 2 settings of it fall back`,
    );
    expect(await warningsOf(server, ['restart'])).toContain('sets nothing any more');
  });

  it('is told from a changed way to authenticate', async () => {
    const server = await startServer({ dotenv: KEYS });
    server.writeDotenv(
      'ZSCALER_MCP_AUTH_MODE=jwt\nZSCALER_MCP_AUTH_JWKS_URI=http://127.0.0.1:9/keys\nZSCALER_MCP_AUTH_ISSUER=https://issuer.example\n',
    );
    expect(await warningsOf(server, ['reload', '--dry-run'])).toContain('client authentication changes: api-key -> jwt');
  });
});

describe('secrets from the environment of the start', () => {
  it.each(operations)('are said to need a new start, by %s', async (line) => {
    const words = line.split(' ');
    const server = await startServer({
      dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n',
      env: { ZSCALER_CLIENT_ID: 'id', ZSCALER_CLIENT_SECRET: 'SENTINEL' },
    });
    const said = await warningsOf(server, words);
    expect(said).toContain('ZSCALER_CLIENT_SECRET: from the environment of the start, which reload and restart do not read again');
    expect(said).not.toContain('SENTINEL');
    expect((await server.command('status')).out.replaceAll(/\s+/g, ' ')).toContain(
      'the environment of the start: ZSCALER_CLIENT_SECRET, which only a new start reads again',
    );
  });
});
