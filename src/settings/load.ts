/** Reads every setting from the highest layer that sets it, and collects all problems instead of stopping at the first. */
import { append } from '../common/lists.ts';
import { messageOf, ZscalerMcpError } from '../common/errors.ts';
import { checkTogether, type Findings, type Known } from './checks.ts';
import { layersOf, type EnvFileLayer, type Layer, type LayerSources, type Origin, type Origins } from './layers.ts';
import { formsOf, maskSecrets, secretValues } from './mask.ts';
import { judgeNames } from './names.ts';
import { originOf, type Said } from './origins.ts';
import { few, type Problem } from './problem.ts';
import { describeReference, FILE_URL, findReference, hintForFileUrl, hintForReference, isFileUrl } from './references.ts';
import { judgeReserved } from './reserved.ts';
import { fileNameOf, mayName, readSecretFile, readSecretFiles, type SecretFiles } from './secret-files.ts';
import type { FilesRead, Setting } from './setting.ts';
import { compareSaid, type Shadowed } from './shadowed.ts';
import { rows, type Settings } from './table.ts';
import { hintFor, showGiven } from './words.ts';

/** What the settings are read from. */
export interface SettingsInput extends LayerSources {
  /** Secret files read earlier; if absent, the files that the layers name are read. */
  readonly secretFiles?: SecretFiles;
  /** Files that settings name, read earlier; one that is not among them is read. */
  readonly namedFiles?: FilesRead;
  /** True if a layer is still missing; rules over several settings are then skipped. */
  readonly isPartial?: boolean;
  /** Names in the catalogue; if absent, names of products and toolsets are not checked. */
  readonly known?: Known;
}

/** The outcome of reading all settings. */
export interface Loaded {
  /** Frozen. A setting with a problem has its default. */
  readonly settings: Settings;
  readonly origins: Origins;
  /** The secret files as they were read, so that they need not be read again. Contains secrets. */
  readonly secretFiles: SecretFiles;
  /** If there are any, the configuration must not be used. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Values without effect, because a layer above has another one. Not among the warnings. */
  readonly shadowed: readonly Shadowed[];
}

/** Reads every setting. Never throws: errors in the input are listed in `problems`. */
export function loadSettings(input: SettingsInput): Loaded {
  const layers = layersOf(input);
  const secretFiles = input.secretFiles ?? readSecretFiles(layers);
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const shadowed: Shadowed[] = [];
  for (const [name, row] of rows) {
    const resolved = resolve(row, layers, { secretFiles, namedFiles: input.namedFiles });
    values[name] = resolved.value;
    origins[row.env] = resolved.origin;
    append(problems, resolved.problems);
    append(warnings, resolved.warnings);
    append(shadowed, resolved.shadowed);
  }
  const settings = Object.freeze(values) as unknown as Settings;
  const findings = [
    ofLines(input.envFile),
    judgeNames(layers),
    judgeReserved(layers, settings.transport),
    ...(input.isPartial ? [] : [withoutConsequences(checkTogether(settings, origins, input.known), problems)]),
  ];
  for (const finding of findings) {
    append(problems, finding.problems);
    append(warnings, finding.warnings);
  }
  const secrets = [...formsOf(rawSecrets(layers, secretFiles)), ...secretValues(settings)];
  const mask = (problem: Problem) => ({ ...problem, message: maskSecrets(problem.message, secrets) });
  return Object.freeze({
    settings,
    origins: Object.freeze(origins),
    secretFiles,
    problems: few(inOrder(problems), 'problem').map(mask),
    warnings: few(inOrder(warnings), 'warning').map(mask),
    shadowed: shadowed.map((each) => maskShadowed(each, secrets)),
  });
}

/** A value that is not a secret may still contain one. */
const SECRETS = new Set(rows.filter(([, { secret }]) => secret).map(([, { env }]) => env));

/** Leaves out what only seems wrong because the value of another setting was refused, which counts as not set. */
function withoutConsequences({ problems, warnings }: Findings, refusals: readonly Problem[]): Findings {
  const refused = new Set(refusals.flatMap(({ setting }) => (setting === null ? [] : [setting, setting.replace(/_FILE$/, '')])));
  const names = (text: string): string[] => text.split(/[^A-Z0-9_]+/).filter((name) => refused.has(name));
  const isOwn = ({ setting, message, hint }: Problem) =>
    !refused.has(setting ?? '') && names(message).length === 0 && !names(hint).some((name) => SECRETS.has(name));
  return { problems: problems.filter(isOwn), warnings: warnings.filter(isOwn) };
}

