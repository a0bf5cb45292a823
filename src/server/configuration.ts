/**
 * The configuration of a server over its life: which `.env` it is bound to, what was read from it and from where else
 * secrets are kept, and what of it is in force.
 */
import { randomBytes } from 'node:crypto';
import { messageOf, ZscalerMcpError } from '../common/errors.ts';
import { describeProblem } from '../common/problem.ts';
import type { KeptSecrets } from './posture.ts';
import type { Candidate, Launch, Problem, SecretSource, SourceFacts, SourceFile } from '../lifecycle/index.ts';
import {
  classifyEnvSource,
  compareSettings,
  configDigest,
  envCandidates,
  FileContent,
  findEnvFile,
  isSetting,
  loadSettings,
  maskSecrets,
  isSet,
  parseEnvFile,
  passedOverEnvFile,
  readEnvFile,
  rows,
  secretsPlaceOf,
  secretValues,
  type EnvFileLayer,
  type EnvSourceReport,
  type FlagLayer,
  type Loaded,
  type SecretFile,
  type SecretsPlace,
  type Settings,
  type SettingsInput,
} from '../settings/index.ts';

/** What the next generation, or its rehearsal, needs to stand where this one stands. Holds secrets. */
export interface SavedConfiguration {
  /** What was read from the `.env`; null when there is none. */
  readonly layer: SavedLayer | null;
  /** What was read elsewhere; absent in what an older version handed over. */
  readonly secrets?: SavedSecrets;
  readonly source: SourceFacts;
  /** Whether the file was found at a default place, and not named: then it must be closed to others' writing. */
  readonly discovered: boolean;
  /** Permission bits of the file; absent in what an older version handed over. */
  readonly fileMode?: number | null;
  /** Base64; keys the digest, so that it reveals no value and stays comparable across generations. */
  readonly digestKey: string;
}

interface SavedLayer {
  readonly path: string;
  readonly entries: readonly (readonly [name: string, value: string, line: number])[];
}

/** What was read from a secrets manager and from files of secrets. Holds secrets. */
interface SavedSecrets {
  readonly files: readonly SecretFile[];
  /** Null when there is none. */
  readonly manager: SavedManager | null;
}

interface SavedManager {
  readonly kind: SecretsPlace['kind'];
  readonly place: string;
  readonly values: readonly (readonly [name: string, value: string])[];
  /** ISO time. */
  readonly readAt: string;
}

/** What a secrets manager holds, by name; values are texts. */
export interface SecretsReading {
  /** In words for people. */
  readonly place: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Reads a secrets manager. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE; its text holds no secret */
export type ReadSecrets = (place: SecretsPlace, settings: Settings) => Promise<SecretsReading>;

/** A configuration that was read and judged, and what a reload of it would put in force. */
export interface SettingsCandidate extends Candidate<SavedConfiguration> {
  readonly effective: Settings;
  /** What a restart would put in force. */
  readonly nextSettings: Settings;
  readonly origins: Loaded['origins'];
}

export interface Start {
  readonly configuration: Configuration;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** The one problem is a secrets manager that did not answer: another try may do. */
  readonly isPassing: boolean;
}

/** Where the values of a process come from that no reload changes. */
interface Fixed {
  readonly launch: Launch;
  readonly flags: FlagLayer;
  /** What the catalogue has, so that a misspelt name is found. */
  readonly known: NonNullable<SettingsInput['known']>;
  readonly readSecrets: ReadSecrets;
}

export class Configuration {
  readonly #fixed: Fixed;
  #loaded: Loaded;
  #settings: Settings;
  #saved: SavedConfiguration;
  /** The credentials at the start of this generation. */
  readonly #offeredFor: string;

  private constructor(fixed: Fixed, loaded: Loaded, saved: SavedConfiguration) {
    this.#fixed = fixed;
    this.#loaded = loaded;
    this.#settings = loaded.settings;
    const { clientId, clientSecret, privateKey } = loaded.settings;
    this.#offeredFor = JSON.stringify([clientId, clientSecret, privateKey]);
    this.#saved = saved;
  }

