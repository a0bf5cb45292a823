/**
 * The configuration of a server over its life: which `.env` it is bound to, what was read from it last, and what of it
 * is in force.
 */
import { randomBytes } from 'node:crypto';
import type { Candidate, Launch, Problem, SourceFacts } from './lifecycle/index.ts';
import {
  classifyEnvSource,
  compareSettings,
  configDigest,
  envCandidates,
  findEnvFile,
  loadSettings,
  maskSecrets,
  parseEnvFile,
  passedOverEnvFile,
  readEnvFile,
  secretValues,
  type EnvFileLayer,
  type FlagLayer,
  type Loaded,
  type Settings,
  type SettingsInput,
} from './settings/index.ts';

/** What the next generation, or its rehearsal, needs to stand where this one stands. Holds secrets. */
export interface SavedConfiguration {
  /** What was read from the `.env`; null when there is none. */
  readonly layer: SavedLayer | null;
  readonly source: SourceFacts;
  /** Whether the file was found at a default place, and not named: then it must be closed to others' writing. */
  readonly discovered: boolean;
  /** Base64; keys the digest, so that it reveals no value and stays comparable across generations. */
  readonly digestKey: string;
}

interface SavedLayer {
  readonly path: string;
  readonly entries: readonly (readonly [name: string, value: string, line: number])[];
}

/** A configuration that was read and judged, and what a reload of it would put in force. */
export interface SettingsCandidate extends Candidate<SavedConfiguration> {
  readonly effective: Settings;
  /** What a restart would put in force. */
  readonly nextSettings: Settings;
}

export interface Start {
  readonly configuration: Configuration;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** Where the values of a process come from that no reload changes. */
interface Fixed {
  readonly launch: Launch;
  readonly flags: FlagLayer;
  /** What the catalogue has, so that a misspelt name is found. */
  readonly known: NonNullable<SettingsInput['known']>;
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
  static read(fixed: Fixed): Start {
    const { launch, flags } = fixed;
    const explicit = flags['ZSCALER_MCP_DOTENV_PATH'] ?? (launch.env['ZSCALER_MCP_DOTENV_PATH']?.trim() || null);
    const transport = flags['ZSCALER_MCP_TRANSPORT'] ?? (launch.env['ZSCALER_MCP_TRANSPORT']?.trim().toLowerCase() || 'stdio');
    const place = { explicit, cwd: launch.cwd, home: launch.env['HOME'], transport };
    const candidates = envCandidates(place);
    const found = findEnvFile(candidates, explicit);
    const passedOver = found.path === null ? passedOverEnvFile(place) : null;
    const reading = readLayer(found.path, found.discovered, launch);
    const loaded = loadSettings({ ...fixed, boot: launch.env, envFile: reading.layer });
    const saved = {
      layer: saveLayer(reading.layer),
      source: sourceOf(found.path, candidates, reading.facts),
      discovered: found.discovered,
      digestKey: randomBytes(32).toString('base64'),
    };
    return {
      configuration: new Configuration(fixed, loaded, saved),
      problems: [...(found.problem ? [found.problem] : reading.problems), ...loaded.problems],
      warnings: [
        ...(passedOver === null
          ? []
          : [
              `${passedOver} is not read: a stdio server takes no .env from the folder it is started in; name it with --dotenv-path if it is meant`,
            ]),
        ...(loaded.settings.watchEnv && found.path === null ? ['ZSCALER_MCP_WATCH_ENV is set, but there is no .env to watch'] : []),
        ...wordsOf([...found.warnings, ...reading.warnings, ...loaded.warnings]),
      ],
    };
  }

