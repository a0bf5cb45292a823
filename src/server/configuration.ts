/**
 * The configuration of a server over its life: which `.env` it is bound to, what was read from it and from where else
 * secrets are kept, and what of it is in force. On its way it has four forms: `Invocation` (where values come from that no
 * reload changes), `ConfigurationReading` (read for a start), `ConfigurationCandidate` (read for a reload or restart) and
 * `SavedConfiguration` (handed to the next generation).
 */
import { randomBytes } from 'node:crypto';
import { describeProblem } from '../common/problem.ts';
import {
  enterDirectory,
  type Candidate,
  type Environment,
  type Launch,
  type Problem,
  type SourceFacts,
  type SourceFile,
} from '../lifecycle/index.ts';
import {
  classifyEnvSource,
  compareSettings,
  configDigest,
  describeInForce,
  describeShadowed,
  envCandidates,
  FileContent,
  findEnvFile,
  formerSecrets,
  isNamedPipe,
  isSet,
  maskSecrets,
  parseEnvFile,
  passedOverEnvFile,
  readEnvFile,
  readEnvPipe,
  rows,
  secretsPlaceOf,
  secretValues,
  type EnvFileLayer,
  type EnvFileReading,
  type EnvSituation,
  type Loaded,
  type SettingInForce,
  type Settings,
} from '../settings/index.ts';
import { claimOn } from './claims.ts';
import { asObstacle, environmentOf, refusalOf } from './environment.ts';
import type { KeptSecrets } from './posture.ts';
import { loadWithSecrets, type Invocation, type LoadedWithSecrets, type SavedSecrets } from './read-secrets.ts';

/** A configuration that was read for a start, and what is wrong with it. */
export interface ConfigurationReading {
  readonly configuration: Configuration;
  /** With any of them no server starts. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** The only problem is a secrets manager that could not be reached: another attempt may succeed. */
  readonly isTransient: boolean;
}

/** A configuration that was read for a reload or restart, judged and compared with the one in force. */
export interface ConfigurationCandidate extends Candidate<SavedConfiguration> {
  /** What a reload puts in force. */
  readonly effective: Settings;
  /** What a restart puts in force. */
  readonly nextSettings: Settings;
  readonly origins: Loaded['origins'];
  /** Values without effect, because a layer above has another one. */
  readonly shadowed: Loaded['shadowed'];
}

/** What the next generation, or its rehearsal, needs to use the configuration of this one. JSON; holds secrets. */
export interface SavedConfiguration {
  /** What was read from the `.env`; null when there is none. */
  readonly layer: {
    readonly path: string;
    readonly entries: readonly (readonly [name: string, value: string, line: number])[];
  } | null;
  /** What was read elsewhere; absent in what an older version handed over. */
  readonly secrets?: SavedSecrets;
  readonly source: SourceFacts;
  /** The file was found at a default place, not named: then only its owner may be able to write it. */
  readonly discovered: boolean;
  /** Permission bits of the file; absent in what an older version handed over. */
  readonly fileMode?: number | null;
  /** Secrets that were replaced and stay masked; absent in what an older version handed over. */
  readonly former?: readonly string[];
  /** Base64. Keys the digest, so that it reveals no value and can be compared across generations. */
  readonly digestKey: string;
}

/** The configuration in force. */
export class Configuration {
  readonly #invocation: Invocation;
  #loaded: Loaded;
  #settings: Settings;
  /** Of the settings in force; those of `#loaded` include what waits for a restart. */
  #origins: Loaded['origins'];
  #saved: SavedConfiguration;
  /** Null after a change. */
  #masked: readonly string[] | null = null;
  /** The credentials that the offered list of tools follows from. */
  #offeredFor: string;

  private constructor(invocation: Invocation, loaded: Loaded, saved: SavedConfiguration) {
    this.#invocation = invocation;
    this.#loaded = loaded;
    this.#settings = loaded.settings;
    this.#origins = loaded.origins;
    this.#offeredFor = credentialsOf(loaded.settings);
    this.#saved = saved;
  }

