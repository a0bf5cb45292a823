/**
 * Keeps errors short: those that the SDK writes quote what was sent, and list everything that is wrong with it. Applied where
 * answers leave, since the SDK builds them in several places.
 */
import { parseJson, stringifyJson } from '../common/json.ts';

/** Of an answer in bytes; shorter ones are not looked at. */
const SHORT = 6_000;
const LONGEST_MESSAGE = 2_000;
/** IDs have at most 256 characters. */
const LOOKED_AT = 1_000;
const MAY_BE_ERROR = /"error":\{/;

interface WithError {
  error?: { readonly code: unknown; readonly message: unknown; readonly data?: unknown };
}

/** A message with its error shortened; the same one when it has none, or a short one. */
export function shortenError<Message extends object>(message: Message): Message {
  const { error } = message as WithError;
  if (typeof error !== 'object' || error === null) return message;
  const { code, message: text, data } = error;
  const said = typeof text === 'string' && text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}… (cut)` : text;
  const hasData = data !== undefined && stringifyJson(data).length <= LONGEST_MESSAGE;
  return { ...message, error: { code, message: said, ...(hasData && { data }) } };
}

/** The same for an answer as it is sent: JSON, or an event with JSON in it. */
export function shortenSentError(sent: Buffer): Buffer {
  if (sent.length <= SHORT || !MAY_BE_ERROR.test(sent.toString('latin1', 0, LOOKED_AT))) return sent;
  const text = sent.toString('utf8');
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}') + 1];
  const message = parseJson(text.slice(from, to)) as object;
  return 'error' in message ? Buffer.from(`${text.slice(0, from)}${stringifyJson(shortenError(message))}${text.slice(to)}`) : sent;
}
