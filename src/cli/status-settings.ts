/** What `status` shows of the settings in force: values without effect, and with `--settings` each one with its place. */
import type { RecordedSetting } from '../lifecycle/index.ts';
import { table } from './print.ts';
import type { StatusReport } from './status-report.ts';

/** What was asked for. */
export interface SettingsAsked {
  readonly settings: boolean;
  /** Those at their default, too. */
  readonly all: boolean;
}

/** The settings to show. One at its default is left out, unless something about it must be known. */
export const settingsToShow = (settings: readonly RecordedSetting[], { all }: SettingsAsked): readonly RecordedSetting[] =>
  settings.filter(({ origin, waiting }) => all || origin !== 'default' || waiting !== undefined);

/** Names of the secrets that only a new start can renew. */
export const secretsOfStart = (settings: readonly RecordedSetting[]): readonly string[] =>
  settings
    .filter(({ secret, value, origin, from }) => secret && value === 'set' && origin === 'environment' && !from.includes(', named in '))
    .map(({ setting }) => setting);

/** A value without effect, in words. */
export const describeShadow = ({ setting, value, from, inForce, by, readAt }: StatusReport['shadowed'][number]): string =>
  (inForce === null
    ? `${setting}: the value in ${from} differs and has no effect: ${by} stands above it`
    : `${setting}: ${value} in ${from} has no effect: ${by} stands above it with ${inForce}`) + asRead(readAt);

const asRead = (readAt: string | null): string => (readAt === null ? '' : ` (as read at ${readAt.replace(/\.\d+Z$/, 'Z')})`);

/** Whether a value comes from the start, and is as it was then: from a flag or the environment. */
export const isFixed = (from: string): boolean => from.startsWith('-') || from.startsWith('the environment of the start');

/** A line for each setting, and below it what is shadowed, ignored or waiting. @param readAt when the files were last read */
export function settingLines(settings: readonly RecordedSetting[], readAt: string): string[] {
  const heads = table(settings.map(({ setting, value, from }) => [setting, value, from]));
  return settings.flatMap(({ waiting, shadowed = [], ignored }, at) => [
    heads[at] ?? '',
    ...shadowed.map(({ value, from }) => `    shadowed: ${value ?? 'another value'} in ${from}${asRead(isFixed(from) ? null : readAt)}`),
    ...(waiting
      ? [`    waits for zscaler-mcp restart: ${waiting.value}, from ${waiting.from}${asRead(isFixed(waiting.from) ? null : readAt)}`]
      : []),
    ...(ignored === undefined ? [] : [`    has no effect: ${ignored}`]),
  ]);
}
