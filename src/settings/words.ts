/** Values and names in messages: what may be shown, and how. */
import type { Layer } from './layers.ts';

const MAX_SHOWN = 60;

/** What was given, for a message: never a secret, never what looks like it carries one, nothing that moves a cursor. */
export function showGiven(raw: string, isSecret: boolean): string {
  if (isSecret) return 'something else (not shown: it is a secret)';
  if (raw.includes('@') || raw.includes('-----BEGIN')) return 'something else (not shown: it may hold credentials)';
  const characters = Array.from(raw);
  const shown = characters.length > MAX_SHOWN ? `${characters.slice(0, MAX_SHOWN).join('')}...` : raw;
  return `"${escapeControl(shown)}"`;
}

/** Control, format and line-separator characters as JSON escapes. */
export const escapeControl = (value: string): string =>
  value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);

/** Part of a key that was pasted without quotes can stand where a name should: only what is written like a name is shown. */
export const isShowableName = (name: string): boolean =>
  name.length <= 60 && (/^[A-Z_][A-Z0-9_]*$/.test(name) || /^[a-z_][a-z0-9_]*$/.test(name));

/** Where to correct it. */
export function hintFor(layer: Layer, name: string, flag: string | undefined): string {
  const { file, line } = layer.place(name);
  if (file !== null) return `Correct or remove line ${line} of ${file}.`;
  if (layer.kind === 'flag') return `Correct ${flag ?? 'the flag'}.`;
  if (layer.kind === 'secrets') return `Correct ${name} in the secrets manager.`;
  return `Correct or unset ${name} in the environment that the server is started with.`;
}
