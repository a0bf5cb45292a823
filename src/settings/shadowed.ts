/** Values that have no effect, because another one for the same setting stands above them. */
import { describeOrigin, originOf, type Said } from './origins.ts';
import type { Problem } from './problem.ts';
import type { Setting } from './setting.ts';
import { describeValue } from './words.ts';

/** A value that has no effect, and the one above it. Holds no secret: of a secret it only says that the values differ. */
export interface Shadowed {
  /** The environment name of the setting. */
  readonly setting: string;
  /** The value without effect, for people; null for a secret. */
  readonly value: string | null;
  /** Where it stands, in words: `/app/.env:3`, `the environment of the start`. */
  readonly from: string;
  /** The value above it; null for a secret. */
  readonly above: string | null;
  /** Where that stands: `--log-level`, `/app/.env:3`. */
  readonly by: string;
  /** What makes the value count. */
  readonly hint: string;
}

/** Null if both layers come to the same value. */
export function compareSaid(row: Setting<unknown>, above: Said, below: Said): Shadowed | null {
  if (isInvalid(above) || (!isInvalid(below) && JSON.stringify(effectOf(row, above)) === JSON.stringify(effectOf(row, below)))) return null;
  return {
    setting: row.env,
    value: row.secret ? null : show(row, below),
    from: placeOf(row, below),
    above: row.secret ? null : show(row, above),
    by: placeOf(row, above),
    hint: hintFor(row, above, below),
  };
}

const isInvalid = ({ word: { isEmpty, value } }: Said): boolean => !isEmpty && value === undefined;

/** An empty value means the default. */
const effectOf = (row: Setting<unknown>, { word }: Said): unknown => word.value ?? row.default;

function show(row: Setting<unknown>, said: Said): string {
  if (said.word.isEmpty) return `nothing (the default: ${describeValue(row.default)})`;
  return isInvalid(said) ? 'a value that is not valid' : describeValue(said.word.value);
}

const placeOf = (row: Setting<unknown>, said: Said): string => describeOrigin(row, originOf(row, said));

function hintFor(row: Setting<unknown>, above: Said, below: Said): string {
  const { file, line } = above.layer.place(above.word.name);
  if (above.layer === below.layer) return 'Remove one of them.';
  if (above.layer.kind === 'flag')
    return `Flags stay as they are until a new start: start the server again without ${placeOf(row, above)}.`;
  if (file !== null && above.layer.isGone) return `To use the value below it, put ${file} back without its line ${line}.`;
  const what = file === null ? `${above.word.name} in ${placeOf(row, above)}` : `line ${line} of ${file}`;
  return `To use the value below it, remove ${what}.`;
}

/** As a warning. */
export function describeShadowed({ setting, value, from, above, by, hint }: Shadowed): Problem {
  const message =
    value === null
      ? `the value in ${from} differs and has no effect: ${by} stands above it`
      : `${value} in ${from} has no effect: ${by} stands above it with ${above}`;
  return { setting, file: null, line: null, message, hint };
}
