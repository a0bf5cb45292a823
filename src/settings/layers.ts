/** The places a value can come from, highest first, behind one small interface. */
import type { EnvEntry, LineProblem } from './dotenv.ts';

export type OriginKind = 'flag' | 'file' | 'secrets' | 'environment' | 'default';

/** Values of flags by the environment name of their setting, as `flagLayer` makes them. */
export type FlagLayer = Readonly<Record<string, string>>;

/** A `.env` that was read and parsed. */
export interface EnvFileLayer {
  readonly path: string;
  readonly entries: ReadonlyMap<string, EnvEntry>;
  readonly problems: readonly LineProblem[];
  readonly warnings?: readonly LineProblem[];
}

/** What each layer holds. */
export interface LayerSources {
  readonly flags: FlagLayer;
  readonly envFile: EnvFileLayer | null;
  /** What a secrets manager holds, by environment name. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The environment at the very first start. */
  readonly boot: Readonly<Record<string, string | undefined>>;
}

export interface Origin {
  readonly origin: OriginKind;
  readonly file?: string;
  readonly line?: number;
  /** The file of its own that held the value. */
  readonly secretFile?: string;
}

/** Where each setting's value came from, by environment name. */
export type Origins = Readonly<Record<string, Origin>>;

export interface Layer {
  readonly kind: Exclude<OriginKind, 'default'>;
  readonly names: readonly string[];
  /** Without blanks around it; undefined when the layer says nothing. */
  get(name: string): string | undefined;
  place(name: string): { readonly file: string | null; readonly line: number | null };
}

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

const fileLayer = ({ path, entries }: EnvFileLayer): Layer => ({
  kind: 'file',
  names: [...entries.keys()],
  get: (name) => entries.get(name)?.value.trim(),
  place: (name) => ({ file: path, line: entries.get(name)?.line ?? null }),
});
