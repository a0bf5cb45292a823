import { describe, expect, it } from 'vitest';
import { parseCommandLine, secondsOf, type Options } from './parse.ts';

const settings: Options = {
  transport: { type: 'string' },
  port: { type: 'string' },
  debug: { type: 'boolean' },
  'dotenv-path': { type: 'string' },
};
const parse = (...argv: string[]) => parseCommandLine(argv, () => Promise.resolve(settings));

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
    for (const argv of [[`--${secret}`], [secret], ['reload', secret], [`--client-secret=${secret}`], ['reload', '--json=' + secret]]) {
      const error: unknown = await parse(...argv).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'ERR_USAGE' });
      expect(JSON.stringify([(error as Error).message, (error as { hint: string }).hint])).not.toContain(secret);
    }
  });

  it('suggests the option that was meant', async () => {
    await expect(parse('--trasport', 'x')).rejects.toMatchObject({ hint: expect.stringContaining('--transport') as string });
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
    await expect(parse('--port')).rejects.toMatchObject({ message: expect.stringContaining('--port wants a value') as string });
    await expect(parse('--port', '--debug')).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });

  it('wants a number of seconds', () => {
    expect(secondsOf({ timeout: '1.5' }, 'timeout', 30)).toBe(1.5);
    expect(secondsOf({}, 'timeout', 30)).toBe(30);
    for (const timeout of ['', 'x', '-1', '1e9'])
      expect(() => secondsOf({ timeout }, 'timeout', 30)).toThrow('--timeout wants a number of seconds');
  });
});
