/** Flags and help text, from the table. */
import type { FlagLayer } from './layers.ts';
import { reserved } from './reserved.ts';
import { describeValue } from './compare.ts';
import type { Setting } from './setting.ts';
import { rows, topics } from './table.ts';

/** What `parseArgs` of node:util takes. */
export type FlagOptions = Record<string, { type: 'string' | 'boolean'; short?: string }>;

interface Flag {
  readonly name: string;
  readonly env: string;
  readonly isSwitch: boolean;
  readonly short?: string | undefined;
}

/** Switches take no value; there is no flag for a secret. */
export function flagOptions(): FlagOptions {
  const options = allFlags().map(
    ({ name, isSwitch, short }) => [name, { type: isSwitch ? 'boolean' : 'string', ...(short ? { short } : {}) }] as const,
  );
  return { ...Object.fromEntries(options), demo: { type: 'boolean' } };
}

/** The highest layer, from what `parseArgs` made of the flags above; values it does not know are left to others. */
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

/** The settings for `--help`: flag, environment name, what it is for, default, when a change applies. */
export function describeSettings(): string {
  return topics.map(([topic, settings]) => [`  ${topic}`, ...Object.values(settings).flatMap(describeRow)].join('\n')).join('\n');
}

function describeRow(row: Setting<unknown>): string[] {
  const names = [
    row.short ? `-${row.short},` : '',
    row.flag ?? '',
    row.flag && !row.isSwitch ? 'VALUE' : '',
    row.flag ? `(${row.env})` : row.env,
  ].filter(Boolean);
  const aliases = (row.aliases ?? [])
    .filter(({ flag }) => flag)
    .map(({ flag, env, about }) => `    ${flag} (${env})\n        ${about ?? ''}`);
  return [`    ${names.join(' ')}`, `        ${row.about} ${describeTerms(row)}`, ...aliases];
}

/** Default and moment of change, for help. */
function describeTerms({ default: fallback, applies }: Setting<unknown>): string {
  const when = { reload: 'applied by a reload', restart: 'applied by a restart', boot: 'fixed at the first start' }[applies];
  return fallback === undefined ? `[${when}]` : `[default ${describeValue(fallback)}; ${when}]`;
}
