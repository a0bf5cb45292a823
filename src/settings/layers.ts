/** The layers that a value can come from, highest first, behind one interface. */
import type { EnvEntry, LineProblem } from './dotenv.ts';

/** The layer that a value came from. */
export type OriginKind = 'flag' | 'file' | 'secrets' | 'environment' | 'default';

/** Values of flags by the environment name of their setting, as `flagLayer` makes them. */
export type FlagLayer = Readonly<Record<string, string>>;

/** A `.env` that was read and parsed. */
export interface EnvFileLayer {
  readonly path: string;
  readonly entries: ReadonlyMap<string, EnvEntry>;
  readonly problems: readonly LineProblem[];
  readonly warnings?: readonly LineProblem[];
  /** The file does not exist any more; these are the values last read from it. */
  readonly isGone?: true;
}

/** The content of each layer. */
export interface LayerSources {
  readonly flags: FlagLayer;
  readonly envFile: EnvFileLayer | null;
  /** Values from a secrets manager, by environment name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The environment of the first start. */
  readonly boot: Readonly<Record<string, string | undefined>>;
}

/** Where a value came from. */
export interface Origin {
  readonly origin: OriginKind;
  readonly file?: string;
  readonly line?: number;
  /** The path of the secret file that the value came from. */
  readonly secretFile?: string;
  /** The name it was set under, if that is not the setting's own. */
  readonly alias?: string;
}

/** Where each setting's value came from, by environment name. */
export type Origins = Readonly<Record<string, Origin>>;

/** One source of values. */
export interface Layer {
  readonly kind: Exclude<OriginKind, 'default'>;
  readonly names: readonly string[];
  /** The trimmed value; undefined if the layer does not have the name. */
  get(name: string): string | undefined;
  /** The file and line of a name; nulls for a layer that is not a file. */
  place(name: string): { readonly file: string | null; readonly line: number | null };
  /** It is a file that does not exist any more. */
  readonly isGone?: true;
}

/** All layers, highest first. */
export function layersOf({ flags, envFile, secrets = {}, boot }: LayerSources): readonly Layer[] {
  return [
    recordLayer('flag', flags),
    ...(envFile ? [fileLayer(envFile)] : []),
    recordLayer('secrets', secrets),
    recordLayer('environment', boot),
  ];
}

const recordLayer = (kind: Layer['kind'], record: Readonly<Record<string, string | undefined>>): Layer => ({
  kind,
  names: Object.keys(record),
  get: (name) => (Object.hasOwn(record, name) ? record[name]?.trim() : undefined),
  place: () => ({ file: null, line: null }),
});

const fileLayer = ({ path, entries, isGone }: EnvFileLayer): Layer => ({
  ...(isGone && { isGone }),
  kind: 'file',
  names: [...entries.keys()],
  get: (name) => entries.get(name)?.value.trim(),
  place: (name) => ({ file: path, line: entries.get(name)?.line ?? null }),
});