  /** Finds and reads everything, as a first start does. What is wrong is told, never thrown. */
  static async read(fixed: Fixed): Promise<Start> {
    const { launch, flags } = fixed;
    const explicit = flags['ZSCALER_MCP_DOTENV_PATH'] ?? (launch.env['ZSCALER_MCP_DOTENV_PATH']?.trim() || null);
    const transport = flags['ZSCALER_MCP_TRANSPORT'] ?? (launch.env['ZSCALER_MCP_TRANSPORT']?.trim().toLowerCase() || 'stdio');
    const place = { explicit, cwd: launch.cwd, home: launch.env['HOME'], transport };
    const candidates = envCandidates(place);
    const found = findEnvFile(candidates, explicit);
    const passedOver = found.path === null ? passedOverEnvFile(place) : null;
    const reading = readLayer(found.path, found.discovered, launch);
    const { loaded, secrets, failure } = await loadWithSecrets(fixed, reading.layer);
    const saved = {
      layer: saveLayer(reading.layer),
      secrets,
      source: { ...sourceOf(found.path, candidates, reading.facts), secretSources: sourcesOf(loaded, secrets) },
      discovered: found.discovered,
      fileMode: reading.mode,
      digestKey: randomBytes(32).toString('base64'),
    };
    return {
      configuration: new Configuration(fixed, loaded, saved),
      problems: [...(found.problem ? [found.problem] : reading.problems), ...problemsOf(loaded, failure)],
      isPassing: failure?.isPassing === true && found.problem === null && reading.problems.length + loaded.problems.length === 0,
      warnings: [
        ...(passedOver === null
          ? []
          : [
              `${passedOver} is not read: a stdio server takes no .env from the folder it is started in; name it with --dotenv-path if it is meant`,
            ]),
        ...(loaded.settings.watchEnv && found.path === null && filesOf(saved, loaded).length === 0
          ? ['ZSCALER_MCP_WATCH_ENV is set, but there is no file to watch']
          : []),
        ...wordsOf([...found.warnings, ...reading.warnings, ...loaded.warnings]),
      ],
    };
  }

  /** Goes on with what the former generation rehearsed; nothing is read a second time. */
  static async takeOver(fixed: Fixed, given: SavedConfiguration): Promise<Start> {
    const layer = restoreLayer(given.layer);
    const { loaded, secrets, failure } = await loadWithSecrets(fixed, layer, given.secrets);
    const saved = { ...given, secrets, source: { ...given.source, secretSources: sourcesOf(loaded, secrets) } };
    return {
      configuration: new Configuration(fixed, loaded, saved),
      problems: problemsOf(loaded, failure),
      warnings: wordsOf(loaded.warnings),
      isPassing: false,
    };
  }

  /** In force now. */
  get settings(): Settings {
    return this.#settings;
  }

  /** As last read; what waits for a restart is in it already. */
  get loaded(): Loaded {
    return this.#loaded;
  }

  get source(): SourceFacts {
    return this.#saved.source;
  }

