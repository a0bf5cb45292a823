/** Renders docs/reference/python-settings.md: each setting of the Python server for the same cloud, and its equivalent here. */
import { findReserved, topics, type Setting } from '../src/settings/index.ts';
import facts from './python-settings.json' with { type: 'json' };
import { table } from './render-settings.ts';

interface PythonSetting {
  readonly env: string;
  readonly flag?: string;
  /** What an operator who migrates the setting must know. */
  readonly differs?: string;
}

const whenApplied = { reload: 'same, applied live', restart: 'same, applied at a restart', boot: 'same, at the first start only' } as const;

export function renderPythonSettingsPage(): string {
  const honoured = facts.read.filter(({ env }) => findSetting(env) !== undefined);
  return `# Settings of the Python server

Made by \`npm run generate\` from scripts/python-settings.json and the table of settings. What else changes is in
[migrating from the Python server](../operations/migrating-from-python.md).

Of the ${facts.read.length} names that the Python server reads, ${honoured.length} mean the same here, with the flags that they have there. The others are met
as the table says; a value that describes how things are anyway is accepted in silence. *Error* means that the server does
not start with it, and that a reload is refused.

${table(['name', 'flag', 'here', 'what differs'], facts.read.map(toRow))}

## Names that are only documented

Its guides mention these, and it never reads them.

${table(
  ['name', 'here'],
  facts.documentedOnly.map((env) => [`\`${env}\``, fateOf(env)]),
)}
`;
}

function toRow({ env, flag, differs }: PythonSetting): string[] {
  return [`\`${env}\``, flag === undefined ? '' : `\`${flag}\``, fateOf(env), differs ?? insteadOf(env)];
}

function fateOf(env: string): string {
  const setting = findSetting(env);
  if (setting)
    return setting.env === env
      ? `${whenApplied[setting.applies]}${setting.waitsWhen ? ', with exceptions' : ''}`
      : `another name for \`${setting.env}\``;
  const row = findReserved(env);
  if (!row) return 'warning if it is in a file';
  const word = { refuse: 'error', 'refuse-http': 'error over HTTP, warning over stdio', warn: 'warning' }[row.verdict];
  return `${word}${row.isShared ? ', in a file only' : ''}: ${row.reason}`;
}

const insteadOf = (env: string): string => (findSetting(env) ? '' : (findReserved(env)?.hint ?? ''));

const findSetting = (env: string): Setting<unknown> | undefined =>
  topics
    .flatMap(([, rows]): Setting<unknown>[] => Object.values(rows))
    .find((row) => row.env === env || row.aliases?.some((alias) => alias.env === env));