const maskShadowed = (shadowed: Shadowed, secrets: readonly string[]): Shadowed =>
  Object.fromEntries(
    Object.entries(shadowed).map(([key, text]: [string, string | null]) => [key, text && maskSecrets(text, secrets)]),
  ) as unknown as Shadowed;

/** The secrets as written in the layers, including rejected and overridden ones: a message about another setting may quote one. */
function rawSecrets(layers: readonly Layer[], secretFiles: SecretFiles): string[] {
  const names = rows.flatMap(([, { env, secret, aliases = [] }]) => (secret ? [env, ...aliases.map((alias) => alias.env)] : []));
  const texts = [...names.flatMap((name) => layers.map((layer) => layer.get(name))), ...[...secretFiles.values()].map(({ text }) => text)];
  return texts.flatMap((text) => (text ? [text, ...text.split(',').map((part) => part.trim())] : []));
}

/** What was read before. */
interface Files {
  readonly secretFiles: SecretFiles;
  readonly namedFiles: FilesRead | undefined;
}

interface Resolved extends Pick<Loaded, 'problems' | 'warnings' | 'shadowed'> {
  readonly value: unknown;
  readonly origin: Origin;
}

/** Takes the value from the highest layer that has the setting. An empty value resets it to its default and hides lower layers. */
function resolve(row: Setting<unknown>, layers: readonly Layer[], files: Files): Resolved {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const below: Said[] = [];
  let decided: { word: Word; layer: Layer } | null = null;
  for (const layer of layers) {
    if (row.applies === 'boot' && layer.kind !== 'flag' && layer.kind !== 'environment') continue;
    if (row.locatesSecrets && layer.kind === 'secrets') continue;
    const word = wordOf(row, layer, files);
    if (word === null) continue;
    // An invalid line of the file is reported even if a flag overrides it.
    if (decided === null || layer.kind === 'file') append(problems, word.problems);
    if (decided === null) append(warnings, word.warnings);
    append(below, decided ? [{ word, layer }] : word.overruled.map((other) => ({ word: other, layer })));
    decided ??= { word, layer };
  }
  if (decided === null) return { value: row.default, origin: { origin: 'default' }, problems, warnings, shadowed: [] };
  const above = decided;
  const shadowed = below.map((said) => compareSaid(row, above, said)).filter((each) => each !== null);
  return { value: above.word.value ?? row.default, origin: originOf(row, above), problems, warnings, shadowed };
}

/** What one layer says about one setting under one of its names. */
type Word = Said['word'] & {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
};

/**
 * What a layer says about a setting under any of its names; null if nothing. The setting's own name takes precedence over
 * aliases, and a value over an empty one.
 */
function wordOf(row: Setting<unknown>, layer: Layer, files: Files): (Word & { readonly overruled: readonly Word[] }) | null {
  const own = [judge(row, { env: row.env, flag: row.flag }, layer, files), judgeFile(row, layer, files.secretFiles)];
  const words = [...own, ...(row.aliases ?? []).map((name) => judge(row, name, layer, files))].filter((word) => word !== null);
  const twice = own.every((each) => each?.isEmpty === false) ? [saidTwice(row, layer)] : [];
  const said = words.filter(({ isEmpty }) => !isEmpty);
  const word = said[0] ?? words[0];
  if (!word) return null;
  const overruled = said.filter((other) => other !== word && other !== own[1] && other.problems.length === 0);
  return { ...word, overruled, problems: [...words.flatMap(({ problems }) => problems), ...twice] };
}

interface Name {
  readonly env: string;
  readonly flag?: string | undefined;
  translate?(raw: string): string | undefined;
}

function judge(row: Setting<unknown>, name: Name, layer: Layer, { namedFiles }: Files): Word | null {
  const { env, flag } = name;
  const raw = layer.get(env);
  if (raw === undefined) return null;
  const nothing = { name: env, value: undefined, problems: [], warnings: [] };
  if (raw === '') return { ...nothing, isEmpty: true };
  if (row.secret && isFileUrl(raw)) {
    const hint = hintForFileUrl(fileNameOf(row.env), layer, env);
    return { ...nothing, isEmpty: false, problems: [{ setting: env, ...layer.place(env), message: FILE_URL, hint }] };
  }
  const reference = row.locatesSecrets && !row.secret ? null : findReference(raw, row);
  if (reference !== null) {
    const hint = hintForReference(reference, env, layer);
    return { ...nothing, isEmpty: false, problems: [{ setting: env, ...layer.place(env), message: describeReference(reference), hint }] };
  }
  try {
    const translated = name.translate ? name.translate(raw) : raw;
    const warnings = isQuoted(raw, layer) ? [quoted(env, layer)] : [];
    return translated === undefined ? null : { ...nothing, isEmpty: false, value: row.parse(translated, namedFiles), warnings };
  } catch (error) {
    const ofError = error instanceof ZscalerMcpError ? error.hint : undefined;
    const hint = isQuoted(raw, layer) ? WITHOUT_QUOTES : (ofError ?? hintFor(layer, env, flag));
    const problem = { setting: env, ...layer.place(env), message: `${messageOf(error)}, got ${showGiven(raw, row.secret === true)}`, hint };
    return { ...nothing, isEmpty: false, problems: [problem] };
  }
}

