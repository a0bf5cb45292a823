/** From a JSON object of settings to texts by name. */
import { parseJson } from '../common/json.ts';
import { unreadable } from './reader.ts';

/** @param where the secret, in words. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE, without anything of the text in it */
export function parseValues(text: string, where: string): Record<string, string> {
  return textsOf(parse(text, where), where);
}

/** Digits of large numbers survive if `parseJson` made the object. @throws ZscalerMcpError ERR_SECRETS_UNREADABLE */
export function textsOf(given: unknown, where: string): Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw noObject(where);
  const wrong = Object.entries(given).filter(([, value]) => !isPlain(value));
  if (wrong.length > 0) {
    const names = wrong.map(([name]) => (/^[A-Z][A-Z0-9_]{0,60}$/.test(name) ? name : 'one that is not shown'));
    throw unreadable(
      `${where} holds lists or objects where text is expected: ${names.join(', ')}`,
      'Each value is text, a number, true or false.',
    );
  }
  return Object.fromEntries(Object.entries(given).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])));
}

/** What the parser says quotes the text. */
function parse(text: string, where: string): unknown {
  try {
    return parseJson(text);
  } catch {
    throw noObject(where);
  }
}

const noObject = (where: string) =>
  unreadable(`${where} is no JSON object of settings`, 'Keep it like this: {"ZSCALER_CLIENT_ID": "...", "ZSCALER_CLIENT_SECRET": "..."}.');

const isPlain = (value: unknown): boolean => value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
