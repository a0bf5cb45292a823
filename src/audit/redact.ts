/** Removes secrets from values before they are logged: by the name of a field, and by the shape of a text. */

const REDACTED = '[redacted]';
/** More than the depth of any tool's input; protects the stack. */
const MAX_DEPTH = 24;

const SECRET_NAME =
  /secret|passw|passphrase|token|credential|authorization|cookie|assertion|private|presharedkey|psk$|certblob|pem$|jwt|otp$|(?:^|[a-z])key$/;

/** Names that identify a secret without revealing it; a reader of the log needs them. */
const NO_SECRET_NAME = /(?:credential|token)(?:ids?|type|name)$|^private(?:ip|address)|^softwarekey$/;

/** What of a value is logged: values and characters, which no reader of a log misses beyond. */
const MOST_VALUES = 10_000;
const MOST_CHARACTERS = 100_000;

/** A copy of `value` with `[redacted]` for everything whose field name or shape is that of a secret, of bounded size. */
export const redact = (value: unknown): unknown => new Redaction().of(value, 0);

class Redaction {
  #values = MOST_VALUES;
  #characters = MOST_CHARACTERS;

  of(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= MAX_DEPTH) return '[nested too deeply]';
    return Array.isArray(value) ? this.#list(value, depth) : this.#object(value as Readonly<Record<string, unknown>>, depth);
  }

  #text(text: string): string {
    const shown = redactText(text, Math.max(0, this.#characters));
    this.#characters -= shown.length;
    return shown;
  }

  #list(items: readonly unknown[], depth: number): unknown[] {
    const shown: unknown[] = [];
    for (const item of items) {
      if (this.#isFull()) return [...shown, `[and ${items.length - shown.length} more]`];
      shown.push(this.of(item, depth + 1));
    }
    return shown;
  }

  #object(object: Readonly<Record<string, unknown>>, depth: number): unknown {
    const shown: [string, unknown][] = [];
    for (const key in object) {
      if (!Object.hasOwn(object, key)) continue;
      if (this.#isFull()) {
        shown.push(['...', 'and more']);
        break;
      }
      const item = object[key];
      shown.push([this.#text(key), isSecret(key, item) ? REDACTED : this.of(item, depth + 1)]);
    }
    return Object.fromEntries(shown);
  }

  #isFull(): boolean {
    this.#values -= 1;
    return this.#values < 0 || this.#characters <= 0;
  }
}

/**
 * PEM blocks (truncated ones too), JSON web tokens, bearer credentials, passwords in URLs. The caller chooses the text, so every
 * pattern must run in linear time.
 */
const SHAPES: readonly ((text: string) => string)[] = [
  (text) => text.replaceAll(/-----BEGIN [^-]+-----[\s\S]*?(?:-----END [^-]+-----|$)/g, REDACTED),
  hideTokens,
  (text) => text.replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`),
  (text) => text.replaceAll(/:\/\/[^\s/@]+@/g, `://${REDACTED}@`),
];

/**
 * `text` with `[redacted]` in place of everything that has the shape of a secret, cut to `limit` characters. Linear in its length; of
 * a longer one only the beginning is looked at.
 */
export function redactText(text: string, limit = MOST_CHARACTERS): string {
  const looked = text.length > LOOKED_AT ? wholeWords(text.slice(0, LOOKED_AT)) : text;
  // Cut after that: half of a secret does not look like one.
  const shown = SHAPES.reduce((rest, hide) => hide(rest), looked);
  return looked === text && shown.length <= limit ? shown : `${shown.slice(0, limit)}... (${text.length} characters)`;
}

const LOOKED_AT = 2 * MOST_CHARACTERS;
const LONGEST_WORD = 16_384;

/** Without the last word, of which a part is missing. */
function wholeWords(text: string): string {
  let end = text.length;
  while (end > text.length - LONGEST_WORD && text.charCodeAt(end - 1) > 0x20) end -= 1;
  return text.slice(0, end);
}

const TOKEN = 'eyJ';
const OF_TOKEN = /[\w.-]/;

/** A JSON web token begins with `eyJ` (`{"` in base64url) and has at least a header and a payload of some length. */
function hideTokens(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let found = text.indexOf(TOKEN); found >= 0; found = text.indexOf(TOKEN, copied)) {
    let [start, end] = [found, found + TOKEN.length];
    while (start > copied && OF_TOKEN.test(text.charAt(start - 1))) start -= 1;
    while (end < text.length && OF_TOKEN.test(text.charAt(end))) end += 1;
    parts.push(text.slice(copied, start), hideToken(text.slice(start, end)));
    copied = end;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(copied);
}

function hideToken(dotted: string): string {
  const parts = dotted.split('.');
  const kept: string[] = [];
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] ?? '';
    const start = part.indexOf(TOKEN);
    const isToken = start >= 0 && part.length - start >= 8 && (parts[at + 1]?.length ?? 0) >= 5;
    kept.push(isToken ? part.slice(0, start) + REDACTED : part);
    if (isToken) at += 2;
  }
  return kept.join('.');
}

/** Booleans such as `password_required: true` reveal nothing. */
function isSecret(key: string, value: unknown): boolean {
  const name = key.toLowerCase().replaceAll(/[^a-z\d]/g, '');
  return typeof value !== 'boolean' && value !== null && SECRET_NAME.test(name) && !NO_SECRET_NAME.test(name);
}
