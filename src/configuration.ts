/**
 * The configuration of a server over its life: which `.env` it is bound to, what was read from it last, and what of the
 * newest reading is in force.
 */
import { randomBytes } from 'node:crypto';
import type { Candidate, EnvFileFacts, Launch, Problem, SourceFacts } from './lifecycle/index.ts';
import {
  classifyEnvSource,
  compareSettings,
  configDigest,
  envCandidates,
  findEnvFile,
  loadSettings,
  parseEnvFile,
  readEnvFile,
  type EnvFileLayer,
  type FlagLayer,
  type Loaded,
  type Settings,
} from './settings/index.ts';

/** What the next generation, or its rehearsal, needs to stand where this one stands. Holds secrets. */
export interface SavedConfiguration {
  /** What was read from the `.env`; null when there is none. */
  readonly layer: { readonly path: string; readonly entries: readonly (readonly [name: string, value: string, line: number])[] } | null;
  readonly source: SourceFacts;
  /** Named by flag or variable at the very first start. */
  readonly explicitPath: string | null;
  /** Base64; keys the digest, so that it reveals no value and stays comparable across generations. */
  readonly digestKey: string;
}

/** One reading of everything, judged. */
interface Judgement {
  readonly loaded: Loaded;
  readonly saved: SavedConfiguration;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

export type SettingsCandidate = Candidate<SavedConfiguration> & { readonly loaded: Loaded; readonly effective: Settings };

/** Reads and judges the configuration as a first start does. Never throws for what is in a file. */
export function readConfiguration(launch: Launch, flags: FlagLayer): Judgement {
  const explicitPath = flags['ZSCALER_MCP_DOTENV_PATH'] ?? (launch.env['ZSCALER_MCP_DOTENV_PATH'] || null);
  const transport = flags['ZSCALER_MCP_TRANSPORT'] ?? launch.env['ZSCALER_MCP_TRANSPORT'] ?? 'stdio';
  const candidates = envCandidates({ explicit: explicitPath, cwd: launch.cwd, home: launch.env['HOME'], transport });
  const found = findEnvFile(candidates, explicitPath);
  const digestKey = randomBytes(32).toString('base64');
  return judge(launch, flags, { path: found.path, explicitPath, candidates, digestKey, problem: found.problem ?? null, former: null });
}

/** The configuration that the former generation rehearsed and handed over; nothing is read a second time. */
export function takeOverConfiguration(launch: Launch, flags: FlagLayer, saved: SavedConfiguration): Judgement {
  const layer: EnvFileLayer | null = saved.layer && {
    path: saved.layer.path,
    entries: new Map(saved.layer.entries.map(([name, value, line]) => [name, { value, line }])),
    problems: [],
  };
  const loaded = loadSettings({ flags, envFile: layer, boot: launch.env });
  return { loaded, saved, problems: loaded.problems, warnings: loaded.warnings.map(({ message }) => message) };
}

interface Place {
  readonly path: string | null;
  readonly explicitPath: string | null;
  readonly candidates: readonly string[];
  readonly digestKey: string;
  readonly problem: Problem | null;
  readonly former: SavedConfiguration | null;
}

function judge(launch: Launch, flags: FlagLayer, { path, explicitPath, candidates, digestKey, problem, former }: Place): Judgement {
  const discovered = path !== null && path !== explicitPath;
  const read = path === null ? null : readEnvFile(path, { discovered });
  const parsed = read?.bytes ? parseEnvFile(read.bytes, launch.env) : null;
  const layer: EnvFileLayer | null = path !== null && parsed ? { path, entries: parsed.entries, problems: parsed.problems } : null;
  const loaded = loadSettings({ flags, envFile: layer, boot: launch.env });
  const facts: EnvFileFacts | null = read?.identity ?? null;
  const source: SourceFacts = { dotenvPath: path, envCandidates: candidates, envFile: facts, envSource: 'none' };
  const { envSource, envWarnings } = classifyEnvSource(source, { pid: null });
  const saved: SavedConfiguration = {
    layer: layer && { path: layer.path, entries: [...layer.entries].map(([name, { value, line }]) => [name, value, line] as const) },
    source: { ...source, envSource },
    explicitPath,
    digestKey,
  };
  const problems = [...(problem ? [problem] : []), ...(read?.problems ?? []), ...loaded.problems];
  return {
    loaded,
    saved: former && problems.length > 0 ? former : saved,
    problems,
    warnings: [...envWarnings, ...(read?.warnings ?? []), ...loaded.warnings.map(({ message }) => message)],
  };
}
