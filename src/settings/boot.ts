/** What may be published of the environment that a server was started with. */
import { formsOf, maskSecrets, secretValues } from './mask.ts';
import { secretFileNames } from './secret-files.ts';
import { rows, type Settings } from './table.ts';

const ordinary = new Set(rows.flatMap(([, { env, secret, aliases = [] }]) => (secret ? [] : [env, ...aliases.map((alias) => alias.env)])));
const secret = new Set(rows.flatMap(([, row]) => (row.secret ? [row.env, ...(row.aliases ?? []).map((alias) => alias.env)] : [])));

/** Whether a variable sets something here: a setting under any of its names, or the file that holds a secret. */
export const isSettingVariable = (name: string): boolean => ordinary.has(name) || secret.has(name) || secretFileNames.has(name);

/**
 * The variables of an environment that set something, with null in place of each value that is or contains a secret: enough to judge
 * later, without that environment, how the server would start again.
 */
export function publishBoot(env: Readonly<Record<string, string>>, settings: Settings): Readonly<Record<string, string | null>> {
  const secrets = [
    ...secretValues(settings),
    ...formsOf(Object.entries(env).flatMap(([name, value]) => (secret.has(name) ? [value] : []))),
  ];
  const given = Object.entries(env).filter(([name]) => isSettingVariable(name));
  return Object.fromEntries(given.map(([name, value]) => [name, isPublic(name, value, secrets) ? value : null]));
}

function isPublic(name: string, value: string, secrets: readonly string[]): boolean {
  // The path of a secret's file; anything else may be the secret itself in the wrong place.
  if (secretFileNames.has(name)) return value.startsWith('/') && maskSecrets(value, secrets) === value;
  const url = URL.parse(value);
  return ordinary.has(name) && maskSecrets(value, secrets) === value && !url?.username && !url?.password;
}
