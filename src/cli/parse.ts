/** Reads the command line. What is not understood is never echoed: it may be a secret in the wrong place. */
import { parseArgs } from 'node:util';
import { nearest } from '../common/nearest.ts';
import type { Command, OptionValues, Syntax } from './command.ts';
import { usageError } from './usage.ts';

/** A command line that was understood. */
export interface CommandLine {
  readonly command: Command;
  readonly values: OptionValues;
  /** The page of help that was asked for; null for the overview, or when none was asked for. */
  readonly topic: string | null;
}

/** What may stand on a command line. */
export interface Vocabulary {
  readonly commands: readonly Command[];
  /** The flags of the table of settings; called only where they are needed, since loading it takes time. */
  readonly settingOptions: () => Promise<Readonly<Record<string, Syntax>>>;
}

/** The page of help that lists the settings. */
export const SETTINGS_TOPIC = 'settings';

/**
 * Finds the command and reads its options, which may stand before and after its word.
 * @throws ZscalerMcpError ERR_USAGE
 */
export async function parseCommandLine(argv: readonly string[], vocabulary: Vocabulary): Promise<CommandLine> {
  const { command, at } = await findCommand(argv, vocabulary);
  const options: Expected['options'] =
    command.settings === 'all' ? { ...(await vocabulary.settingOptions()), ...command.options } : command.options;
  const { values, topic } = await readArguments(argv, { command, at, options, vocabulary });
  const instead = Object.entries(options).flatMap(([name, { runs }]) => (runs !== undefined && values[name] === true ? [runs] : []));
  const other = vocabulary.commands.find(({ name }) => name === (instead.includes('help') ? 'help' : instead[0]));
  if (!other) return { command, values, topic };
  return { command: other, values, topic: topic ?? (at === null ? null : command.name) };
}

interface Found {
  readonly command: Command;
  /** Which argument names it, counted from 0; null when none does, and the server is meant. */
  readonly at: number | null;
}

async function findCommand(argv: readonly string[], { commands, settingOptions }: Vocabulary): Promise<Found> {
  const named = (word: string | undefined) => commands.find(({ name }) => name === word);
  const [first] = argv;
  const command = named(first);
  if (command) return { command, at: 0 };
  const server = commands.find(({ isServer }) => isServer)!;
  // The flags of the settings matter only where the name of a command could be the value of one.
  if (!argv.some(named)) return { command: server, at: null };
  const all = Object.assign({}, await settingOptions(), ...commands.map(({ options }) => options)) as Expected['options'];
  const { tokens } = parseArgs({ args: [...argv], options: all, strict: false, allowPositionals: true, tokens: true });
  const word = tokens.find(({ kind }) => kind === 'positional');
  const other = word?.kind === 'positional' ? named(word.value) : undefined;
  return word && other ? { command: other, at: word.index } : { command: server, at: null };
}

interface Expected extends Found {
  readonly options: Readonly<Record<string, Syntax>>;
  readonly vocabulary: Vocabulary;
}

