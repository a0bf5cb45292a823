/** Takes secrets out of what is about to be written down: by the name they go under, and by their shape. */

const REDACTED = '[redacted]';
/** Deeper than any tool's input; guards the stack. */
const MAX_DEPTH = 24;

const SECRET_NAME =
  /secret|passw|passphrase|token|credential|authorization|cookie|assertion|private|presharedkey|psk$|certblob|pem$|jwt|otp$|(?:^|[a-z])key$/;

/** Says which one it is, and not what it says; whoever reads the record has to know. */
const NO_SECRET_NAME = /(?:credential|token)(?:ids?|type|name)$|^private(?:ip|address)|^softwarekey$/;

/** A copy of `value` in which whatever is named or shaped like a secret reads `[redacted]`. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[nested too deeply]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redactText(key), isSecret(key, item) ? REDACTED : redact(item, depth + 1)]),
  );
}

/** PEM blocks (also cut off ones), JSON web tokens, bearer credentials, passwords in URLs. */
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [^-]+-----[\s\S]*?(?:-----END [^-]+-----|$)/g, REDACTED],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, REDACTED],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@]+@/gi, `$1${REDACTED}@`],
];

export function redactText(text: string): string {
  return SECRET_SHAPES.reduce((rest, [shape, instead]) => rest.replace(shape, instead), text);
}

/** A flag such as `password_required: true` gives nothing away. */
function isSecret(key: string, value: unknown): boolean {
  const name = key.toLowerCase().replaceAll(/[^a-z\d]/g, '');
  return typeof value !== 'boolean' && value !== null && SECRET_NAME.test(name) && !NO_SECRET_NAME.test(name);
}