  /** Finds and reads everything, as a first start does. What is wrong is returned, never thrown. */
  static async read(invocation: Invocation): Promise<ConfigurationReading> {
    const { launch, flags } = invocation;
    const explicit = flags['ZSCALER_MCP_DOTENV_PATH'] ?? (launch.env['ZSCALER_MCP_DOTENV_PATH']?.trim() || null);
    const transport = flags['ZSCALER_MCP_TRANSPORT'] ?? (launch.env['ZSCALER_MCP_TRANSPORT']?.trim().toLowerCase() || 'stdio');
    const place = { explicit, cwd: launch.cwd, home: launch.env['HOME'], transport };
    const candidates = envCandidates(place);
    const found = findEnvFile(candidates, explicit);
    const file = await readFirst(found.path, found.discovered, launch);
    const { loaded, secrets, sources, problems, isTransient } = await loadWithSecrets(invocation, file.layer);
    const saved = {
      layer: saveLayer(file.layer),
      secrets,
      source: sourceOf(found.path, candidates, file, { sources, loaded }),
      discovered: found.discovered,
      fileMode: file.mode,
      digestKey: randomBytes(32).toString('base64'),
    };
    const ofFile = found.problem ? [found.problem] : file.problems;
    return {
      configuration: new Configuration(invocation, loaded, saved),
      problems: [...ofFile, ...problems],
      isTransient: isTransient && ofFile.length === 0,
      warnings: [
        ...warnOfPassedOver(found.path === null ? passedOverEnvFile(place) : null),
        ...warnOfNothingToWatch(loaded, filesOf(saved, loaded)),
        ...[...found.warnings, ...file.warnings, ...loaded.warnings, ...loaded.shadowed.map(describeShadowed)].map(describeProblem),
      ],
    };
  }

  /** Uses what the former generation rehearsed; nothing is read a second time. */
  static async takeOver(invocation: Invocation, given: SavedConfiguration): Promise<ConfigurationReading> {
    const { loaded, secrets, sources, problems } = await loadWithSecrets(invocation, restoreLayer(given.layer), given.secrets);
    const saved = { ...given, secrets, source: { ...given.source, ...readElsewhere({ sources, loaded }) } };
    return {
      configuration: new Configuration(invocation, loaded, saved),
      problems,
      warnings: loaded.warnings.map(describeProblem),
      isTransient: false,
    };
  }

  /** In force now. */
  get settings(): Settings {
    return this.#settings;
  }

  /** As last read, including what waits for a restart. */
  get loaded(): Loaded {
    return this.#loaded;
  }

  /** Where the configuration in force was read from. */
  get source(): SourceFacts {
    return this.#saved.source;
  }

