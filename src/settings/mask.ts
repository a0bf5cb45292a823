/** Takes the values of secrets out of texts that may hold them: a URL in another setting, a message of the system. */
import { rows, type Settings } from './table.ts';

/** Less would blot out ordinary words. */
const MIN_LENGTH = 4;

/** Every value that must not be seen, as it may stand in a text; the longest first, so that none is left over in part. */
export function secretValues(settings: Settings): readonly string[] {
  return formsOf(rows.flatMap(([name, { secret }]) => (secret ? textsOf(settings[name]) : [])));
}

/** The texts in every form in which they may stand in another. */
export function formsOf(values: readonly string[]): readonly string[] {
  const forms = values
    .flatMap((value) => [value, ...passwordOf(value)])
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
  return [...new Set(forms)].filter(({ length }) => length >= MIN_LENGTH).toSorted((one, other) => other.length - one.length);
}

export const maskSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((clean, secret) => clean.replaceAll(secret, '[redacted]'), text);

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A proxy's may be written alone elsewhere. */
function passwordOf(value: string): readonly string[] {
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
