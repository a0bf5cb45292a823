/** Splits a JMESPath expression into tokens: https://jmespath.org/specification.html#grammar */
import { parseJson, quote } from '../../common/json.ts';
import { Fault } from './fault.ts';

export interface Token {
  /** `name`, `quoted`, `number`, `literal`, `end`, or the punctuation itself. */
  readonly kind: string;
  readonly value?: unknown;
  /** Offset of its first character. */
  readonly at: number;
}

const TOKEN =
  /(?<name>[A-Za-z_]\w*)|(?<number>-?\d+)|(?<quoted>"(?:[^"\\]|\\[^])*")|(?<raw>'(?:[^'\\]|\\[^])*')|(?<literal>`(?:[^`\\]|\\[^])*`)|(?<mark>\[\]|\[\?|\|\||&&|[<>!=]=|[[\](){}.,:@*|&<>!])/y;
const BLANK = /[ \t\r\n]*/y;

/** Tokenizes an expression. @throws Fault */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skipBlank(expression, 0); at < expression.length; at = skipBlank(expression, TOKEN.lastIndex)) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(expression)?.groups;
    if (!found) throw noToken(expression, at);
    tokens.push(toToken(found, at));
  }
  tokens.push({ kind: 'end', at: expression.length });
  return tokens;
}

function skipBlank(expression: string, from: number): number {
  BLANK.lastIndex = from;
  BLANK.test(expression);
  return BLANK.lastIndex;
}

function toToken({ name, number, quoted, raw, literal, mark }: Readonly<Record<string, string | undefined>>, at: number): Token {
  if (name !== undefined) return { kind: 'name', value: name, at };
  if (number !== undefined) return { kind: 'number', value: Number(number), at };
  if (quoted !== undefined) return { kind: 'quoted', value: parseQuoted(quoted, at), at };
  if (raw !== undefined) return { kind: 'literal', value: raw.slice(1, -1).replaceAll(String.raw`\'`, "'"), at };
  if (literal !== undefined) return { kind: 'literal', value: parseLiteral(literal.slice(1, -1).replaceAll('\\`', '`'), at), at };
  return { kind: mark ?? '', at };
}

function parseQuoted(quoted: string, at: number): unknown {
  try {
    return parseJson(quoted);
  } catch {
    throw new Fault('the quoted name is not valid JSON', at);
  }
}

/** A JSON literal; a bare word between backticks is a string, as in the Python implementation. */
function parseLiteral(literal: string, at: number): unknown {
  for (const candidate of [literal, `"${literal.trimStart()}"`]) {
    try {
      return parseJson(candidate);
    } catch {
      // Not JSON: taken as a bare word below.
    }
  }
  throw new Fault('the text between backticks is neither JSON nor a bare word', at);
}

function noToken(expression: string, at: number): Fault {
  const mark = expression[at] ?? '';
  if ('"\'`'.includes(mark)) return new Fault(`${mark} is opened and not closed`, at);
  if (mark === '=') return new Fault('to compare, write ==', at);
  return new Fault(`${quote(String.fromCodePoint(expression.codePointAt(at) ?? 0))} has no meaning here`, at);
}
