/** Derives flags and help texts from the table. */
import type { FlagLayer } from './layers.ts';
import { reserved } from './reserved.ts';
import type { Setting } from './setting.ts';
import { rows, topics } from './table.ts';
import { describeValue } from './words.ts';

/** Options for `parseArgs` of node:util. */
export type FlagOptions = Record<string, { type: 'string' | 'boolean'; short?: string }>;

interface Flag {
  readonly name: string;
  readonly env: string;
  readonly isSwitch: boolean;
  readonly short?: string | undefined;
}

/** The flags of all settings. Switches take no value; secrets have no flag. */
export function flagOptions(): FlagOptions {
  const options = allFlags().map(
    ({ name, isSwitch, short }) => [name, { type: isSwitch ? 'boolean' : 'string', ...(short ? { short } : {}) }] as const,
  );
  return Object.fromEntries(options);
}

/** The flag layer, from the values that `parseArgs` returned; options that are not settings are ignored. */
export function flagLayer(values: Readonly<Record<string, unknown>>): FlagLayer {
  const given = allFlags().flatMap(({ name, env }) => {
    const value = values[name];
    return typeof value === 'string' || typeof value === 'boolean' ? [[env, String(value)] as const] : [];
  });
  return Object.freeze(Object.fromEntries(given));
}

function allFlags(): Flag[] {
  const own = rows.flatMap(([, row]) => [row, ...(row.aliases ?? [])]);
  const switches = reserved.map(({ flag, names }) => ({ flag, env: names[0] ?? '', isSwitch: true as const }));
  return [...own, ...switches].flatMap((each) =>
    each.flag
      ? [{ name: each.flag.slice(2), env: each.env, isSwitch: each.isSwitch === true, short: 'short' in each ? each.short : undefined }]
      : [],
  );
}

/** A topic of settings, for help. */
export interface TopicHelp {
  readonly topic: string;
  readonly settings: readonly SettingHelp[];
}

/** A setting, or another name for one, for help. */
export interface SettingHelp {
  /** Flag with the values it takes, and environment name: `--transport stdio|sse`, `(ZSCALER_MCP_TRANSPORT)`. */
  readonly names: readonly string[];
  /** What it does, the values it takes, its default, and when a change is applied. */
  readonly text: string;
}

/** Every setting, in the order of the table. */
export const describeSettings = (): readonly TopicHelp[] =>
  topics.map(([topic, settings]) => ({ topic, settings: Object.values(settings).flatMap(describeSetting) }));

function describeSetting(row: Setting<unknown>): SettingHelp[] {
  const aliases = (row.aliases ?? [])
    .filter(({ flag }) => flag)
    .map(({ flag, env, about, isSwitch }) => ({ names: namesOf({ flag, env, isSwitch }), text: about ?? `The same as ${row.env}.` }));
  return [{ names: namesOf(row), text: `${row.about} [${termsOf(row)}]` }, ...aliases];
}

type Named = Pick<Partial<Setting<unknown>>, 'flag' | 'short' | 'values' | 'isSwitch'> & { readonly env: string };

function namesOf({ flag, short, env, values, isSwitch }: Named): string[] {
  if (flag === undefined) return [isSwitch ? `${env}=true|false` : values ? `${env}=${values.join('|')}` : env];
  // Without a list of values, the last word of the flag stands for the value: `--port PORT`.
  const value = values?.join('|') ?? flag.slice(flag.lastIndexOf('-') + 1).toUpperCase();
  return [...(short ? [`-${short},`] : []), flag, ...(isSwitch ? [] : [value]), `(${env})`];
}

function termsOf({ takes, values, isSwitch, default: fallback, applies }: Setting<unknown>): string {
  const when = { reload: 'applied by a reload', restart: 'applied by a restart', boot: 'fixed at the first start' }[applies];
  return [...(values || isSwitch ? [] : [takes]), ...(fallback === undefined ? [] : [`default ${describeValue(fallback)}`]), when].join(
    '; ',
  );
}