  /** The files that the configuration in force was read from. */
  get files(): readonly SourceFile[] {
    return filesOf(this.#saved, this.#loaded);
  }

  /** Every form in which a secret could appear in a text: of those in force, those that wait for a restart, and former ones. */
  get secrets(): readonly string[] {
    this.#masked ??= [...this.#current(), ...(this.#saved.former ?? [])].toSorted((one, other) => other.length - one.length);
    return this.#masked;
  }

  #current(): readonly string[] {
    const { settings } = this.#loaded;
    return [...secretValues(this.#settings), ...(settings === this.#settings ? [] : secretValues(settings))];
  }

  /** The configuration in force, to be handed to another generation. */
  get saved(): SavedConfiguration {
    return this.#saved;
  }

  /** What the file at a path is already for this server, or would be under `next`; null when it is free. */
  claimOn(path: string, next?: Pick<ConfigurationCandidate, 'effective' | 'files' | 'source'>): string | null {
    const { envCandidates, dotenvPath } = (next ?? this).source;
    const places = [...(envCandidates ?? []), ...(dotenvPath === null ? [] : [dotenvPath])];
    const facts = { settings: next?.effective ?? this.#settings, files: (next ?? this).files ?? [], launch: this.#invocation.launch };
    return claimOn(path, { ...facts, envCandidates: places });
  }

  /** Where the secrets in force are kept. */
  keptSecrets(): KeptSecrets {
    const origins = this.#origins;
    const held = rows.filter(([name, { secret }]) => secret === true && isSet(this.#settings[name]));
    const open = held
      .filter(([name]) => isSecret(name, this.#settings[name]))
      .flatMap(([, { env }]) => origins[env] ?? [])
      .filter(({ origin, secretFile }) => origin !== 'secrets' && secretFile === undefined);
    const isReadable = process.getuid !== undefined && ((this.#saved.fileMode ?? 0) & 0o004) !== 0;
    const inFile = open.find(({ origin }) => origin === 'file');
    return {
      inTheOpen: open.length,
      places: (this.source.secretSources ?? []).filter(({ settings }) => settings.length > 0).map(({ place }) => place),
      readableFile: isReadable ? (inFile?.file ?? null) : null,
    };
  }

  /** The settings in force, for people. Holds no secret. */
  describe(): readonly SettingInForce[] {
    return describeInForce({ settings: this.#settings, origins: this.#origins }, this.#loaded);
  }

  /** Of the settings in force; keyed, so that it reveals none of them. */
  digest(): string {
    return this.#digestOf(this.#settings);
  }

  /** Reads the env source again and judges it; changes nothing. */
  async readAgain(kind: 'reload' | 'restart', dryRun = false): Promise<ConfigurationCandidate> {
    const { dotenvPath, envCandidates: candidates, envFile } = this.#saved.source;
    enterDirectory(this.#invocation.launch);
    const { situation, envSource, found } = classifyEnvSource(this.#saved.source);
    const isGone = envSource === 'missing' || envSource === 'none' || envSource === 'fresh-discovery';
    const refusal = refusalOf(situation, kind);
    if (isGone && !isUnseen(situation, kind) && (kind === 'reload' || found === null)) return this.#keepFile(situation, kind);
    if (refusal) return this.#refuse([refusal], environmentOf(situation, { by: kind }));
    const path = isGone ? found : dotenvPath;
    const discovered = isGone || this.#saved.discovered;
    const file = readLayer(path, discovered, this.#invocation.launch);
    const [problem] = file.problems;
    if (file.layer === null && problem)
      return this.#refuse(file.problems, environmentOf({ ...situation, obstacle: asObstacle(problem) }, { by: kind }));
    const read = await loadWithSecrets(this.#invocation, file.layer);
    // The mount of a file that was replaced is compared with the first one, whatever it shows by now.
    const isStale = situation.origin === 'stale' && file.facts !== null && envFile !== null;
    const facts = isStale ? { ...file.facts, mountRoot: envFile.mountRoot } : file.facts;
    const source = sourceOf(path, candidates, { ...file, facts }, read);
    const problems = [...file.problems, ...read.problems];
    const readAt = facts?.loadedAt ?? null;
    return this.#judge({
      environment: environmentOf(situation, { by: kind, dryRun, readAt, isRefused: problems.length > 0 }),
      loaded: read.loaded,
      saved: { ...this.#saved, layer: saveLayer(file.layer), secrets: read.secrets, source, discovered, fileMode: file.mode },
      problems,
      isTransient: read.isTransient && file.problems.length === 0,
      warnings: [...file.warnings, ...read.loaded.warnings].map(describeProblem),
      nothingToRead: null,
    });
  }

  /** Puts a candidate in force, as far as a reload can. */
  commit(candidate: ConfigurationCandidate): void {
    const { effective, nextSettings, origins, shadowed, pendingRestart } = candidate;
    // A setting that waits for a restart keeps the place that its value in force came from.
    const waiting = new Set(pendingRestart);
    this.#origins = Object.fromEntries(
      Object.entries(origins).map(([env, origin]) => [env, (waiting.has(env) && this.#origins[env]) || origin]),
    );
    this.#settings = effective;
    this.#saved = candidate.config;
    this.#masked = null;
    this.#loaded = { ...this.#loaded, settings: nextSettings, origins, shadowed };
    if (!waiting.has(ENTITLEMENT)) this.#offeredFor = credentialsOf(effective);
  }

  /** The `.env` is gone: what was last read from it stays in force, for a restart too. All other sources are read again. */
  async #keepFile(situation: EnvSituation, kind: 'reload' | 'restart'): Promise<ConfigurationCandidate> {
    const layer = restoreLayer(this.#saved.layer);
    const read = await loadWithSecrets(this.#invocation, layer && { ...layer, isGone: true });
    const source = { ...this.#saved.source, envSource: situation.envSource, ...readElsewhere(read) };
    const environment = environmentOf(situation, { by: kind });
    const judged = { loaded: read.loaded, saved: { ...this.#saved, secrets: read.secrets, source }, environment };
    if (!this.#hasOtherSources(read))
      return this.#judge({ ...judged, problems: [], warnings: [], nothingToRead: 'nothing was read, and nothing changed' });
    const { problems, isTransient, loaded } = read;
    return this.#judge({ ...judged, problems, isTransient, warnings: loaded.warnings.map(describeProblem), nothingToRead: null });
  }

  /** Nothing is read, from no source. */
  #refuse(problems: readonly Problem[], environment: Environment): ConfigurationCandidate {
    const loaded = { ...this.#loaded, settings: this.#settings };
    return this.#judge({ loaded, saved: this.#saved, problems, warnings: [], nothingToRead: null, environment });
  }

  /** Whether values come from places other than the `.env` that may have changed. */
  #hasOtherSources({ loaded: { settings, secretFiles } }: LoadedWithSecrets): boolean {
    const isManaged = [settings, this.#settings].some((each) => secretsPlaceOf(each) !== null);
    return isManaged || secretFiles.size > 0 || Object.values(settings).some((value) => value instanceof FileContent);
  }

  #judge({ loaded, saved, problems, isTransient = false, warnings, nothingToRead, environment }: ReadAgain): ConfigurationCandidate {
    const { changes, effective } = compareSettings({ settings: this.#settings }, loaded);
    const next = secretValues(loaded.settings);
    const secrets = [...this.secrets, ...next].toSorted((one, other) => other.length - one.length);
    const mask = (text: string) => maskSecrets(text, secrets);
    return {
      problems: problems.map((problem) => ({ ...problem, message: mask(problem.message) })),
      ...(isTransient && { unread: 'the secrets manager' }),
      warnings: warnings.map(mask),
      changes: changes.map(({ setting, applies, from, to }) => ({ setting, applies, from: mask(from), to: mask(to) })),
      pendingRestart: [
        ...changes.filter(({ applies }) => applies === 'restart').map(({ setting }) => setting),
        ...this.#staleEntitlement(effective),
      ],
      source: saved.source,
      environment,
      files: filesOf(saved, loaded),
      nothingToRead,
      configDigest: this.#digestOf(effective),
      config: { ...saved, former: formerSecrets(this.#saved.former ?? [], this.#current(), next) },
      effective,
      nextSettings: loaded.settings,
      origins: loaded.origins,
      shadowed: loaded.shadowed,
    };
  }

  /** The offered list of tools follows from credentials that have changed since; a restart asks again. */
  #staleEntitlement(effective: Settings): string[] {
    const isStale = this.#offeredFor !== credentialsOf(effective);
    return isStale && !effective.disableEntitlementFilter && effective.clientId !== undefined ? [ENTITLEMENT] : [];
  }

  #digestOf(settings: Settings): string {
    return configDigest({ settings }, Buffer.from(this.#saved.digestKey, 'base64'));
  }
}

/** What was read for a reload or restart, before it is compared with what is in force. */
interface ReadAgain extends Pick<ConfigurationCandidate, 'problems' | 'warnings' | 'nothingToRead' | 'environment'> {
  readonly loaded: Loaded;
  readonly saved: SavedConfiguration;
  /** See `LoadedWithSecrets`. */
  readonly isTransient?: boolean;
}

/** A file that is gone from here alone: a reload says so, and changes nothing. */
const isUnseen = ({ origin }: EnvSituation, kind: 'reload' | 'restart'): boolean => origin === 'stale' && kind === 'reload';

/** What waits for a restart where the offered list of tools follows from former credentials. */
export const ENTITLEMENT = 'entitlement-filter';

const credentialsOf = ({ clientId, clientSecret, privateKey }: Settings): string => JSON.stringify([clientId, clientSecret, privateKey]);

const warnOfPassedOver = (path: string | null): string[] =>
  path === null
    ? []
    : [`${path} is not read: a stdio server takes no .env from the folder it is started in; name it with --dotenv-path if it is meant`];

const warnOfNothingToWatch = ({ settings }: Loaded, files: readonly SourceFile[]): string[] =>
  settings.watchEnv && files.length === 0 ? ['ZSCALER_MCP_WATCH_ENV is set, but there is no file to watch'] : [];

/** Includes certificates and keys, whose paths are settings. */
const filesOf = ({ source, secrets }: SavedConfiguration, { settings }: Loaded): readonly SourceFile[] => [
  ...(source.dotenvPath === null || source.envFile?.isPipe === true
    ? []
    : [{ path: source.dotenvPath, digest: source.envFile?.digest ?? null }]),
  ...(secrets?.files ?? []).map(({ path, digest }) => ({ path, digest })),
  ...Object.values(settings).flatMap((value) => (value instanceof FileContent ? [{ path: value.path, digest: value.digest }] : [])),
];

/** Not secret: a URL without a password, and the path of a private key. */
function isSecret(name: string, value: unknown): boolean {
  if (typeof value !== 'string') return true;
  if (name === 'privateKey') return /^(?:-----|\{)/.test(value);
  const url = /^(?:https?|rediss?):\/\//.test(value) ? URL.parse(value) : null;
  return url === null || url.password !== '';
}

interface LayerReading {
  readonly layer: EnvFileLayer | null;
  readonly mode: number | null;
  readonly facts: SourceFacts['envFile'];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** At a first start: a named pipe can be read once. */
async function readFirst(path: string | null, discovered: boolean, launch: Launch): Promise<LayerReading> {
  if (path === null || discovered || !isNamedPipe(path)) return readLayer(path, discovered, launch);
  const reading = layerOf(path, await readEnvPipe(path), { discovered, launch });
  return { ...reading, facts: reading.facts && { ...reading.facts, isPipe: true } };
}

function readLayer(path: string | null, discovered: boolean, launch: Launch): LayerReading {
  if (path === null) return { layer: null, mode: null, facts: null, problems: [], warnings: [] };
  return layerOf(path, readEnvFile(path, { discovered }), { discovered, launch });
}

function layerOf(
  path: string,
  { bytes, identity, problems, warnings }: EnvFileReading,
  { discovered, launch }: { readonly discovered: boolean; readonly launch: Launch },
): LayerReading {
  if (bytes === null || identity === null) return { layer: null, mode: null, facts: null, problems, warnings };
  const parsed = parseEnvFile(bytes, launch.env);
  const { digest, dev, ino, mountRoot, loadedAt, mode } = identity;
  return { layer: { path, ...parsed }, mode, facts: { digest, dev, ino, mountRoot, loadedAt, discovered }, problems, warnings };
}

function sourceOf(
  dotenvPath: string | null,
  candidates: readonly string[],
  { facts: envFile }: LayerReading,
  { sources, loaded }: Pick<LoadedWithSecrets, 'sources' | 'loaded'>,
): SourceFacts {
  const facts = { dotenvPath, envCandidates: candidates, envFile };
  return { ...facts, envSource: classifyEnvSource(facts).envSource, ...readElsewhere({ sources, loaded }) };
}

/** What was read from other places than the `.env`. */
const readElsewhere = ({ sources, loaded }: Pick<LoadedWithSecrets, 'sources' | 'loaded'>) => ({
  secretSources: sources,
  namedFiles: Object.values(loaded.settings).flatMap((value) =>
    value instanceof FileContent ? [{ path: value.path, readAt: value.readAt }] : [],
  ),
});

const saveLayer = (layer: EnvFileLayer | null): SavedConfiguration['layer'] =>
  layer && { path: layer.path, entries: [...layer.entries].map(([name, { value, line }]) => [name, value, line] as const) };

const restoreLayer = (saved: SavedConfiguration['layer']): EnvFileLayer | null =>
  saved && { path: saved.path, entries: new Map(saved.entries.map(([name, value, line]) => [name, { value, line }])), problems: [] };
