/** Reads the command line. What it does not know is never echoed: it may be a secret in the wrong place. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { ZscalerMcpError } from '../common/errors.ts';
import type { CommandName } from './exit-codes.ts';

export type Options = NonNullable<ParseArgsConfig['options']>;
export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

export interface CommandLine {
  readonly command: CommandName | 'help' | 'version' | 'generate-auth-token';
  readonly values: OptionValues;
}

const common: Options = { 'pid-file': { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
const asking: Options = {
  ...common,
  'dry-run': { type: 'boolean' },
  timeout: { type: 'string' },
  'no-wait': { type: 'boolean' },
  'expect-generation': { type: 'string' },
};

/** Options of each subcommand; `serve`, `check` and `tools` take those of the settings as well. */
export const commandOptions: Readonly<Record<CommandName, Options>> = {
  serve: {
    'pid-file': { type: 'string' },
    'generate-auth-token': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
  },
  reload: asking,
  restart: { ...asking, 'keep-sessions': { type: 'boolean' } },
  status: common,
  stop: { ...common, timeout: { type: 'string' }, force: { type: 'boolean' } },
  check: common,
  tools: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
};

export const subcommands = ['reload', 'restart', 'status', 'stop', 'check', 'tools'] as const;

/** These take the flags of the settings: they judge a configuration. */
const configured: readonly CommandName[] = ['serve', 'check', 'tools'];

/**
 * Options may stand before and after the subcommand.
 * @param settingOptions the flags of the settings table, loaded only where they are taken
 * @throws ZscalerMcpError ERR_USAGE
 */
export async function parseCommandLine(argv: readonly string[], settingOptions: () => Promise<Options>): Promise<CommandLine> {
  const command = await findCommand(argv, settingOptions);
  const own = commandOptions[command];
  const options = configured.includes(command) ? { ...(await settingOptions()), ...own } : own;
  const { values } = parseStrictly(argv, options, command);
  if (values['help']) return { command: 'help', values };
  if (values['version']) return { command: 'version', values };
  if (values['generate-auth-token']) return { command: 'generate-auth-token', values };
  return { command, values };
}

/** The only argument that is no option, if there is one. */
async function findCommand(argv: readonly string[], settingOptions: () => Promise<Options>): Promise<CommandName> {
  // The settings' flags matter only where a subcommand's name could be the value of one.
  const first = subcommands.find((word) => word === argv[0]);
  if (first) return first;
  if (!subcommands.some((word) => argv.includes(word))) return 'serve';
  const known = { ...(await settingOptions()), ...Object.assign({}, ...Object.values(commandOptions)) } as Options;
  const { positionals } = parseArgs({ args: [...argv], options: known, strict: false, allowPositionals: true });
  return subcommands.find((word) => word === positionals[0]) ?? 'serve';
}

function parseStrictly(argv: readonly string[], options: Options, command: CommandName): { values: OptionValues } {
  const { values, tokens, positionals } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const known = options[token.name];
    const at = `argument ${token.index + 1}`;
    if (!known && elsewhere[token.name] !== undefined) throw usage(`${at} is an option of another server`, elsewhere[token.name]);
    if (!known)
      throw usage(
        `${at} is no option of ${command === 'serve' ? 'zscaler-mcp' : `zscaler-mcp ${command}`}`,
        suggest(nearest(token.name, Object.keys(options))),
      );
    if (known.type === 'string' && (token.value === undefined || token.value.startsWith('--')))
      throw usage(`--${token.name} wants a value, and there is none`);
    if (known.type === 'boolean' && token.value !== undefined) throw usage(`--${token.name} takes no value`);
  }
  if (positionals.length > (command === 'serve' ? 0 : 1)) {
    const known = elsewhere[positionals[0] ?? ''];
    throw usage(`argument is not understood; the commands are ${subcommands.join(', ')}, or none to serve`, known);
  }
  return { values };
}

/** What the Python server for the same cloud has, and what does it here. */
const elsewhere: Readonly<Record<string, string | undefined>> = {
  'list-tools': '`zscaler-mcp tools` prints what is offered.',
  update: 'Install the new version with npm, then run `zscaler-mcp restart`.',
  'generate-docs': 'In a checkout, `npm run generate` does it.',
  'check-docs': 'In a checkout, `npm run check` does it.',
};

const usage = (message: string, hint = ''): ZscalerMcpError =>
  new ZscalerMcpError('ERR_USAGE', message, { hint: `${hint} See zscaler-mcp --help.`.trimStart() });

const suggest = (name: string | undefined): string | undefined => (name === undefined ? undefined : `Did you mean --${name}?`);

/** The known name that shares the most letter pairs with what was typed, if it is close. */
function nearest(typed: string, known: readonly string[]): string | undefined {
  const pairs = (word: string) => new Set(Array.from({ length: word.length - 1 }, (_, at) => word.slice(at, at + 2)));
  const wanted = pairs(typed);
  const likeness = (name: string) => {
    const own = pairs(name);
    return (2 * [...own].filter((pair) => wanted.has(pair)).length) / (own.size + wanted.size || 1);
  };
  const [best] = known.map((name) => ({ name, score: likeness(name) })).sort((one, other) => other.score - one.score);
  return best && best.score > 0.5 ? best.name : undefined;
}

/** A whole number of seconds. @throws ZscalerMcpError ERR_USAGE */
export function secondsOf(values: OptionValues, name: string, fallback: number): number {
  const raw = values[name];
  if (raw === undefined) return fallback;
  const value = Number(raw);
  if (raw === '' || !Number.isFinite(value) || value < 0 || value > 86_400)
    throw usage(`--${name} wants a number of seconds from 0 to 86400`);
  return value;
}

/** @throws ZscalerMcpError ERR_USAGE */
export function generationOf(values: OptionValues): number | null {
  const raw = values['expect-generation'];
  if (raw === undefined) return null;
  const value = Number(raw);
  if (!Number.isSafeInteger(value) || value < 1) throw usage('--expect-generation wants a whole number from 1');
  return value;
}
