/** What holds for every command. A command that was written but is not in the list, or is in it and lacks something, fails here. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeOf, type Outcome } from '../../lifecycle/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderHelp } from '../help.ts';
import { parseCommandLine } from '../parse.ts';
import type { Command } from '../command.ts';
import { commands } from './index.ts';

const root = join(import.meta.dirname, '../../..');
const reference = readFileSync(join(root, 'docs/reference/exit-codes.md'), 'utf8');
const known = exitCodes.map(({ code }) => code);
const names = commands.map(({ name }) => name);
const paper = { width: null, hasColour: false };
const vocabulary = { commands, settingOptions: () => Promise.resolve({ port: { type: 'string' } as const }) };

it('there is a file for each command, and each file is in the list', () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file !== 'index.ts' && !file.endsWith('.test.ts'));
  expect(files.map((file) => basename(file, '.ts')).toSorted(), 'add it to src/cli/commands/index.ts').toEqual(names.toSorted());
});

it('one command serves, and it needs no word', async () => {
  const servers = commands.filter(({ isServer }) => isServer);
  expect(servers).toHaveLength(1);
  expect((await parseCommandLine([], vocabulary)).command).toBe(servers[0]);
});

/** The column of a command on the reference page: meaning by code. */
function columnOf({ name, isServer }: Command): Record<number, string> {
  const [head = [], , ...rows] = reference
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const at = head.findIndex((title) => title.split(', ').includes(isServer ? 'the server itself' : `\`${name}\``));
  return Object.fromEntries(rows.flatMap((cells) => (cells[at] ? [[cells[1], cells[at]]] : []))) as Record<number, string>;
}

type Meanings = Partial<Record<'reload' | 'restart' | 'stop', string>>;

/** The words in which a command's record explains an outcome of it. */
const meanings: Readonly<Record<Outcome, Meanings>> = {
  applied: { reload: 'all that changed is in force' },
  unchanged: { reload: 'nothing had changed' },
  restarted: { restart: 'the next generation serves' },
  stopped: { stop: 'stopped' },
  requested: { reload: 'with --no-wait: requested', restart: 'with --no-wait: requested' },
  valid: { reload: 'with --dry-run: valid', restart: 'with --dry-run: it was rehearsed' },
  failed: { reload: 'failed', restart: 'failed', stop: 'failed' },
  'applied-restart-pending': { reload: 'valid and applied' },
  refused: { reload: 'configuration invalid', restart: 'rehearsal failed' },
  'record-unusable': { reload: 'PID file unusable', restart: 'PID file unusable', stop: 'PID file unusable' },
  'rolled-back': { restart: 'the former one is back' },
  'timed-out': { reload: 'timed out', restart: 'timed out', stop: 'timed out' },
  'not-running': { reload: 'not running', restart: 'not running', stop: 'nothing was running' },
  busy: { reload: 'another command', restart: 'another command' },
  'not-permitted': { reload: "another user's", restart: "another user's", stop: "another user's" },
};

describe.each(['reload', 'restart', 'stop'] as const)('%s', (kind) => {
  const { exits } = commands.find(({ name }) => name === kind)!;
  const own = Object.entries(meanings).flatMap(([outcome, each]) => (each[kind] ? [[outcome as Outcome, each[kind]] as const] : []));

  it.each(own)('explains the exit code of the outcome %s: %s', (outcome, meaning) => {
    expect(exits[exitCodeOf(kind, outcome) as keyof typeof exits]).toContain(meaning);
  });
});

it('reload explains the exit code of a dry run that finds changes which would wait for a restart', () => {
  const { exits } = commands.find(({ name }) => name === 'reload')!;
  expect(exits[exitCodeOf('reload', 'valid', true) as keyof typeof exits]).toContain('with --dry-run: valid, some changes would wait');
});

it('restart explains the exit code of a success whose edit cannot be seen', () => {
  const { exits } = commands.find(({ name }) => name === 'restart')!;
  for (const outcome of ['restarted', 'valid'] as const)
    expect(exits[exitCodeOf('restart', outcome, true) as keyof typeof exits]).toContain('what was edited cannot be seen from here');
});

describe.each(commands.map((command) => [command.name, command] as const))('%s', (name, command) => {
  it('is called by its word, wherever that stands among the options', async () => {
    expect((await parseCommandLine([name], vocabulary)).command).toBe(command);
    for (const option of Object.keys(command.options).filter((each) => command.options[each]?.runs === undefined)) {
      const words = command.options[option]?.type === 'string' ? [`--${option}`, '1'] : [`--${option}`];
      expect((await parseCommandLine([...words, name], vocabulary)).command, option).toBe(command);
      expect((await parseCommandLine([name, ...words], vocabulary)).command, option).toBe(command);
    }
  });

  it('has a page of help: by --help, -h and help, at most 40 lines of 80 columns', async () => {
    const ways = [
      [name, '--help'],
      [name, '-h'],
      ['help', name],
      ['--help', name],
    ];
    for (const words of ways)
      expect(await parseCommandLine(words, vocabulary), words.join(' ')).toMatchObject({
        command: { name: 'help' },
        topic: words.join(' ') === 'help --help' ? 'help' : name,
      });
    const lines = (await renderHelp(name, commands, paper)).split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('says of itself and of each option what it is for', async () => {
    const page = (await renderHelp(name, commands, paper)).replaceAll(/\s+/g, ' ');
    for (const [option, { about, type, takes, runs }] of Object.entries(command.options)) {
      expect(about, option).not.toBe('');
      expect(page).toContain(`--${option}${takes === undefined ? '' : ` ${takes}`} ${about}`);
      expect(type === 'string', `${option} names its value`).toBe(takes !== undefined);
      if (runs !== undefined) expect(names).toContain(runs);
    }
    expect(page).toContain(command.summary);
    expect((await renderHelp(null, commands, paper)).replaceAll(/\s+/g, ' ')).toContain(`${name} ${command.summary}`);
  });

  it('gives each of its exit codes a meaning, which stands on the reference page', () => {
    const codes = Object.keys(command.exits).map(Number);
    expect(
      codes.filter((code) => !known.some((each) => each === code)),
      'add them to src/cli/exit-codes.ts',
    ).toEqual([]);
    expect(codes).toEqual(expect.arrayContaining([0, 2]));
    expect(columnOf(command), 'run npm run generate').toEqual(command.exits);
  });

  it('has an example that is understood', async () => {
    const { flagOptions } = await import('../../settings/index.ts');
    const settingOptions = () => Promise.resolve(flagOptions());
    expect((await parseCommandLine(command.example.split(' '), { commands, settingOptions })).command).toBe(command);
  });
});
