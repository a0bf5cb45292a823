/** Reads the secrets that are kept apart from `.env` and environment: in files of their own and in a secrets manager. */
import { ZscalerMcpError } from '../common/errors.ts';
import type { Launch, Problem, SecretSource } from '../lifecycle/index.ts';
import {
  FileContent,
  isSetting,
  loadSettings,
  secretsPlaceOf,
  type EnvFileLayer,
  type FlagLayer,
  type Loaded,
  type SecretFile,
  type SecretsPlace,
  type Settings,
} from '../settings/index.ts';
import { products } from '../tools/index.ts';
import { Transport } from '../zscaler/index.ts';

/** How the program was invoked; no reload changes it. */
export interface Invocation {
  readonly launch: Launch;
  /** Values of flags, by the environment name of their setting. */
  readonly flags: FlagLayer;
}

/** Secrets as they were read, in the form in which they are handed to the next generation. Holds secrets. */
export interface SavedSecrets {
  readonly files: readonly SecretFile[];
  /** The files that settings name, such as certificates; `bytes` in base64. Absent in what an older version handed over. */
  readonly named?: readonly { readonly path: string; readonly bytes: string; readonly readAt: string }[];
  /** Null when no secrets manager is configured. */
  readonly manager: {
    readonly kind: SecretsPlace['kind'];
    /** In words for people. */
    readonly place: string;
    readonly values: readonly (readonly [name: string, value: string])[];
    /** ISO time. */
    readonly readAt: string;
  } | null;
}

/** Settings, and the secrets that were read for them. */
export interface LoadedWithSecrets {
  readonly loaded: Loaded;
  readonly secrets: SavedSecrets;
  /** Where the secrets in use were read from. */
  readonly sources: readonly SecretSource[];
  readonly problems: readonly Problem[];
  /** The only problem is a secrets manager that could not be reached: another attempt may succeed. */
  readonly isTransient: boolean;
}

/** What the catalogue offers by name, so that a misspelt name in a setting is found. */
const known = {
  products: Object.keys(products),
  toolsets: Object.values(products).flatMap((toolsets) => Object.keys(toolsets)),
};

/**
 * Loads the settings from all layers. What is wrong is returned, never thrown.
 * @param given secrets that were read before and are not read again
 */
export async function loadWithSecrets(
  { launch, flags }: Invocation,
  envFile: EnvFileLayer | null,
  given?: SavedSecrets,
): Promise<LoadedWithSecrets> {
  const files = given && new Map(given.files.map((file) => [file.path, file]));
  const namedFiles = new Map(
    given?.named?.map(({ path, bytes, readAt }) => [path, new FileContent(path, Buffer.from(bytes, 'base64'), readAt)]),
  );
  const input = { flags, known, boot: launch.env, envFile, namedFiles, ...(files && { secretFiles: files }) };
  const loaded = loadSettings({ ...input, ...(given?.manager && { secrets: Object.fromEntries(given.manager.values) }) });
  const { secretFiles } = loaded;
  const secrets = { files: [...secretFiles.values()], named: namedIn(loaded), manager: given?.manager ?? null };
  // The other layers say where the secrets manager is.
  const place = given ? null : secretsPlaceOf(loaded.settings);
  if (place === null) return withSources(loaded, secrets);
  try {
    const manager = await readManager(place, loaded.settings);
    const whole = loadSettings({ ...input, secretFiles, secrets: Object.fromEntries(manager.values) });
    return withSources(whole, { ...secrets, named: namedIn(whole), manager });
  } catch (error) {
    return withoutManager(withSources(loadSettings({ ...input, secretFiles, isPartial: true }), secrets), place, error);
  }
}

const namedIn = ({ settings }: Loaded): NonNullable<SavedSecrets['named']> =>
  Object.values(settings).flatMap((value) =>
    value instanceof FileContent ? [{ path: value.path, bytes: value.bytes.toString('base64'), readAt: value.readAt }] : [],
  );

/** Loads what reads managers, see `loadReaders` there. */
export const loadSecrets = () => import('../secrets/index.ts');

/** Loads the readers on first use, and the SDK of the manager that is configured. @throws ZscalerMcpError */
async function readManager(place: SecretsPlace, settings: Settings): Promise<NonNullable<SavedSecrets['manager']>> {
  const { secretsTimeoutSeconds, httpsProxy, httpProxy, noProxy } = settings;
  const { readManager: read } = await loadSecrets();
  const transport = new Transport();
  const proxy = { https: httpsProxy, http: httpProxy, no: noProxy };
  try {
    const timeoutMs = secretsTimeoutSeconds * 1_000;
    const reading = await read(place, { timeoutMs, fetch: (url, request) => transport.fetch(url, request, proxy) });
    // Of entries that are not settings only the name is kept, for a warning.
    const values = Object.entries(reading.values).map(([name, value]) => [name, isSetting(name) ? value : ''] as const);
    return { kind: place.kind, place: reading.place, values, readAt: new Date().toISOString() };
  } finally {
    transport.close().catch(() => undefined);
  }
}

const withSources = (loaded: Loaded, secrets: SavedSecrets): LoadedWithSecrets => ({
  loaded,
  secrets,
  sources: sourcesOf(loaded, secrets),
  problems: loaded.problems,
  isTransient: false,
});

/** The secrets manager could not be read, which comes first among the problems. */
function withoutManager(rest: LoadedWithSecrets, { enabledBy }: SecretsPlace, error: unknown): LoadedWithSecrets {
  const hint = (error instanceof ZscalerMcpError ? error.hint : undefined) ?? 'Try again.';
  const failure = { setting: enabledBy, file: null, line: null, message: sayFailure(error), hint };
  const isUnreachable = error instanceof ZscalerMcpError && error.code === 'ERR_SECRETS_UNREACHABLE';
  return { ...rest, problems: [failure, ...rest.problems], isTransient: isUnreachable && rest.problems.length === 0 };
}

/** An error that is none of ours comes from the library of the manager; its message may quote what was read. */
function sayFailure(error: unknown): string {
  if (error instanceof ZscalerMcpError) return error.message;
  return `the secrets manager cannot be read: its library failed (${error instanceof Error ? error.name : typeof error})`;
}

/** Only what a setting was taken from. */
function sourcesOf({ origins, secretFiles }: Loaded, { manager, files }: SavedSecrets): readonly SecretSource[] {
  const used = Object.entries(origins);
  const settingsFrom = (isMeant: (origin: (typeof used)[number][1]) => boolean) =>
    used.filter(([, origin]) => isMeant(origin)).map(([name]) => name);
  const ofFiles = files
    .filter(({ path }) => secretFiles.has(path))
    .map(({ path, readAt }): SecretSource => ({
      kind: 'file',
      place: path,
      settings: settingsFrom(({ secretFile }) => secretFile === path),
      readAt,
    }))
    .filter(({ settings }) => settings.length > 0);
  if (!manager) return ofFiles;
  const { kind, place, readAt } = manager;
  return [{ kind, place, settings: settingsFrom(({ origin }) => origin === 'secrets'), readAt }, ...ofFiles];
}