  /** The files that the configuration in force was read from. */
  get files(): readonly SourceFile[] {
    return filesOf(this.#saved, this.#loaded);
  }

  /** What to hand over so that another generation stands where this one does. */
  get saved(): SavedConfiguration {
    return this.#saved;
  }

  /** Where the secrets in force are kept. */
  keptSecrets(): KeptSecrets {
    const { origins } = this.#loaded;
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

  digest(): string {
    return this.#digestOf(this.#settings);
  }

  /** Reads the env source again and judges it; changes nothing. */
  async readAgain(kind: 'reload' | 'restart'): Promise<SettingsCandidate> {
    const { dotenvPath, envCandidates: candidates } = this.#saved.source;
    const report = classifyEnvSource(this.#saved.source);
    const isGone = report.envSource === 'missing' || report.envSource === 'none' || report.envSource === 'fresh-discovery';
    if (isGone && (kind === 'reload' || report.found === null)) return this.#keepFile(report);
    const path = isGone ? report.found : dotenvPath;
    const discovered = isGone || this.#saved.discovered;
    const reading = readLayer(path, discovered, this.#fixed.launch);
    const { loaded, secrets, failure } = await loadWithSecrets(this.#fixed, reading.layer);
    const source = { ...sourceOf(path, candidates, reading.facts), secretSources: sourcesOf(loaded, secrets) };
    const saved = { ...this.#saved, layer: saveLayer(reading.layer), secrets, source, discovered, fileMode: reading.mode };
    const problems = [...reading.problems, ...problemsOf(loaded, failure)];
    return this.#judge(loaded, saved, problems, [...report.envWarnings, ...wordsOf([...reading.warnings, ...loaded.warnings])], null);
  }

  /** Puts a candidate in force, as far as a reload can. */
  commit(candidate: SettingsCandidate): void {
    this.#settings = candidate.effective;
    this.#saved = candidate.config;
    this.#loaded = { ...this.#loaded, settings: candidate.effective, origins: candidate.origins };
  }

  /** The `.env` is gone: its last good layer stays in force, whatever the command. What else can be read is read again. */
  async #keepFile({ envSource, envWarnings, envAdvice }: EnvSourceReport): Promise<SettingsCandidate> {
    const { loaded, secrets, failure } = await loadWithSecrets(this.#fixed, restoreLayer(this.#saved.layer));
    const source = { ...this.#saved.source, envSource, secretSources: sourcesOf(loaded, secrets) };
    const saved = { ...this.#saved, secrets, source };
    if (!this.#hasOtherSources(loaded))
      return this.#judge(loaded, saved, [], envWarnings, `${envSource}: nothing was read and nothing changed. ${envAdvice}`);
    const kept = envSource === 'none' ? [] : [`${envSource}: the .env was not read, its last values stay in force. ${envAdvice}`];
    return this.#judge(loaded, saved, problemsOf(loaded, failure), [...envWarnings, ...kept, ...wordsOf(loaded.warnings)], null);
  }

  /** Whether there is something beside the `.env` whose content may be another by now. */
  #hasOtherSources({ settings, secretFiles }: Loaded): boolean {
    const isManaged = [settings, this.#settings].some((each) => secretsPlaceOf(each) !== null);
    return isManaged || secretFiles.size > 0 || Object.values(settings).some((value) => value instanceof FileContent);
  }

  #judge(
    loaded: Loaded,
    saved: SavedConfiguration,
    problems: readonly Problem[],
    warnings: readonly string[],
    nothingToRead: string | null,
  ): SettingsCandidate {
    const { changes, effective } = compareSettings({ settings: this.#settings }, loaded);
    const secrets = [...secretValues(this.#settings), ...secretValues(loaded.settings)];
    const mask = (text: string) => maskSecrets(text, secrets);
    return {
      problems: problems.map((problem) => ({ ...problem, message: mask(problem.message) })),
      warnings: warnings.map(mask),
      changes: changes.map(({ setting, applies, from, to }) => ({ setting, applies, from: mask(from), to: mask(to) })),
      pendingRestart: [
        ...changes.filter(({ applies }) => applies === 'restart').map(({ setting }) => setting),
        ...this.#staleEntitlement(effective),
      ],
      source: saved.source,
      files: filesOf(saved, loaded),
      nothingToRead,
      configDigest: this.#digestOf(effective),
      config: saved,
      effective,
      nextSettings: loaded.settings,
      origins: loaded.origins,
    };
  }

  /** The credentials are others than those that the offered list of tools stems from. */
  #staleEntitlement({ disableEntitlementFilter, clientId, clientSecret, privateKey }: Settings): string[] {
    const isStale = this.#offeredFor !== JSON.stringify([clientId, clientSecret, privateKey]);
    return isStale && !disableEntitlementFilter && clientId !== undefined ? ['entitlement-filter'] : [];
  }

  #digestOf(settings: Settings): string {
    return configDigest({ settings }, Buffer.from(this.#saved.digestKey, 'base64'));
  }
}

/** Why there is no layer of a secrets manager although there should be one. */
interface SecretsFailure {
  readonly problem: Problem;
  /** Another try may do. */
  readonly isPassing: boolean;
}

interface LoadedWithSecrets {
  readonly loaded: Loaded;
  readonly secrets: SavedSecrets;
  readonly failure: SecretsFailure | null;
}

/** @param given what was read before, which then is not read again */
async function loadWithSecrets(fixed: Fixed, envFile: EnvFileLayer | null, given?: SavedSecrets): Promise<LoadedWithSecrets> {
  const files = given && new Map(given.files.map((file) => [file.path, file]));
  const input = { ...fixed, boot: fixed.launch.env, envFile, ...(files && { secretFiles: files }) };
  const others = loadSettings({ ...input, ...(given?.manager && { secrets: Object.fromEntries(given.manager.values) }) });
  // Where the secrets manager is stands in the other layers.
  const place = given ? null : secretsPlaceOf(others.settings);
  const { secretFiles } = others;
  const secrets = { files: [...secretFiles.values()], manager: given?.manager ?? null };
  if (place === null) return { loaded: others, secrets, failure: null };
  try {
    const manager = await readManager(fixed, place, others.settings);
    const loaded = loadSettings({ ...input, secretFiles, secrets: Object.fromEntries(manager.values) });
    return { loaded, secrets: { ...secrets, manager }, failure: null };
  } catch (error) {
    return { loaded: loadSettings({ ...input, secretFiles, isPartial: true }), secrets, failure: failureOf(place, error) };
  }
}

async function readManager({ readSecrets }: Fixed, place: SecretsPlace, settings: Settings): Promise<SavedManager> {
  const reading = await readSecrets(place, settings);
  // Of what is none of ours only the name is kept, to be warned about.
  const values = Object.entries(reading.values).map(([name, value]) => [name, isSetting(name) ? value : ''] as const);
  return { kind: place.kind, place: reading.place, values, readAt: new Date().toISOString() };
}

const failureOf = ({ gate }: SecretsPlace, error: unknown): SecretsFailure => ({
  problem: {
    setting: gate,
    file: null,
    line: null,
    message: messageOf(error),
    hint: (error instanceof ZscalerMcpError ? error.hint : undefined) ?? 'Try again.',
  },
  isPassing: error instanceof ZscalerMcpError && error.code === 'ERR_SECRETS_UNREACHABLE',
});

const problemsOf = ({ problems }: Loaded, failure: SecretsFailure | null): readonly Problem[] => [
  ...(failure ? [failure.problem] : []),
  ...problems,
];

/** What was used, and where it came from. */
function sourcesOf({ origins, secretFiles }: Loaded, { manager, files }: SavedSecrets): readonly SecretSource[] {
  const used = Object.entries(origins);
  const named = (isMeant: (origin: (typeof used)[number][1]) => boolean) =>
    used.filter(([, origin]) => isMeant(origin)).map(([name]) => name);
  const ofFiles = files
    .filter(({ path }) => secretFiles.has(path))
    .map(({ path, readAt }): SecretSource => ({
      kind: 'file',
      place: path,
      settings: named(({ secretFile }) => secretFile === path),
      readAt,
    }))
    .filter(({ settings }) => settings.length > 0);
  if (!manager) return ofFiles;
  const { kind, place } = manager;
  return [{ kind, place, settings: named(({ origin }) => origin === 'secrets'), readAt: manager.readAt }, ...ofFiles];
}

const filesOf = ({ source, secrets }: SavedConfiguration, { settings }: Loaded): readonly SourceFile[] => [
  ...(source.dotenvPath === null ? [] : [{ path: source.dotenvPath, digest: source.envFile?.digest ?? null }]),
  ...(secrets?.files ?? []).map(({ path, digest }) => ({ path, digest })),
  ...namedBy(settings),
];

/** Certificates and keys: files whose paths are settings. */
const namedBy = (settings: Settings): readonly SourceFile[] =>
  Object.values(settings).flatMap((value) => (value instanceof FileContent ? [{ path: value.path, digest: value.digest }] : []));

/** A URL without a password is none, nor is the path of a key. */
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

function readLayer(path: string | null, discovered: boolean, launch: Launch): LayerReading {
  if (path === null) return { layer: null, mode: null, facts: null, problems: [], warnings: [] };
  const { bytes, identity, problems, warnings } = readEnvFile(path, { discovered });
  if (bytes === null || identity === null) return { layer: null, mode: null, facts: null, problems, warnings };
  const parsed = parseEnvFile(bytes, launch.env);
  const { digest, dev, ino, mountRoot, loadedAt, mode } = identity;
  return { layer: { path, ...parsed }, mode, facts: { digest, dev, ino, mountRoot, loadedAt }, problems, warnings };
}

function sourceOf(dotenvPath: string | null, candidates: readonly string[], envFile: SourceFacts['envFile']): SourceFacts {
  const facts = { dotenvPath, envCandidates: candidates, envFile };
  return { ...facts, envSource: classifyEnvSource(facts).envSource };
}

const saveLayer = (layer: EnvFileLayer | null): SavedLayer | null =>
  layer && { path: layer.path, entries: [...layer.entries].map(([name, { value, line }]) => [name, value, line] as const) };

const restoreLayer = (saved: SavedLayer | null): EnvFileLayer | null =>
  saved && { path: saved.path, entries: new Map(saved.entries.map(([name, value, line]) => [name, { value, line }])), problems: [] };

const wordsOf = (problems: readonly Problem[]): string[] => problems.map(describeProblem);
