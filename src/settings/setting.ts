/** Constructors for rows of the table. A row defines the names of a setting, its type, its default and how a change is applied. */
import { ZscalerMcpError } from '../common/errors.ts';

/** How a change is applied. `reload`: by a reload. `restart`: by a restart. `boot`: never; read from flags and the first environment only. */
export type Applies = 'reload' | 'restart' | 'boot';

/** Files that were read before, by path: `FileContent`. */
export type FilesRead = ReadonlyMap<string, unknown>;

/** One row of the table. */
export interface Setting<T> {
  /** The environment name, which messages use too. */
  readonly env: string;
  readonly flag?: `--${string}`;
  readonly short?: string;
  /** If absent, a setting without a value is undefined. */
  readonly default?: T;
  readonly applies: Applies;
  /** What the setting does, for help and the reference page: at most about 110 characters. */
  readonly about: string;
  /** Its value is never shown, and it has no flag. `NAME_FILE` may name a file that holds it. */
  readonly secret?: true;
  /** Locates a secrets manager, and so cannot be stored in one. */
  readonly locatesSecrets?: true;
  /** Changes of one group are applied together: if one waits for a restart, all do. */
  readonly group?: string;
  /** Whether this change waits for a restart although a reload applies others, for example because it weakens a protection. */
  waitsWhen?(from: T | undefined, to: T | undefined): boolean;
  /** Other names for the same setting; within a layer the setting's own name takes precedence. */
  readonly aliases?: readonly Alias[];
  /** The values it takes, for help and messages: "a whole number from 0 to 65535". */
  readonly takes: string;
  /** All possible values, if they can be listed. */
  readonly values?: readonly string[];
  /** The flag takes no value; its presence means true. */
  readonly isSwitch?: true;
  /** @throws ZscalerMcpError ERR_SETTINGS_INVALID: says what was expected, never what was given */
  parse(raw: string, files?: FilesRead): T;
}

/** Another name for a setting. */
export interface Alias {
  readonly env: string;
  readonly flag?: `--${string}`;
  readonly about?: string;
  readonly isSwitch?: true;
  /** Converts the value to one of the setting; undefined if it has no effect. @throws ZscalerMcpError ERR_SETTINGS_INVALID */
  translate?(raw: string): string | undefined;
}

/** Settings by their name in code. */
export type Table = Readonly<Record<string, Setting<unknown>>>;

/** The typed values of a table of settings; those without a default may be undefined. */
export type Values<T extends Table> = {
  readonly [Name in keyof T]: T[Name] extends { default: unknown }
    ? ReturnType<T[Name]['parse']>
    : ReturnType<T[Name]['parse']> | undefined;
};

/** The part of a setting that its row states; the constructors add the rest. */
export type Row<T> = Omit<Setting<T>, 'parse' | 'takes' | 'values' | 'isSwitch'>;

/** An error that says what was expected. The caller adds the given value unless it is a secret. */
export const wanted = (what: string, hint?: string): ZscalerMcpError =>
  new ZscalerMcpError('ERR_SETTINGS_INVALID', `expected ${what}`, { hint });

/** A setting with a text value. `check` returns the value to keep, or throws `wanted(...)`. */
export const text = <const R extends Row<string>>(row: R, takes = 'text', check: (raw: string) => string = plainText) => ({
  ...row,
  takes,
  parse: check,
});

/** A setting with one of the listed values. @param synonyms other words for some of the values, in lower case */
export const choice = <const V extends readonly string[], const R extends Row<V[number]>>(
  values: V,
  row: R,
  synonyms: Readonly<Record<string, V[number]>> = {},
) => {
  const takes = `one of ${values.join(', ')}`;
  const parse = (raw: string): V[number] => {
    const word = raw.toLowerCase();
    const found = values.find((value) => value === word) ?? (Object.hasOwn(synonyms, word) ? synonyms[word] : undefined);
    if (found === undefined) throw wanted(takes);
    return found;
  };
  return { ...row, takes, values, parse };
};

/** A setting that is true or false. */
export const flag = <const R extends Row<boolean>>(row: R) => ({
  ...row,
  takes: 'true or false',
  isSwitch: true as const,
  parse: parseFlag,
});

/** A setting that is a whole number within bounds. */
export const integer = <const R extends Row<number> & { min: number; max: number; hint?: string }>(row: R) => {
  const takes = `a whole number from ${row.min} to ${row.max}`;
  const parse = (raw: string): number => {
    const value = /^[+-]?\d{1,15}$/.test(raw) ? Number(raw) : Number.NaN;
    if (!(value >= row.min && value <= row.max)) throw wanted(takes, row.hint);
    return value;
  };
  return { ...row, takes, parse };
};

/** A comma-separated list; items are trimmed and empty ones dropped. `check` returns the item to keep, or throws `wanted(...)`. */
export const list = <const R extends Row<readonly string[]>>(
  row: R,
  takes = 'a comma-separated list',
  check: (item: string) => string = plainItem,
) => ({
  ...row,
  takes,
  parse: (raw: string): readonly string[] =>
    Object.freeze(
      raw
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '')
        .map(check),
    ),
});

/** Parses a boolean: true, 1, yes, on; false, 0, no, off. @throws ZscalerMcpError ERR_SETTINGS_INVALID */
export function parseFlag(raw: string): boolean {
  if (/^(?:1|true|yes|on)$/i.test(raw)) return true;
  if (/^(?:0|false|no|off)$/i.test(raw)) return false;
  throw wanted('true or false');
}

/** Accepts text without control characters. */
export function plainText(raw: string): string {
  if (hasControl(raw)) throw wanted('text on one line, without control characters');
  return raw;
}

function plainItem(item: string): string {
  if (hasControl(item) || /\s/.test(item)) throw wanted('a comma-separated list, without whitespace inside an item');
  return item;
}

/** Whether a text has control characters, which must not reach headers, logs and terminals. */
export const hasControl = (value: string): boolean => /\p{Cc}/u.test(value);
