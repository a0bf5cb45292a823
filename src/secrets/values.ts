/** Converts a JSON object of settings to text values by name. */
import { parseJson } from '../common/json.ts';
import { unreadable } from './reader.ts';

/** Parses the JSON text of a secret. @param where names the secret in messages @throws ZscalerMcpError ERR_SECRETS_UNREADABLE; does not contain any of the text */
export function parseValues(text: string, where: string): Record<string, string> {
  return textsOf(parse(text, where), where);
}

/** Converts the values of an object to text. Large numbers keep their digits if `parseJson` made the object. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE */
export function textsOf(given: unknown, where: string): Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw notAnObject(where);
  const wrong = Object.entries(given).filter(([, value]) => !isPlain(value));
  if (wrong.length > 0) {
    const names = wrong.map(([name]) => (/^[A-Z][A-Z0-9_]{0,60}$/.test(name) ? name : 'a name that is not shown'));
    throw unreadable(
      `${where} contains lists or objects where text is expected: ${names.join(', ')}`,
      'Each value must be text, a number, true or false.',
    );
  }
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])));
}

/** Hides the message of the parser, which quotes the text. */
function parse(text: string, where: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw notAnObject(where);
  }
}

const notAnObject = (where: string) =>
  unreadable(`${where} is not a JSON object of settings`, 'Expected: {"ZSCALER_CLIENT_ID": "...", "ZSCALER_CLIENT_SECRET": "..."}.');

const isPlain = (value: unknown): boolean => value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
