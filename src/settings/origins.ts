/** Where a value came from, in words. */
import type { Layer, Origin, OriginKind } from './layers.ts';
import type { Setting } from './setting.ts';

/** What one layer says about a setting. */
export interface Said {
  readonly layer: Layer;
  readonly word: {
    /** The name that is used there: the setting's own, an alias, or that of a secret file. */
    readonly name: string;
    /** Undefined if empty or not valid. */
    readonly value: unknown;
    readonly isEmpty: boolean;
    /** The path of the secret file that holds the value, if it is not in the layer itself. */
    readonly secretFile?: string;
  };
}

/** Where a value came from, as a record. */
export function originOf(row: Setting<unknown>, { word: { name, secretFile }, layer }: Said): Origin {
  const { file, line } = layer.place(name);
  return {
    origin: layer.kind,
    ...(file === null ? {} : { file }),
    ...(line === null ? {} : { line }),
    ...(secretFile === undefined ? {} : { secretFile }),
    ...(name === row.env || secretFile !== undefined ? {} : { alias: name }),
  };
}

/** Where a value came from: `--log-level`, `/app/.env:3`, `the environment of the start`. */
export function describeOrigin(row: Setting<unknown>, { origin, file, line, secretFile, alias }: Origin): string {
  if (origin === 'flag') return flagOf(row, alias ?? row.env);
  const layer = file === undefined ? places[origin] : `${file}:${line}`;
  const place = alias === undefined ? layer : `${layer} (${alias})`;
  return secretFile === undefined ? place : `${secretFile}, named in ${place}`;
}

const places: Readonly<Record<Exclude<OriginKind, 'flag'>, string>> = {
  file: 'the .env',
  secrets: 'the secrets manager',
  environment: 'the environment of the start',
  default: 'default',
};

const flagOf = (row: Setting<unknown>, name: string): string =>
  [row, ...(row.aliases ?? [])].find(({ env }) => env === name)?.flag ?? 'a flag';
