/** What an operator must know of a configuration that was read for a reload or restart, beside the settings that have changed. */
import { count } from '../common/count.ts';
import { describeProblem } from '../common/problem.ts';
import {
  countSettings,
  describeLoosening,
  describeModeChange,
  describeShadowed,
  isSet,
  maskSecrets,
  ownPlaceKind,
  rows,
  secretValues,
  whyIgnored,
  type PlaceKind,
} from '../settings/index.ts';
import type { Configuration, ConfigurationCandidate, SavedConfiguration } from './configuration.ts';

/** Remarks on a candidate. */
export interface Remarks {
  readonly warnings: readonly string[];
  /** Settings that were edited, and of which the edit has no effect. */
  readonly withoutEffect: readonly string[];
}

/** What a candidate is read for. */
export interface Purpose {
  readonly kind: 'reload' | 'restart';
  /** Only to be told: nothing comes into force. */
  readonly dryRun: boolean;
  /** The demo tenant stands in for the cloud. */
  readonly demo: boolean;
}

/** Remarks on a valid candidate, compared with what is in force. */
export function remarksOn(running: Configuration, candidate: ConfigurationCandidate, { kind, dryRun, demo }: Purpose): Remarks {
  const { nextSettings } = candidate;
  const secrets = [...secretValues(running.settings), ...secretValues(nextSettings)];
  const warnings = [
    ...emptied(running.saved.layer, candidate.config.layer),
    ...loosened(running, candidate, { kind, dryRun }),
    ...ignored(running, candidate, demo),
    ...candidate.shadowed.map(describeShadowed).map(describeProblem),
    ...fixed(candidate),
  ];
  return { warnings: warnings.map((text) => maskSecrets(text, secrets)), withoutEffect: editedInVain(running, candidate) };
}

type Layer = SavedConfiguration['layer'];

/** A `.env` that set something and sets nothing any more, or the one that is read instead of it. */
function emptied(before: Layer, after: Layer): string[] {
  const [had, has] = [before, after].map((layer) => countSettings(layer?.entries.map(([name]) => name) ?? [])) as [number, number];
  if (before === null || after === null || had === 0 || has > 0) return [];
  const whose =
    after.path === before.path
      ? `${after.path} sets nothing any more`
      : `${after.path} sets nothing, and is read instead of ${before.path}`;
  return [`${whose}: ${count(had, 'setting')} of it ${had === 1 ? 'falls' : 'fall'} back to the layers below, or to the default`];
}

/** What the operation itself loosens, or would, and what a restart after it would. */
function loosened(
  { settings }: Configuration,
  { effective, nextSettings }: ConfigurationCandidate,
  { kind, dryRun }: Pick<Purpose, 'kind' | 'dryRun'>,
): string[] {
  const next = kind === 'restart' ? nextSettings : effective;
  const now = describeLoosening(settings, next);
  const later = describeLoosening(settings, nextSettings).filter((clause) => !now.includes(clause));
  const mode = describeModeChange(settings, next);
  const laterMode = mode === null ? describeModeChange(settings, nextSettings) : null;
  return [
    ...now.map((clause) => `less protection${dryRun ? ` after a ${kind}` : ''}: ${clause}`),
    ...later.map((clause) => `less protection after a restart: ${clause}`),
    ...(mode === null ? [] : [dryRun ? `after a ${kind}: ${mode}` : mode]),
    ...(laterMode === null ? [] : [`after a restart: ${laterMode}`]),
  ];
}

/** Settings without effect beside the others: changed ones, and those that had an effect before. */
function ignored(
  { settings }: Configuration,
  { changes, nextSettings, origins, warnings }: ConfigurationCandidate,
  demo: boolean,
): string[] {
  const changed = new Set(changes.map(({ setting }) => setting));
  return rows
    .filter(([, { env }]) => (origins[env]?.origin ?? 'default') !== 'default')
    .filter(([name, { env }]) => changed.has(env) || (changes.length > 0 && whyIgnored(name, settings) === null))
    .flatMap(([name, { env, group }]) => {
      const reason = demo && group === 'tenant' ? 'the demo tenant is served (--demo)' : whyIgnored(name, nextSettings);
      // Some have a warning of their own at each load.
      const isTold = warnings.some((warning) => warning.includes(`${env}: `));
      return reason === null || isTold ? [] : [`${env}: has no effect: ${reason}`];
    });
}

/** Secrets that nothing but a new start can renew, where an operator may have rotated them in vain. */
function fixed({ changes, nextSettings, origins }: ConfigurationCandidate): string[] {
  if (changes.length > 0) return [];
  const names = rows
    .filter(([name, { secret }]) => secret && isSet(nextSettings[name]))
    .map(([, { env }]) => env)
    .filter((env) => origins[env]?.origin === 'environment' && origins[env].secretFile === undefined);
  if (names.length === 0) return [];
  return [
    `${names.join(', ')}: from the environment of the start, which reload and restart do not read again. After a rotation ${NEW_START[ownPlaceKind()]}`,
  ];
}

const WITH_TOOL = 'start the server again with the tool that sets them (op run, dotenvx run, ...), or with the new values';

/** What renews the environment of a start, by the place that the server runs in. */
const NEW_START: Readonly<Record<PlaceKind, string>> = {
  host: WITH_TOOL,
  windows: WITH_TOOL,
  container: 'recreate the container with the new values',
  pod: 'apply the manifest or Secret that sets them, then kubectl rollout restart',
};

/** Settings of the `.env` or the secrets manager with another text than before, and no effect. */
function editedInVain(running: Configuration, { config, shadowed, changes }: ConfigurationCandidate): string[] {
  const [before, after] = [textsOf(running.saved), textsOf(config)];
  const changed = new Set(changes.map(({ setting }) => setting));
  const edited = rows.filter(([, { env, aliases = [] }]) =>
    [env, `${env}_FILE`, ...aliases.map((alias) => alias.env)].some((name) => before.get(name) !== after.get(name)),
  );
  const names = new Set(shadowed.map(({ setting }) => setting));
  return edited.map(([, { env }]) => env).filter((env) => names.has(env) && !changed.has(env));
}

/** Both layers in one text each: only whether it is the same as before counts. */
function textsOf({ layer, secrets }: SavedConfiguration): ReadonlyMap<string, string> {
  const ofFile = new Map(layer?.entries.map(([name, value]) => [name, value] as const) ?? []);
  const ofManager = new Map(secrets?.manager?.values ?? []);
  return new Map([...ofFile.keys(), ...ofManager.keys()].map((name) => [name, JSON.stringify([ofFile.get(name), ofManager.get(name)])]));
}
