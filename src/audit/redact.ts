/** Removes secrets from values before they are logged: by the name of a field, and by the shape of a text. */

const REDACTED = '[redacted]';
/** More than the depth of any tool's input; protects the stack. */
const MAX_DEPTH = 24;

const SECRET_NAME =
  /secret|passw|passphrase|token|credential|authorization|cookie|assertion|private|presharedkey|psk$|certblob|pem$|jwt|otp$|(?:^|[a-z])key$/;

/** Names that identify a secret without revealing it; a reader of the log needs them. */
const NO_SECRET_NAME = /(?:credential|token)(?:ids?|type|name)$|^private(?:ip|address)|^softwarekey$/;

/** A copy of `value` with `[redacted]` for everything whose field name or shape is that of a secret. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[nested too deeply]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redactText(key), isSecret(key, item) ? REDACTED : redact(item, depth + 1)]),
  );
}

/**
 * PEM blocks (truncated ones too), JSON web tokens, bearer credentials, passwords in URLs. The caller chooses the text, so every
 * pattern must run in linear time.
 */
const SHAPES: readonly ((text: string) => string)[] = [
  (text) => text.replaceAll(/-----BEGIN [^-]+-----[\s\S]*?(?:-----END [^-]+-----|$)/g, REDACTED),
  (text) => text.replaceAll(/[\w.-]+/g, hideTokens),
  (text) => text.replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`),
  (text) => text.replaceAll(/:\/\/[^\s/@]+@/g, `://${REDACTED}@`),
];

/** `text` with `[redacted]` in place of everything that has the shape of a secret. Linear in its length. */
export const redactText = (text: string): string => SHAPES.reduce((rest, hide) => hide(rest), text);

/** A JSON web token begins with `eyJ` (`{"` in base64url) and has at least a header and a payload of some length. */
function hideTokens(dotted: string): string {
  if (!dotted.includes('eyJ')) return dotted;
  const parts = dotted.split('.');
  const kept: string[] = [];
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] ?? '';
    const start = part.indexOf('eyJ');
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