  /** Goes on with what the former generation rehearsed; nothing is read a second time. */
  static takeOver(fixed: Fixed, saved: SavedConfiguration): Start {
    const loaded = loadSettings({ ...fixed, boot: fixed.launch.env, envFile: restoreLayer(saved.layer) });
    return { configuration: new Configuration(fixed, loaded, saved), problems: loaded.problems, warnings: wordsOf(loaded.warnings) };
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

  /** What to hand over so that another generation stands where this one does. */
  get saved(): SavedConfiguration {
    return this.#saved;
  }

  digest(): string {
    return this.#digestOf(this.#settings);
  }

  /** Reads the env source again and judges it; changes nothing. */
  readAgain(kind: 'reload' | 'restart'): SettingsCandidate {
    const { dotenvPath, envCandidates: candidates } = this.#saved.source;
    const report = classifyEnvSource(this.#saved.source);
    const isGone = report.envSource === 'missing' || report.envSource === 'none' || report.envSource === 'fresh-discovery';
    if (isGone && (kind === 'reload' || report.found === null))
      return this.#unchanged(report.envSource, report.envWarnings, report.envAdvice);
    const path = isGone ? report.found : dotenvPath;
    const discovered = isGone || this.#saved.discovered;
    const reading = readLayer(path, discovered, this.#fixed.launch);
    const loaded = loadSettings({ ...this.#fixed, boot: this.#fixed.launch.env, envFile: reading.layer });
    const saved = { ...this.#saved, layer: saveLayer(reading.layer), source: sourceOf(path, candidates, reading.facts), discovered };
    const problems = [...reading.problems, ...loaded.problems];
    return this.#judge(loaded, saved, problems, [...report.envWarnings, ...wordsOf([...reading.warnings, ...loaded.warnings])], null);
  }

  /** Puts a candidate in force, as far as a reload can. */
  commit(candidate: SettingsCandidate): void {
    this.#settings = candidate.effective;
    this.#saved = candidate.config;
    this.#loaded = { ...this.#loaded, settings: candidate.effective };
  }

  /** The file is gone: the last good layer stays in force, whatever the command. */
  #unchanged(envSource: string, warnings: readonly string[], advice: string): SettingsCandidate {
    const loaded = loadSettings({ ...this.#fixed, boot: this.#fixed.launch.env, envFile: restoreLayer(this.#saved.layer) });
    const saved = { ...this.#saved, source: { ...this.#saved.source, envSource } };
    return this.#judge(loaded, saved, [], warnings, `${envSource}: nothing was read and nothing changed. ${advice}`);
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
      nothingToRead,
      configDigest: this.#digestOf(effective),
      config: saved,
      effective,
      nextSettings: loaded.settings,
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

interface LayerReading {
  readonly layer: EnvFileLayer | null;
  readonly facts: SourceFacts['envFile'];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

function readLayer(path: string | null, discovered: boolean, launch: Launch): LayerReading {
  if (path === null) return { layer: null, facts: null, problems: [], warnings: [] };
  const { bytes, identity, problems, warnings } = readEnvFile(path, { discovered });
  if (bytes === null || identity === null) return { layer: null, facts: null, problems, warnings };
  const parsed = parseEnvFile(bytes, launch.env);
  const { digest, dev, ino, mountRoot, loadedAt } = identity;
  return { layer: { path, ...parsed }, facts: { digest, dev, ino, mountRoot, loadedAt }, problems, warnings };
}

function sourceOf(dotenvPath: string | null, candidates: readonly string[], envFile: SourceFacts['envFile']): SourceFacts {
  const facts = { dotenvPath, envCandidates: candidates, envFile };
  return { ...facts, envSource: classifyEnvSource(facts).envSource };
}

const saveLayer = (layer: EnvFileLayer | null): SavedLayer | null =>
  layer && { path: layer.path, entries: [...layer.entries].map(([name, { value, line }]) => [name, value, line] as const) };

const restoreLayer = (saved: SavedLayer | null): EnvFileLayer | null =>
  saved && { path: saved.path, entries: new Map(saved.entries.map(([name, value, line]) => [name, { value, line }])), problems: [] };

const wordsOf = (problems: readonly Problem[]): string[] =>
  problems.map(({ setting, file, line, message, hint }) => {
    const place = file === null ? '' : line === null ? `${file}: ` : `${file}:${line}: `;
    return `${place}${setting === null ? '' : `${setting} `}${message}${hint ? ` (${hint})` : ''}`;
  });