/** Whether an environment variable is quoted by mistake: Docker's --env-file and some unit files and manifests keep the quotes. */
const isQuoted = (raw: string, { kind }: Layer): boolean => kind === 'environment' && /^(["'])[^]*\1$/.test(raw) && raw.length > 1;

const WITHOUT_QUOTES =
  'Remove the quotes: in the environment (docker run --env-file, a unit, a manifest) they are part of the value. Or use the file as a .env.';

const quoted = (setting: string, layer: Layer): Problem => ({
  setting,
  ...layer.place(setting),
  message: 'begins and ends with a quote, which is part of the value',
  hint: WITHOUT_QUOTES,
});

/** The value in the secret file that the layer names; null if it names none or the setting is not a secret. */
function judgeFile(row: Setting<unknown>, layer: Layer, secretFiles: SecretFiles): Word | null {
  const env = fileNameOf(row.env);
  const path = row.secret && mayName(layer) ? layer.get(env) : undefined;
  if (path === undefined) return null;
  const nothing = { name: env, value: undefined, problems: [], warnings: [] };
  if (path === '') return { ...nothing, isEmpty: true };
  const { text, complaint, openMode } = secretFiles.get(path) ?? readSecretFile(path);
  // The path itself may be a secret given by mistake, so it is shown only as the complaint shows it.
  if (text === null)
    return { ...nothing, isEmpty: false, problems: [{ setting: env, ...layer.place(env), message: '', hint: '', ...complaint }] };
  const said = {
    ...nothing,
    isEmpty: false,
    secretFile: path,
    warnings: openMode === undefined ? [] : [writableByAll(path, openMode, env, layer)],
  };
  if (isFileUrl(text)) {
    const hint = `Write the value itself into ${path}, or set ${env} to the path of the file that holds it.`;
    return { ...said, problems: [{ setting: env, ...layer.place(env), message: FILE_URL, hint }] };
  }
  const reference = findReference(text, row);
  if (reference !== null) {
    const hint = hintForReference(reference, env, layer, path);
    return { ...said, problems: [{ setting: env, ...layer.place(env), message: describeReference(reference), hint }] };
  }
  try {
    return { ...said, value: row.parse(text) };
  } catch (error) {
    const hint = (error instanceof ZscalerMcpError ? error.hint : undefined) ?? `Correct the content of ${path}.`;
    const message = `${messageOf(error)} in ${path}, got ${showGiven(text, true)}`;
    return { ...said, problems: [{ setting: env, ...layer.place(env), message, hint }] };
  }
}

const writableByAll = (path: string, mode: string, setting: string, layer: Layer): Problem => ({
  setting,
  ...layer.place(setting),
  message: `names ${path}, which is writable by every user (mode ${mode})`,
  hint: `Run chmod o-w ${path}.`,
});

function saidTwice({ env }: Setting<unknown>, layer: Layer): Problem {
  const name = fileNameOf(env);
  return {
    setting: name,
    ...layer.place(name),
    message: `is set in addition to ${env}: only one of them can apply`,
    hint: 'Remove one of them.',
  };
}

function ofLines(envFile: EnvFileLayer | null): { problems: Problem[]; warnings: Problem[] } {
  if (!envFile) return { problems: [], warnings: [] };
  const { path: file, problems, warnings = [] } = envFile;
  return {
    problems: problems.map(({ line, message }) => ({ setting: null, file, line, message, hint: `Correct line ${line}.` })),
    warnings: warnings.map(({ line, message }) => ({ setting: null, file, line, message, hint: `Check line ${line}.` })),
  };
}

/** Sorted by line; problems outside a file come last. */
const inOrder = (problems: readonly Problem[]): readonly Problem[] =>
  Object.freeze(problems.toSorted((one, other) => (one.line ?? Infinity) - (other.line ?? Infinity) || 0));
