/** Removes the values of secrets from texts that may contain them, such as a URL in another setting or an error message of the system. */
import { rows, type Settings } from './table.ts';

/** In characters. Masking shorter values would remove ordinary words. */
const MIN_LENGTH = 4;

/** Every secret value in each form it can take in a text. Longest first, so that a secret that contains another is masked whole. */
export function secretValues(settings: Settings): readonly string[] {
  return formsOf(rows.flatMap(([name, { secret }]) => (secret ? textsOf(settings[name]) : [])));
}

/** The values in every form they can take in a text: plain, in JSON, URL-encoded, and the password of a URL alone. Longest first. */
export function formsOf(values: readonly string[]): readonly string[] {
  const forms = values
    .flatMap((value) => [value, ...passwordOf(value)])
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
  return [...new Set(forms)].filter(({ length }) => length >= MIN_LENGTH).toSorted((one, other) => other.length - one.length);
}

/** What is kept of secrets that were replaced: some dozen rotations of all of them, and never more memory than this. */
const MOST_FORMER = 256;
const MOST_FORMER_CHARACTERS = 262_144;

/**
 * Secrets that are not in force any more, newest first. A client, the cloud or a call in flight may still echo one, so it stays masked.
 * @param earlier the result of the last time
 */
export function formerSecrets(earlier: readonly string[], before: readonly string[], after: readonly string[]): readonly string[] {
  const current = new Set(after);
  const former = [...new Set([...before, ...earlier])].filter((secret) => !current.has(secret)).slice(0, MOST_FORMER);
  let characters = 0;
  return former.filter(({ length }) => (characters += length) <= MOST_FORMER_CHARACTERS);
}

/** The text with every occurrence of a secret replaced by `[redacted]`. */
export const maskSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((clean, secret) => clean.replaceAll(secret, '[redacted]'), text);

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The password in a URL, such as that of a proxy, which may appear without the URL. */
export function passwordOf(value: string): readonly string[] {
  const { password } = URL.parse(value) ?? { password: '' };
  return password === '' ? [] : [password, safelyDecoded(password)];
}

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
