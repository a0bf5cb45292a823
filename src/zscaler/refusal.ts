/** Reads error bodies of the cloud. Every product has its own shape; all are listed here. */
import { parseMessage } from '../common/json.ts';

export interface Refusal {
  /** Error code of the product. */
  readonly reason?: string;
  readonly message?: string;
  /** A web page came instead of an answer of the API. */
  readonly isPage?: boolean;
}

/** Longer texts are dumps rather than messages. */
const LONGEST = 500;
/** Characters of an error's body, and of a text in it, that are looked at. */
const LONGEST_BODY = 100_000;

/**
 * Where error code and message are found, most reliable first:
 * OAuth {error, error_description}, ZPA {id, reason, params}, ZIA and ZTW {code, message}, gateway {type, title, status, detail},
 * ZCC {title, errorCode, errorMessage} or {errorMsg}, ZCell {msgId, detail}.
 */
const codes = ['code', 'errorCode', 'id', 'msgId', 'error'];
const words = ['error_description', 'message', 'reason', 'errorMessage', 'errorMsg', 'detail', 'title'];

/** @param secrets masked if the answer quotes them */
export function readRefusal(body: string, contentType: string, secrets: readonly string[] = []): Refusal {
  if (looksLikePage(body, contentType)) return { isPage: true };
  const { reason, message } = read(body);
  return { reason: clean(reason, secrets), message: clean(message, secrets) };
}

/** Errors of a GraphQL answer, which has status 200; null without any. */
export function readGraphqlErrors(answer: unknown): Refusal | null {
  const { errors } = asRecord(answer);
  if (!Array.isArray(errors) || errors.length === 0) return null;
  const first = asRecord(asRecord(errors[0])['extensions']);
  const messages = errors
    .slice(0, MOST_ERRORS)
    .map(sayGraphqlError)
    .filter((message) => message !== undefined);
  return { reason: clean(textOf(first['classification'])), message: clean(messages.join('; ')) };
}

const MOST_ERRORS = 20;

/** `Something went wrong (at SHADOW_IT.apps.entries)`. */
function sayGraphqlError(error: unknown): string | undefined {
  const { message, path } = asRecord(error);
  const said = textOf(message);
  return said !== undefined && Array.isArray(path) && path.length > 0
    ? `${said} (at ${path.slice(0, MOST_ERRORS).map(String).join('.')})`
    : said;
}

const looksLikePage = (body: string, contentType: string): boolean => contentType.includes('html') || /^\s*<(!doctype|html)\b/i.test(body);

function read(body: string): Refusal {
  const parsed = parseErrorBody(body);
  return parsed === undefined ? { message: body } : readFields(parsed);
}

/** The content of an error's body; undefined if it is no JSON, or far more than an error says. */
export function parseErrorBody(body: string): unknown {
  if (body.length > LONGEST_BODY) return undefined;
  try {
    return parseMessage(body);
  } catch {
    return undefined;
  }
}

function readFields(parsed: unknown): Refusal {
  if (typeof parsed === 'string') return { message: parsed };
  const graphql = readGraphqlErrors(parsed);
  if (graphql) return graphql;
  const fields = asRecord(Array.isArray(parsed) ? parsed[0] : parsed);
  const reason = firstText(fields, codes);
  const message = firstText(fields, words);
  const params = Array.isArray(fields['params']) ? fields['params'].map(textOf).filter((text) => text !== undefined) : [];
  return { reason, message: params.length > 0 ? `${message ?? reason ?? ''} (${params.join(', ')})` : message };
}

const firstText = (fields: Record<string, unknown>, names: readonly string[]): string | undefined =>
  names.map((name) => textOf(fields[name])).find((text) => text !== undefined);

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** One line of bounded length, without control characters and secrets. */
function clean(text: string | undefined, secrets: readonly string[] = []): string | undefined {
  if (text === undefined) return undefined;
  const part = text.slice(0, LONGEST_BODY);
  const open = secrets.filter((secret) => secret.length >= 4).reduce((rest, secret) => rest.replaceAll(secret, '[hidden]'), part);
  const line = open.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  if (line === '') return undefined;
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
