/** The vocabulary of the table: one row per setting says its name everywhere, its type, its default and what a change needs. */
import { ZscalerMcpError } from '../common/errors.ts';

/** `reload`: a reload applies it. `restart`: it waits for one. `boot`: flag or first environment only, never from a file. */
export type Applies = 'reload' | 'restart' | 'boot';

/** One row of the table. */
export interface Setting<T> {
  /** The environment name; every message calls the setting by it. */
  readonly env: string;
  readonly flag?: `--${string}`;
  readonly short?: string;
  /** Absent: without a value the setting is undefined. */
  readonly default?: T;
  readonly applies: Applies;
  readonly about: string;
  /** Its value never appears anywhere, and it has no flag. A file may hold it: `NAME_FILE` says where. */
  readonly secret?: true;
  /** It leads to a secrets manager, so it cannot be kept there. */
  readonly locatesSecrets?: true;
  /** Settings of one group apply whole or wait whole. */
  readonly group?: string;
  /** A change that a reload does not apply although it applies others, such as one that loosens a protection. */
  waitsWhen?(from: T | undefined, to: T | undefined): boolean;
  /** Other names for the same setting; in one layer the setting's own name wins. */
  readonly aliases?: readonly Alias[];
  /** What a value looks like, for help and messages: "a whole number from 0 to 65535". */
  readonly takes: string;
  /** All values that there are, where they can be listed. */
  readonly values?: readonly string[];
  /** The flag takes no value; its presence means true. */
  readonly isSwitch?: true;
  /** @throws ZscalerMcpError ERR_SETTINGS_INVALID: says what was wanted, never what was given */
  parse(raw: string): T;
}

export interface Alias {
  readonly env: string;
  readonly flag?: `--${string}`;
  readonly about?: string;
  readonly isSwitch?: true;
  /** What it says in the words of the setting itself; undefined when it says nothing. @throws ZscalerMcpError ERR_SETTINGS_INVALID */
  translate?(raw: string): string | undefined;
}

export type Table = Readonly<Record<string, Setting<unknown>>>;

/** The typed values of a table of settings; those without a default may be undefined. */
export type Values<T extends Table> = {
  readonly [Name in keyof T]: T[Name] extends { default: unknown }
    ? ReturnType<T[Name]['parse']>
    : ReturnType<T[Name]['parse']> | undefined;
};

export type Row<T> = Omit<Setting<T>, 'parse' | 'takes' | 'values' | 'isSwitch'>;

/** An error whose message says what was wanted; whoever knows the value adds it unless it is a secret. */
export const wanted = (what: string, hint?: string): ZscalerMcpError =>
  new ZscalerMcpError('ERR_SETTINGS_INVALID', `expected ${what}`, { hint });

/** Text that `check` accepts; it returns the value to keep, or throws `wanted(...)`. */
export const text = <const R extends Row<string>>(row: R, takes = 'text', check: (raw: string) => string = plainText) => ({
  ...row,
  takes,
  parse: check,
});

/** @param synonyms other words for some of the values, in lower case */
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

export const flag = <const R extends Row<boolean>>(row: R) => ({
  ...row,
  takes: 'true or false',
  isSwitch: true as const,
  parse: parseFlag,
});

export const integer = <const R extends Row<number> & { min: number; max: number; hint?: string }>(row: R) => {
  const takes = `a whole number from ${row.min} to ${row.max}`;
  const parse = (raw: string): number => {
    const value = /^[+-]?\d{1,15}$/.test(raw) ? Number(raw) : Number.NaN;
    if (!(value >= row.min && value <= row.max)) throw wanted(takes, row.hint);
    return value;
  };
  return { ...row, takes, parse };
};

/** Comma-separated; blanks around items and empty items do not count. `check` keeps or refuses one item. */
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

/** The words for yes and no that are in use. @throws ZscalerMcpError ERR_SETTINGS_INVALID */
export function parseFlag(raw: string): boolean {
  if (/^(?:1|true|yes|on)$/i.test(raw)) return true;
  if (/^(?:0|false|no|off)$/i.test(raw)) return false;
  throw wanted('true or false');
}

export function plainText(raw: string): string {
  if (hasControl(raw)) throw wanted('text on one line, without control characters');
  return raw;
}

function plainItem(item: string): string {
  if (hasControl(item) || /\s/.test(item)) throw wanted('a list separated by commas, without blanks inside an item');
  return item;
}

/** Control characters end up in headers, logs and terminals. */
export const hasControl = (value: string): boolean => /\p{Cc}/u.test(value);
