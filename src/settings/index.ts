/** The settings: what can be configured, where values come from, and how a change is applied. */
export { authModeOf, authObstacles, type AuthMode } from './authentication.ts';
export { compareSettings, configDigest, describeValue, isSet } from './compare.ts';
export { parseEnvFile } from './dotenv.ts';
export { envCandidates, findEnvFile, passedOverEnvFile, readEnvFile } from './env-file.ts';
export { describeEnvironment, type EnvQuestion, type EnvSituation } from './env-line.ts';
export { classifyEnvSource, type EnvSourceRecord, type EnvSourceReport } from './env-source.ts';
export { describeSettings, flagLayer, flagOptions } from './flags.ts';
export { isLoopback } from './formats.ts';
export { FileContent } from './file-content.ts';
export type { EnvFileLayer, FlagLayer } from './layers.ts';
export { isSetting } from './names.ts';
export { loadSettings, type Loaded, type SettingsInput } from './load.ts';
export { findReserved, reserved, type Reserved } from './reserved.ts';
export { fileNameOf, type SecretFile } from './secret-files.ts';
export { secretsPlaceOf, type SecretsPlace } from './secrets-place.ts';
export type { Setting } from './setting.ts';
export { rows, table, topics, type Settings } from './table.ts';
export { maskSecrets, secretValues } from './mask.ts';
