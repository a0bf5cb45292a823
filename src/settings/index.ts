/** What can be configured, from where, and what a change needs. */
export { compareSettings, configDigest, describeValue, type Comparison, type SettingChange, type WithSettings } from './compare.ts';
export { parseEnvFile, type EnvEntry, type LineProblem, type ParsedEnvFile } from './dotenv.ts';
export {
  envCandidates,
  findEnvFile,
  passedOverEnvFile,
  readEnvFile,
  type EnvFileIdentity,
  type EnvFileReading,
  type FoundEnvFile,
  type SearchPlace,
} from './env-file.ts';
export { classifyEnvSource, type EnvSource, type EnvSourceRecord, type EnvSourceReport } from './env-source.ts';
export { describeSettings, flagLayer, flagOptions, type FlagOptions } from './flags.ts';
export type { EnvFileLayer, FlagLayer, OriginKind, SettingsInput } from './layers.ts';
export { loadSettings, type Loaded, type Origin, type Origins } from './load.ts';
export type { Problem } from './problem.ts';
export { reserved, type Reserved } from './reserved.ts';
export type { Setting } from './setting.ts';
export { rows, table, topics, type SettingName, type Settings } from './table.ts';