async function readArguments(argv: readonly string[], expected: Expected): Promise<{ values: OptionValues; topic: string | null }> {
  const { command, at, options, vocabulary } = expected;
  const { values, tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const page = at === null ? '' : command.name;
  const names = vocabulary.commands.map(({ name }) => name);
  let topic: string | null = null;
  for (const token of tokens) {
    if (token.kind === 'positional' && token.index !== at) {
      const takesTopic: boolean = (command.takesTopic || values['help'] === true) && topic === null;
      const words: readonly string[] = takesTopic ? [...names, SETTINGS_TOPIC] : names;
      if (!takesTopic || !words.includes(token.value))
        throw usageError(
          `${token.index === 0 ? 'unknown command' : 'unexpected argument'} (argument ${token.index + 1})`,
          hintForWord(token, words, expected),
          page,
        );
      topic = token.value;
    }
    if (token.kind !== 'option') continue;
    const known = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (!known) throw usageError(`unknown option (argument ${token.index + 1})`, await hintFor(argv[token.index] ?? '', expected), page);
    if (known.type === 'string' && (token.value === undefined || token.value.startsWith('--')))
      throw usageError(`--${token.name} requires a value`, '', page);
    if (known.type === 'string' && token.value === '' && PATHS.has(token.name))
      throw usageError(`--${token.name} is empty`, 'Name a path, or leave the option out: is a variable of a script not set?', page);
    if (known.type === 'boolean' && token.value !== undefined) {
      const isTopic = known.runs === 'help' && [...names, SETTINGS_TOPIC].includes(token.value);
      throw usageError(`--${token.name} takes no value`, isTopic ? `Did you mean --help ${token.value}?` : '', page);
    }
  }
  return { values, topic };
}

const PATHS: ReadonlySet<string> = new Set(['pid-file', 'dotenv-path']);

/** What was most likely meant by a word in the wrong place: usually a mistyped command. */
function hintForWord(
  { value, index }: { value: string; index: number },
  words: readonly string[],
  { command, at, options, vocabulary }: Expected,
): string {
  const names = vocabulary.commands.map(({ name }) => name);
  if (at !== null && value === command.name) return `${value} is given twice.`;
  if (at !== null && names.includes(value)) return `${command.name} and ${value} are two commands: give one.`;
  const instead = elsewhere.get(value);
  if (instead !== undefined) return instead;
  const near = nearest(value, words);
  if (near !== null) return `Did you mean ${near}?`;
  const option = optionForPath(value);
  if (at !== null && option !== null && Object.hasOwn(options, option)) return `${command.name} takes a file with --${option}.`;
  return index > 0 && words.includes(SETTINGS_TOPIC) ? `Pages of help: ${words.join(', ')}.` : `Commands: ${names.join(', ')}.`;
}

/** The option that takes a file of such a name; null for a word that is no path of a known kind. */
function optionForPath(word: string): string | null {
  if (/(?:^|\/|\.)env(?:\.[\w-]+)?$/.test(word)) return 'dotenv-path';
  return word.endsWith('.pid') ? 'pid-file' : null;
}

/** What was most likely meant by an unknown option. Only names that are known appear in it. */
async function hintFor(argument: string, { command, options, vocabulary: { commands, settingOptions } }: Expected): Promise<string> {
  // Also with one dash: `-transport` is read as the short options t, r, a, ...
  const typed = argument.replace(/^-{1,2}/, '').replace(/=.*$/s, '');
  const instead = elsewhere.get(typed);
  if (instead !== undefined) return instead;
  if (Object.hasOwn(options, typed)) return `Did you mean --${typed}?`;
  const allOptions = Object.assign({}, ...commands.map((each) => each.options)) as Expected['options'];
  const isSetting = command.settings === 'none' && Object.hasOwn(await settingOptions(), typed);
  if (isSetting && !Object.hasOwn(allOptions, typed))
    return `--${typed} is an option of ${namesOf(commands.filter(({ settings }) => settings === 'all'))}.`;
  const near = Object.hasOwn(allOptions, typed) ? null : nearest(typed, Object.keys(options));
  if (near !== null) return `Did you mean --${near}?`;
  const other = nearest(typed, Object.keys(allOptions));
  return other === null ? '' : `--${other} is an option of ${namesOf(commands.filter((each) => Object.hasOwn(each.options, other)))}.`;
}

const namesOf = (commands: readonly Command[]): string => commands.map(({ name }) => name).join(', ');

/** Words that are no command or option here, and what to use: most are of the Python server for the same cloud. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  [SETTINGS_TOPIC, '`zscaler-mcp --help settings` lists the settings.'],
  ['start', '`zscaler-mcp serve`, or no command at all, starts a server.'],
  ['run', '`zscaler-mcp serve`, or no command at all, starts a server.'],
  ['kill', '`zscaler-mcp stop` ends the server; with --force also one that does not answer.'],
  ['logs', 'The server logs to standard error: see what started it (`journalctl -u UNIT`, `docker logs CONTAINER`).'],
  ['list-tools', '`zscaler-mcp tools` prints what is offered.'],
  ['update', 'Install the new version with npm, then run `zscaler-mcp restart`.'],
  ['generate-docs', 'In a checkout, `npm run generate` does it.'],
  ['check-docs', 'In a checkout, `npm run check` does it.'],
]);
