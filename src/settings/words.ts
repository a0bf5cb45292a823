/** How values and names appear in messages, and which are not shown. */
import { escapeInvisible } from '../common/invisible.ts';
import { FileContent } from './file-content.ts';
import type { Layer } from './layers.ts';

const MAX_SHOWN = 60;

/** The given value for a message: quoted, shortened and escaped. A value that is or may contain a secret is not shown. */
export function showGiven(raw: string, isSecret: boolean): string {
  if (isSecret) return 'something else (not shown: it is a secret)';
  if (raw.includes('@') || raw.includes('-----BEGIN')) return 'something else (not shown: it may hold credentials)';
  const characters = Array.from(raw);
  const shown = characters.length > MAX_SHOWN ? `${characters.slice(0, MAX_SHOWN).join('')}...` : raw;
  return `"${escapeControl(shown)}"`;
}

/** The text for a value that is not a secret, with control characters escaped. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'unset';
  if (value instanceof FileContent) return escapeControl(value.path);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : escapeControl(value.join(','));
  return value === '' ? '""' : escapeControl(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Whether a setting has a value: not undefined and not an empty list. */
export const isSet = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

/** Control characters, line separators and what cannot be seen as JSON escapes. */
export const escapeControl = (value: string): string => escapeInvisible(value);

/** Whether a name may be shown: it looks like one. A key pasted without quotes can end up where a name should be. */
export const isShowableName = (name: string): boolean =>
  name.length <= 60 && (/^[A-Z_][A-Z0-9_]*$/.test(name) || /^[a-z_][a-z0-9_]*$/.test(name));

/** A hint that says where to correct the value of a setting. */
export function hintFor(layer: Layer, name: string, flag: string | undefined): string {
  const { file, line } = layer.place(name);
  if (file !== null && layer.isGone) return `Put ${file} back, with its line ${line} corrected or removed.`;
  if (file !== null) return `Correct or remove line ${line} of ${file}.`;
  if (layer.kind === 'flag') return `Correct ${flag ?? 'the flag'}.`;
  if (layer.kind === 'secrets') return `Correct ${name} in the secrets manager.`;
  return `Correct or unset ${name} in the environment that the server is started with.`;
}
