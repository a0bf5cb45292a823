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
    '# Settings of zscaler-mcp. Copy to .env, chmod 600, and remove the # in front of each setting that you give a value.',
    '# The syntax is that of python-dotenv: export, quotes, comments, multi-line values in quotes, ${NAME} and ${NAME:-default}.',
    '# NAME= resets a setting to its default; without a line, the environment decides.',
    `# No effect in a file: ${boot.map(({ env }) => env).join(', ')}.`,
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

A value comes from the first of these that has one: command-line flag; \`.env\` file; [secrets manager](../operations/secrets.md);
the environment of the first start; default. Whitespace around a value is ignored.

- A line removed from the file leaves the setting to the layer below.
- \`NAME=\` with an empty value resets the setting to its default; if a layer below has a value, a warning says so.
- Every setting in the file is validated, even when a flag overrides it. All problems are reported at once.
- A name in the file that is not a setting draws a warning. One that controls the interpreter or the loader (\`NODE_OPTIONS\`, \`LD_PRELOAD\`,
  \`PATH\`, ...) is an error.
- For each secret \`NAME\` there is \`NAME_FILE\`, the path of a file that holds the value, in the \`.env\` and in the environment. Both
  in one of them is an error.
- true, 1, yes and on mean true; false, 0, no and off mean false.

*Applied live* means that \`zscaler-mcp reload\` is enough. Settings of one group are applied together: if one change needs a restart, all
changes of the group wait for it. Changes of the group authentication also wait if clients would no longer be authenticated.

${topics.map(([topic, rows]) => `## ${topic}\n\n${renderRows(Object.values(rows))}`).join('\n\n')}

## Unsupported names

Other servers for the same cloud use these names. A value that matches how this server behaves anyway is accepted without a warning.

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
