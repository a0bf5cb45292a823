/** Which changes a reload applies, and which wait for a restart. */
import { createHmac } from 'node:crypto';
import { needsFreshStart } from './authentication.ts';
import type { Loaded } from './load.ts';
import { rows, type Settings } from './table.ts';
import { describeValue, isSet } from './words.ts';

/** A setting whose value differs between the running and the next configuration. */
export interface SettingChange {
  /** The environment name. */
  readonly setting: string;
  readonly applies: 'reload' | 'restart';
  /** The old value, for people. For a secret: `unset`, `set`, or `changed` if both sides have one. */
  readonly from: string;
  /** The new value, likewise. */
  readonly to: string;
  readonly secret: boolean;
}

/** The outcome of comparing two configurations. */
export interface Comparison {
  readonly changes: readonly SettingChange[];
  /** The settings in force after a reload: those that wait keep their old value. Frozen. */
  readonly effective: Settings;
}

/** The result of `loadSettings`, or `{ settings: effective }` of an earlier comparison. */
export type WithSettings = Pick<Loaded, 'settings'>;

/**
 * Compares two configurations.
 * @param running the settings in force; changes that still wait are therefore found again at the next reload
 */
export function compareSettings(running: WithSettings, next: WithSettings): Comparison {
  const changed = rows.filter(([name]) => !isSame(running.settings[name], next.settings[name]));
  const waits = ([name, row]: (typeof rows)[number]): boolean =>
    row.applies !== 'reload' || row.waitsWhen?.(running.settings[name], next.settings[name]) === true;
  const waitingGroups = new Set(changed.filter(waits).map(([, { group }]) => group));
  waitingGroups.delete(undefined);
  const isLive = (row: (typeof rows)[number]): boolean => !waits(row) && !waitingGroups.has(row[1].group);
  const applied = () =>
    ({ ...running.settings, ...Object.fromEntries(changed.filter(isLive).map(([name]) => [name, next.settings[name]])) }) as Settings;
  if (needsFreshStart(running.settings, applied())) waitingGroups.add('authentication');
  const effective = applied();
  const changes = changed.map(([name, row]): SettingChange => {
    const secret = row.secret === true;
    const [before, after] = [running.settings[name], next.settings[name]];
    const [from, to] = secret ? describeSecrets(before, after) : describeValues(before, after);
    return { setting: row.env, applies: isLive([name, row]) ? 'reload' : 'restart', from, to, secret };
  });
  return { changes, effective: Object.freeze(effective) };
}

/** Compares as JSON: values are strings, numbers, booleans, lists of strings, and files (by path and digest). */
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const describeSecrets = (from: unknown, to: unknown): readonly [string, string] => {
  const [before, after] = [isSet(from), isSet(to)];
  return before && after ? ['changed', 'changed'] : [before ? 'set' : 'unset', after ? 'set' : 'unset'];
};

function describeValues(from: unknown, to: unknown): readonly [string, string] {
  const [before, after] = [describeValue(from), describeValue(to)];
  return before === after ? [`${before}, as read before`, `${after}, new content`] : [before, after];
}

/**
 * One digest over all settings in force. It is the same in every generation that has the same key and settings.
 * @param key secret and random, so that a short value cannot be found by guessing
 * @returns hexadecimal HMAC-SHA256
 */
export function configDigest({ settings }: WithSettings, key: Uint8Array): string {
  const values = rows.map(([name, { env }]) => [env, settings[name] ?? null] as const).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHmac('sha256', key).update(JSON.stringify(values)).digest('hex');
}
