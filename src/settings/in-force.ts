/** The settings in force as `status --settings` shows them: value, where it came from, what it hides, what waits. */
import { whyIgnored } from './ignored.ts';
import type { Origins } from './layers.ts';
import type { Loaded } from './load.ts';
import { maskSecrets, secretValues } from './mask.ts';
import { describeOrigin } from './origins.ts';
import type { Setting } from './setting.ts';
import { rows, type Settings } from './table.ts';
import { describeValue, isSet } from './words.ts';

/** A setting in force. Of a secret it only says whether it is set. */
export interface SettingInForce {
  readonly setting: string;
  readonly value: string;
  /** Its value is not shown. */
  readonly secret?: true;
  /** The layer: flag, file, secrets, environment or default. */
  readonly origin: string;
  /** Where it came from, in words. */
  readonly from: string;
  /** Another value that a restart would put in force. */
  readonly waiting?: { readonly value: string; readonly from: string };
  /** Values without effect, because this one stands above them; null for those of a secret. */
  readonly shadowed?: readonly { readonly value: string | null; readonly from: string }[];
  /** Why the setting has no effect. */
  readonly ignored?: string;
}

/**
 * Describes every setting.
 * @param settings in force, and where their values came from
 * @param read what was read last, of which some may wait for a restart
 */
export function describeInForce(
  { settings, origins }: { readonly settings: Settings; readonly origins: Origins },
  read: Pick<Loaded, 'settings' | 'origins' | 'shadowed'>,
): readonly SettingInForce[] {
  const secrets = [...secretValues(settings), ...secretValues(read.settings)];
  const mask = (text: string) => maskSecrets(text, secrets);
  return rows.map(([name, row]): SettingInForce => {
    const { env } = row;
    const { origin } = origins[env] ?? { origin: 'default' };
    const isWaiting = JSON.stringify(settings[name]) !== JSON.stringify(read.settings[name]);
    const shadowed = read.shadowed.filter(({ setting }) => setting === env).map(({ value, from }) => ({ value, from }));
    const ignored = origin === 'default' ? null : whyIgnored(name, settings);
    return {
      setting: env,
      value: mask(show(row, settings[name])),
      ...(row.secret && { secret: row.secret }),
      origin,
      from: mask(describeOrigin(row, origins[env] ?? { origin: 'default' })),
      ...(isWaiting && {
        waiting: {
          value: mask(row.secret ? 'another value' : show(row, read.settings[name])),
          from: mask(describeOrigin(row, read.origins[env] ?? { origin: 'default' })),
        },
      }),
      ...(shadowed.length > 0 && { shadowed }),
      ...(ignored !== null && { ignored }),
    };
  });
}

const show = (row: Setting<unknown>, value: unknown): string => (row.secret ? (isSet(value) ? 'set' : 'unset') : describeValue(value));
