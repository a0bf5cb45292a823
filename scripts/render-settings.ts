/** Renders `.env.example` and docs/reference/settings.md from the table of settings. */
import { describeValue, fileNameOf, reserved, topics, type Reserved, type Setting } from '../src/settings/index.ts';

const NOTE = 'Made by `npm run generate` from the table of settings (src/settings/table.ts).';

const whenApplied = { reload: 'live, by a reload', restart: 'at a restart', boot: 'at the first start only' } as const;

/** `.env.example`: every setting allowed in a file, commented out, with its default. */
export function renderEnvExample(): string {
  const sections = topics.map(([topic, rows]) => {
    const settings = Object.values(rows).filter(({ applies }) => applies !== 'boot');
    return [`# ---- ${topic}`, ...settings.map(renderExample)].join('\n\n');
  });
  const boot = topics.flatMap(([, rows]) => Object.values(rows)).filter(({ applies }) => applies === 'boot');
  const intro = [
    '# Settings of zscaler-mcp. Copy to .env, chmod 600, and remove the # where a value is meant.',
    '# The dialect is that of python-dotenv: export, quotes, comments, several lines between quotes, ${NAME} and ${NAME:-default}.',
    '# NAME= sets a setting back to its default; a line that is removed leaves it to the environment.',
    `# No effect from a file: ${boot.map(({ env }) => env).join(', ')}.`,
    `# ${NOTE.replaceAll('`', '')}`,
  ].join('\n');
  return `${[intro, ...sections].join('\n\n')}\n`;
}

function renderExample(row: Setting<unknown>): string {
  const fallback = row.default === undefined || (Array.isArray(row.default) && row.default.length === 0) ? '' : describeValue(row.default);
  const terms = [`Takes ${row.takes}.`, fallback === '' ? 'No default.' : `Default ${fallback}.`, `Applied ${whenApplied[row.applies]}.`];
  const aliases = (row.aliases ?? []).map(({ env, about }) => `# Also ${env}${about ? `: ${about}` : '.'}`);
  const own = row.secret ? [`# Or ${fileNameOf(row.env)}: the path of a file that holds it.`] : [];
  return [`# ${row.about}`, `# ${terms.join(' ')}`, ...own, ...aliases, `#${row.env}=${fallback}`].join('\n');
}

/** docs/reference/settings.md. */
export function renderSettingsPage(): string {
  return `# Settings

${NOTE}

A value comes from the highest of these that has one: command-line flag; \`.env\` file; [secrets manager](../operations/secrets.md);
the environment of the very first start; default. Blanks around a value do not count.

- A line removed from the file leaves the setting to the layer below.
- \`NAME=\`, with nothing behind it, sets the setting back to its default, whatever the layers below say; if they say something, a warning tells.
- Every setting in the file is validated, also when a flag shadows it. All problems are reported at once.
- A name in the file that is no setting draws a warning. One that steers the interpreter or the loader (\`NODE_OPTIONS\`, \`LD_PRELOAD\`,
  \`PATH\`, ...) is an error.
- For each secret \`NAME\` there is \`NAME_FILE\`, the path of a file that holds the value, in the \`.env\` and in the environment. Both
  in one of them is an error.
- true, 1, yes and on mean true; false, 0, no and off mean false.

*Applied live* means that \`zscaler-mcp reload\` is enough. Settings of one group apply whole or wait whole: if one of them waits for a
restart, all changes of the group wait. Changes of the group authentication wait as well where clients would no longer be authenticated.

${topics.map(([topic, rows]) => `## ${topic}\n\n${renderRows(Object.values(rows))}`).join('\n\n')}

## Names that this version does not honour

Other servers for the same cloud know them. A value that describes how things are anyway is accepted in silence.

${table(
  ['name', 'otherwise', 'why', 'instead'],
  reserved.map((row) => [code(row.names), verdict(row), row.reason, row.hint]),
)}
`;
}

const renderRows = (rows: readonly Setting<unknown>[]): string =>
  table(
    ['setting', 'flag', 'takes', 'default', 'applied', ''],
    rows.map((row) => [
      code([row.env, ...(row.aliases ?? []).map(({ env }) => env)]),
      code(flagsOf(row)),
      row.takes,
      defaultOf(row),
      whenOf(row),
      aboutOf(row),
    ]),
  );

const flagsOf = ({ flag, short, aliases = [] }: Setting<unknown>): string[] =>
  [flag, short ? `-${short}` : undefined, ...aliases.map((alias) => alias.flag)].filter((each) => each !== undefined);

const defaultOf = (row: Setting<unknown>): string => (row.default === undefined ? '' : describeValue(row.default));

const whenOf = (row: Setting<unknown>): string =>
  `${whenApplied[row.applies]}${row.waitsWhen ? ', with exceptions' : ''}${row.group ? `; group ${row.group}` : ''}`;

const aboutOf = ({ env, about, secret, aliases = [] }: Setting<unknown>): string =>
  [
    about,
    ...(secret ? [`Secret: no flag, never shown; \`${fileNameOf(env)}\` may name a file that holds it.`] : []),
    ...aliases.flatMap((alias) => (alias.about ? [`\`${alias.env}\`: ${alias.about}`] : [])),
  ].join(' ');

const verdict = ({ verdict, isShared }: Reserved): string =>
  ({ refuse: 'error', 'refuse-http': 'error over HTTP, warning over stdio', warn: 'warning' })[verdict] +
  (isShared ? ', in a file only' : '');

const code = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escapeCell).join(' | ')} |`).join('\n');

/** Escapes bars, which would end the cell, and asterisks outside code, which would start emphasis. */
const escapeCell = (cell: string): string => cell.replaceAll('|', '\\|').replace(/`[^`]*`|\*/g, (part) => (part === '*' ? '\\*' : part));
