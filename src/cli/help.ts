/** The pages of help: an overview, one for each command, and the settings. */
import { largest } from '../common/lists.ts';
import type { Command, Option } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { SETTINGS_TOPIC } from './parse.ts';
import { draw, wrap, type Canvas, type Row } from './picture.ts';

/** Where standard output is not a terminal. */
const DEFAULT_WIDTH = 80;

/** @param topic a command's name, `settings`, or null for the overview */
export async function renderHelp(topic: string | null, commands: readonly Command[], canvas: Canvas): Promise<string> {
  // A column stays free: some terminals break a line that fills the last one.
  const paper = { width: Math.max(DEFAULT_WIDTH / 2, canvas.width ?? DEFAULT_WIDTH) - 1, hasColour: false };
  const command = commands.find(({ name }) => name === topic);
  const sections = command ? pageOf(command, paper) : topic === SETTINGS_TOPIC ? await settingsPage(paper) : overview(commands, paper);
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

const overview = (commands: readonly Command[], paper: Canvas): string[][] => [
  wrap('zscaler-mcp: an MCP server for the Zscaler cloud that can be reconfigured and restarted while it runs', paper),
  [
    'Usage',
    '  zscaler-mcp [COMMAND] [options]',
    '',
    ...wrap('Without a command it serves, over stdio unless --transport says otherwise.', paper),
  ],
  [
    'Commands',
    ...list(
      commands.map(({ name, summary }) => [name, summary]),
      paper,
    ),
  ],
  [
    'More help',
    ...list(
      [
        ['COMMAND --help', 'options, exit codes and an example of a command'],
        [`--help ${SETTINGS_TOPIC}`, 'all settings of the server, such as --transport and --port'],
      ],
      paper,
    ),
  ],
  wrap(`Exit codes: ${exitCodes.map(({ code, name }) => `${code} ${name}`).join('; ')}.`, paper),
];

function pageOf({ name, summary, options, settings, takesTopic, isServer, exits, example }: Command, paper: Canvas): string[][] {
  const word = isServer ? `[${name}]` : name;
  return [
    wrap(`zscaler-mcp ${name}: ${summary}`, paper),
    ['Usage', `  zscaler-mcp ${word} [options]${takesTopic ? ` [COMMAND | ${SETTINGS_TOPIC}]` : ''}`],
    [
      'Options',
      ...list(
        Object.entries(options).map(([option, row]) => [callOf(option, row), row.about]),
        paper,
      ),
    ],
    ...(settings === 'all' ? [wrap(`It takes the settings as options, too: zscaler-mcp --help ${SETTINGS_TOPIC}`, paper)] : []),
    ['Exit codes', ...list(Object.entries(exits), paper)],
    ['Example', `  zscaler-mcp ${example}`],
  ];
}

const callOf = (name: string, { short, takes }: Option): string =>
  `${short === undefined ? '' : `-${short}, `}--${name}${takes === undefined ? '' : ` ${takes}`}`;

/** In two columns; where the second would be too narrow, each text stands below its label. */
function list(entries: readonly (readonly [label: string, text: string])[], paper: Canvas): string[] {
  const longest = largest(entries.map(([label]) => label.length));
  if ((paper.width ?? DEFAULT_WIDTH) - longest >= NARROW) return draw([entries.map(([label, text]): Row => ({ label, text }))], paper);
  return entries.flatMap(([label, text]) => [`  ${label}`, ...indent(6, text, paper)]);
}

const NARROW = 45;

async function settingsPage(paper: Canvas): Promise<string[][]> {
  const { describeSettings } = await import('../settings/index.ts');
  return [
    wrap(
      'A value comes from the highest of these that has one: option; .env file; secrets manager; environment of the first start; default. For a secret NAME, NAME_FILE may name a file that holds it.',
      paper,
    ),
    ...describeSettings().map(({ topic, settings }) => [
      topic,
      ...settings.flatMap(({ names, text }) => [...indent(2, names.join(' '), paper), ...indent(6, text, paper)]),
    ]),
  ];
}

const indent = (by: number, text: string, paper: Canvas): string[] =>
  wrap(text, { ...paper, width: (paper.width ?? DEFAULT_WIDTH) - by }).map((line) => ' '.repeat(by) + line);
