/** What is said of a `.env` that is a link which leads nowhere, and of when one was read. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, runCommand, startServer, type TestServer } from './harness.ts';

describe('a link that leads nowhere in the place of the `.env`', () => {
  const link = (server: TestServer): string => {
    const target = join(server.folder, 'of-the-vault');
    rmSync(server.dotenvPath, { force: true });
    symlinkSync(target, server.dotenvPath);
    return target;
  };

  it('counts as gone, and is named with its target by every command', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n', env: { HOME: makeFolder() } });
    const target = link(server);
    const said = `${server.dotenvPath} (missing), not read: it is a link to ${target}, which is not there`;
    for (const [words, outcome] of [
      [['reload', '--dry-run'], 'unchanged'],
      [['reload'], 'unchanged'],
      [['restart', '--dry-run'], 'valid'],
      [['restart'], 'restarted'],
      [['check'], 'refused'],
    ] as const) {
      const answer = await server.ask(...words);
      expect([answer.outcome, answer.envSource, answer.environment]).toEqual([outcome, 'missing', expect.stringContaining(said)]);
      expect(answer.environment).toMatch(/[Pp]ut .*of-the-vault/);
    }
    expect((await server.ask('status'))['envAdvice']).toContain(`is a link to ${target}, which is not there`);
    writeFileSync(target, 'ZSCALER_MCP_LOG_LEVEL=warn\n', { mode: 0o600 });
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied', envSource: 'live' });
  });

  it('is named where another file is read instead, by a start and by a restart', async () => {
    const home = makeFolder();
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n', env: { HOME: home } });
    const target = link(server);
    mkdirSync(join(home, '.zscaler-mcp'), { mode: 0o700 });
    writeFileSync(join(home, '.zscaler-mcp/.env'), 'ZSCALER_MCP_LOG_LEVEL=warn\n', { mode: 0o600 });
    const nowhere = `is a link to ${target}, which is not there`;
    expect((await server.ask('reload')).environment).toContain(`the server was started with ${server.dotenvPath}, which ${nowhere}`);
    expect(await server.ask('restart')).toMatchObject({
      outcome: 'restarted',
      envSource: 'fresh-discovery',
      environment: expect.stringContaining(`picked up by this restart, because ${server.dotenvPath} ${nowhere}`) as string,
    });
    const pidFile = join(server.folder, 'other.pid');
    const other = await startServer({ folder: server.folder, pidFile, env: { HOME: home }, args: ['--log-level', 'warn'] });
    expect(other.log()).toContain(`${server.dotenvPath}: ${nowhere}: it is passed over`);
    const named = await runCommand(['--demo', '--dotenv-path', server.dotenvPath]);
    expect([named.code, named.err]).toEqual([4, expect.stringContaining(nowhere)]);
  });
});

describe('the time at which the `.env` was read', () => {
  it('is what status calls loaded: kept over restarts that do not read it, renewed by what does', async () => {
    const dotenv = 'ZSCALER_MCP_LOG_LEVEL=debug\n';
    const server = await startServer({ dotenv, args: ['--log-level', 'warn'], env: { HOME: makeFolder() } });
    const readAt = () => {
      const { config, envFile } = server.record();
      expect(config.loadedAt).toBe(envFile?.loadedAt);
      return config.loadedAt;
    };
    const first = readAt();
    await server.ask('reload');
    const second = readAt();
    expect(second > first).toBe(true);
    await server.ask('reload', '--dry-run');
    expect(readAt()).toBe(second);
    await server.ask('restart');
    const third = readAt();
    expect(third > second && third < server.record().generationStartedAt).toBe(true);
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=error\n');
    const { out } = await server.command('status', '--settings');
    expect(out).toContain('the .env has changed since: zscaler-mcp reload reads it again');
    expect(out).toContain(`shadowed: debug in ${server.dotenvPath}:1 (as read at ${third.slice(0, 19)}Z)`);
    rmSync(server.dotenvPath);
    await server.ask('restart');
    expect(readAt()).toBe(third);
  });

  it('is that of the start where nothing but its environment was read', async () => {
    const server = await startServer({ env: { HOME: makeFolder(), ZSCALER_MCP_LOG_LEVEL: 'warn' } });
    const { loadedAt } = server.record().config;
    for (const word of ['reload', 'restart']) {
      await server.ask(word);
      expect(server.record().config.loadedAt).toBe(loadedAt);
    }
  });
});
