/** Names in a `.env` or in the environment that are not settings. */
import { nearest } from '../common/nearest.ts';
import type { Layer } from './layers.ts';
import { MOST_TOLD, type Problem } from './problem.ts';
import { findReserved, reserved } from './reserved.ts';
import { secretFileNames } from './secret-files.ts';
import { rows } from './table.ts';
import { isShowableName } from './words.ts';

/** Variables that control the interpreter or the loader. From a file they would make the process run other code. */
const INTERPRETER_VARIABLES =
  /^(?:NODE_(?!ENV$|EXTRA_CA_CERTS$)|LD_|DYLD_|PYTHON|GCONV_PATH$|GLIBC_TUNABLES$|OPENSSL_|BASH_ENV$|ENV$|PATH$|IFS$|SHELLOPTS$|UV_)/;

/** Variables that this program reads elsewhere and that are not for operators. */
const INTERNAL = ['ZSCALER_MCP_DISABLE_FFI', 'ZSCALER_MCP_HANDOVER', 'ZSCALER_MCP_REHEARSAL'];

interface Meaning {
  /** Whether layers of this kind are ignored for this setting. */
  readonly ignores: (kind: Layer['kind']) => boolean;
}

const settingNames: ReadonlyMap<string, Meaning> = new Map([
  ...rows.flatMap(([, { env, applies, locatesSecrets, aliases = [] }]) => {
    const ignores = (kind: Layer['kind']) =>
      (applies === 'boot' && kind !== 'environment') || (locatesSecrets === true && kind === 'secrets');
    return [env, ...aliases.map((alias) => alias.env)].map((name) => [name, { ignores }] as const);
  }),
  ...[...secretFileNames.keys()].map((name) => [name, { ignores: (kind: Layer['kind']) => kind === 'secrets' }] as const),
]);

/** Whether a secrets manager may set this name. Values that it holds under other names are dropped. */
export const isSetting = (name: string): boolean => settingNames.get(name)?.ignores('secrets') === false;

/** How many of these names are those of settings, or of files that hold one. */
export const countSettings = (names: readonly string[]): number => names.filter((name) => settingNames.has(name)).length;

/** Names of the layers in a sentence. */
const sources: Readonly<Record<Exclude<Layer['kind'], 'flag' | 'environment'>, string>> = { file: 'a file', secrets: 'a secrets manager' };

/** All names to choose suggestions from. */
const suggestions = [...settingNames.keys(), ...reserved.flatMap(({ names }) => names.filter((name) => !name.endsWith('*')))].filter(
  (name) => /^[A-Z]/.test(name),
);

/** Finds names that are unknown, misplaced or dangerous in each layer. Flags are checked where they are parsed. */
export function judgeNames(layers: readonly Layer[]): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  // A suggestion is compared with every setting.
  const describe = (name: string) => unknown(name, warnings.length < MOST_TOLD);
  for (const layer of layers) {
    if (layer.kind === 'flag') continue;
    for (const name of layer.names) {
      const place = layer.place(name);
      if (layer.kind === 'environment') {
        if (isMisspeltSetting(name)) warnings.push({ setting: name, ...place, ...describe(name) });
        continue;
      }
      const shown = isShowableName(name) ? name : null;
      if (INTERPRETER_VARIABLES.test(name)) {
        problems.push({
          setting: shown,
          ...place,
          message: `controls the interpreter or the loader, and must not come from ${sources[layer.kind]}`,
          hint: 'If you need it, set it in the environment that the server is started with.',
        });
      } else if (settingNames.get(name)?.ignores(layer.kind)) {
        warnings.push({
          setting: name,
          ...place,
          message: `has no effect in ${sources[layer.kind]}`,
          hint: 'Give it as a flag, or set it in the environment that the server is started with.',
        });
      } else if (!settingNames.has(name) && !findReserved(name)) {
        warnings.push({ setting: shown, ...place, ...describe(name) });
      }
    }
  }
  return { problems, warnings };
}

/** Judges only names with our prefixes; other variables belong to other programs. */
const isMisspeltSetting = (name: string): boolean =>
  /^(?:ZSCALER|ZCELL)_[A-Z0-9_]{1,60}$/.test(name) && !settingNames.has(name) && !findReserved(name) && !INTERNAL.includes(name);

function unknown(name: string, isSuggesting: boolean): { message: string; hint: string } {
  if (!isShowableName(name))
    return {
      message: 'the name is not a setting, and is not shown because it does not look like one',
      hint: 'Put a value of several lines between quotes.',
    };
  const close = isSuggesting ? nearest(name, suggestions) : null;
  return {
    message: 'is not a setting of this server and has no effect',
    hint: close === null ? 'Remove it; docs/reference/settings.md lists all settings.' : `Did you mean ${close}?`,
  };
}
