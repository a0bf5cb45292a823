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

/**
 * PEM blocks (also cut off ones), JSON web tokens, bearer credentials, passwords in URLs. A caller chooses the text, so none of
 * them may look at a character more than a few times.
 */
const SHAPES: readonly ((text: string) => string)[] = [
  (text) => text.replaceAll(/-----BEGIN [^-]+-----[\s\S]*?(?:-----END [^-]+-----|$)/g, REDACTED),
  (text) => text.replaceAll(/[\w.-]+/g, hideTokens),
  (text) => text.replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`),
  (text) => text.replaceAll(/:\/\/[^\s/@]+@/g, `://${REDACTED}@`),
];

export const redactText = (text: string): string => SHAPES.reduce((rest, hide) => hide(rest), text);

/** `eyJ` is how the head of a token begins, `{"` in base64url; at least a head and a body, of some length. */
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

/** A flag such as `password_required: true` gives nothing away. */
function isSecret(key: string, value: unknown): boolean {
  const name = key.toLowerCase().replaceAll(/[^a-z\d]/g, '');
  return typeof value !== 'boolean' && value !== null && SECRET_NAME.test(name) && !NO_SECRET_NAME.test(name);
}
