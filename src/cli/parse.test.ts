import { describe, expect, it } from 'vitest';
import type { Syntax } from './command.ts';
import { commands } from './commands/index.ts';
import { generationOf, timeoutOf } from './options.ts';
import { parseCommandLine } from './parse.ts';

const settings: Readonly<Record<string, Syntax>> = {
  transport: { type: 'string' },
  port: { type: 'string' },
  debug: { type: 'boolean' },
  'dotenv-path': { type: 'string' },
};
const parse = async (...argv: string[]) => {
  const { command, ...rest } = await parseCommandLine(argv, { commands, settingOptions: () => Promise.resolve(settings) });
  return { command: command.name, ...rest };
};

describe('the command line', () => {
  it('serves without a subcommand', async () => {
    expect(await parse('--transport', 'stdio', '--debug')).toMatchObject({ command: 'serve', values: { transport: 'stdio', debug: true } });
  });

  it('takes options before and after the subcommand', async () => {
    const wanted = { command: 'reload', values: { 'pid-file': 'x', json: true } };
    expect(await parse('--pid-file', 'x', 'reload', '--json')).toMatchObject(wanted);
    expect(await parse('reload', '--json', '--pid-file=x')).toMatchObject(wanted);
  });

  it('does not mistake the value of an option for a subcommand', async () => {
    expect(await parse('--pid-file', 'stop', 'status')).toMatchObject({ command: 'status', values: { 'pid-file': 'stop' } });
    expect(await parse('--transport', 'stop')).toMatchObject({ command: 'serve', values: { transport: 'stop' } });
  });

  it('gives check the flags of serve', async () => {
    expect(await parse('check', '--port', '1')).toMatchObject({ command: 'check', values: { port: '1' } });
  });

  it('refuses the flags of serve for other subcommands', async () => {
    await expect(parse('reload', '--port', '1')).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  it('never echoes what it does not know', async () => {
    const secret = 'S3CR3T-sentinel';
    for (const argv of [
      [`--${secret}`],
      [`-${secret}`],
      [secret],
      ['--debug', secret],
      ['help', secret],
      ['--help', secret],
      ['reload', secret],
      [`--client-secret=${secret}`],
      ['reload', '--json=' + secret],
    ]) {
      const error: unknown = await parse(...argv).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'ERR_USAGE' });
      expect(JSON.stringify([(error as Error).message, (error as { hint: string }).hint])).not.toContain(secret);
    }
  });

  it.each([
    [['--trasport', 'x'], 'unknown option (argument 1)', 'Did you mean --transport? See zscaler-mcp --help.'],
    [['-transport', 'x'], 'unknown option (argument 1)', 'Did you mean --transport?'],
    [['-dotenv-path=x'], 'unknown option (argument 1)', 'Did you mean --dotenv-path?'],
    [['--debug', '--dotenv_path', 'x'], 'unknown option (argument 2)', 'Did you mean --dotenv-path?'],
    [['relaod'], 'unknown command (argument 1)', 'Did you mean reload? See zscaler-mcp --help.'],
    [['relaod', '--timeout', '5'], 'unknown command (argument 1)', 'Did you mean reload?'],
    [['relaod', '-h'], 'unknown command (argument 1)', 'Did you mean reload?'],
    [['--debug', 'relaod'], 'unexpected argument (argument 2)', 'Did you mean reload?'],
    [['nonsense'], 'unknown command (argument 1)', 'Commands: serve, reload, '],
    [['stop', 'reload'], 'unexpected argument (argument 2)', 'stop and reload are two commands: give one. See zscaler-mcp stop --help.'],
    [
      ['status', '--pid-file', ''],
      '--pid-file is empty',
      'Name a path, or leave the option out: is a variable of a script not set? See zscaler-mcp status --help.',
    ],
    [['check', 'prod.env'], 'unexpected argument (argument 2)', 'check takes a file with --dotenv-path. See zscaler-mcp check --help.'],
    [['check', './.env.prod'], 'unexpected argument (argument 2)', 'check takes a file with --dotenv-path. See zscaler-mcp check --help.'],
    [['status', '/run/x.pid'], 'unexpected argument (argument 2)', 'status takes a file with --pid-file. See zscaler-mcp status --help.'],
    [['serve', 'serve'], 'unexpected argument (argument 2)', 'serve is given twice. See zscaler-mcp serve --help.'],
    [['settings'], 'unknown command (argument 1)', '`zscaler-mcp --help settings` lists the settings. See zscaler-mcp --help.'],
    [['--settings'], 'unknown option (argument 1)', '`zscaler-mcp --help settings` lists the settings.'],
    [['--help=settings'], '--help takes no value', 'Did you mean --help settings?'],
    [['reload', '--help=stop'], '--help takes no value', 'Did you mean --help stop?'],
    [['--help=wrong'], '--help takes no value', 'See zscaler-mcp --help.'],
    [['help', 'wrong'], 'unexpected argument (argument 2)', 'Pages of help: serve, reload, '],
    [['wrong', '-h'], 'unknown command (argument 1)', 'Commands: serve, reload, '],
    [['status', '--timout', '5'], 'unknown option (argument 2)', '--timeout is an option of reload, restart, stop.'],
    [['status', '--timeout', '5'], 'unknown option (argument 2)', '--timeout is an option of reload, restart, stop.'],
    [['stop', '--port', '5'], 'unknown option (argument 2)', '--port is an option of serve, check, tools. See zscaler-mcp stop --help.'],
    [['help', 'relaod'], 'unexpected argument (argument 2)', 'Did you mean reload?'],
    [['--help', 'setings'], 'unexpected argument (argument 2)', 'Did you mean settings?'],
    [['--constructor'], 'unknown option (argument 1)', 'See zscaler-mcp --help.'],
  ])('of %j says %s, %s', async (argv, message, hint) => {
    const error: unknown = await parse(...argv).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining(message) as string,
      hint: expect.stringContaining(hint) as string,
    });
  });

  it('lists pages of help where one is expected, and commands otherwise', async () => {
    await expect(parse('help', 'wrong')).rejects.toMatchObject({ hint: expect.stringContaining('version, settings.') as string });
    await expect(parse('wrong', '-h')).rejects.toMatchObject({ hint: expect.stringContaining('version. See') as string });
  });

  it.each([
    [['--help'], 'help', null],
    [['help'], 'help', null],
    [['--transport', 'stdio', '-h'], 'help', null],
    [['--help', 'settings'], 'help', 'settings'],
    [['help', 'settings'], 'help', 'settings'],
    [['reload', '--help'], 'help', 'reload'],
    [['reload', '--help', 'settings'], 'help', 'settings'],
    [['help', 'help'], 'help', 'help'],
    [['--version'], 'version', null],
    [['version'], 'version', null],
    [['-v', '-h'], 'help', null],
    [['--generate-auth-token'], 'generate-auth-token', null],
    [['serve', '--debug'], 'serve', null],
  ])('%j is %s about %s', async (argv, command, topic) => {
    expect(await parse(...argv)).toMatchObject({ command, topic });
  });

  it.each([
    ['--list-tools', 'zscaler-mcp tools'],
    ['update', 'zscaler-mcp restart'],
    ['--generate-docs', 'npm run generate'],
    ['--check-docs', 'npm run check'],
  ])('says what does here what %s does in the Python server', async (word, instead) => {
    await expect(parse(word)).rejects.toMatchObject({ code: 'ERR_USAGE', hint: expect.stringContaining(instead) as string });
  });

  it('refuses an option without its value', async () => {
    await expect(parse('--port')).rejects.toMatchObject({ message: expect.stringContaining('--port requires a value') as string });
    await expect(parse('--port', '--debug')).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  it('requires a number of seconds, and refers to the help of the command', () => {
    expect(timeoutOf({ timeout: '1.5' }, 'stop')).toBe(1.5);
    expect(timeoutOf({}, 'stop')).toBe(30);
    for (const timeout of ['', 'x', '-1', '1e9'])
      expect(() => timeoutOf({ timeout }, 'stop')).toThrow(
        expect.objectContaining({
          message: '--timeout requires a number of seconds from 0 to 86400',
          hint: 'See zscaler-mcp stop --help.',
        }) as Error,
      );
  });

  it('requires a generation from 1, and refers to the help of the command', () => {
    expect(generationOf({ 'expect-generation': '2' }, 'reload')).toBe(2);
    expect(generationOf({}, 'reload')).toBeNull();
    expect(() => generationOf({ 'expect-generation': '0' }, 'reload')).toThrow(
      expect.objectContaining({
        message: '--expect-generation requires a whole number from 1',
        hint: 'See zscaler-mcp reload --help.',
      }) as Error,
    );
  });
});
