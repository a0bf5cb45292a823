/**
 * Parses a `.env` in the syntax of python-dotenv, so that existing files keep their meaning.
 * A line that python-dotenv skips with a warning is an error here. Differences: docs/decisions/dotenv-dialect.md.
 */
import { interpolate } from './interpolate.ts';

/** The value of a name in a `.env`. */
export interface EnvEntry {
  readonly value: string;
  /** Line number of the name, from 1. */
  readonly line: number;
}

/** A message about a line. It never contains names or values of the file. */
export interface LineProblem {
  readonly line: number;
  readonly message: string;
}

/** The content of a `.env`, and what is wrong with it. */
export interface ParsedEnvFile {
  readonly entries: Map<string, EnvEntry>;
  readonly problems: LineProblem[];
  readonly warnings: LineProblem[];
}

/** Maximum length of a value after interpolation; the same as that of a whole file. */
const MAX_VALUE_CHARS = 1024 * 1024;

/**
 * Parses the bytes of a `.env`. Entries keep the order of the file; of a duplicate name the last one counts.
 * @param boot the environment of the first start, used for `${NAME}` if no earlier line of the file sets that name
 */
export function parseEnvFile(bytes: Uint8Array, boot: Readonly<Record<string, string | undefined>>): ParsedEnvFile {
  const result: ParsedEnvFile = { entries: new Map(), problems: [], warnings: [] };
  const text = decode(bytes, result.problems);
  if (text === null) return result;
  const values = new Map<string, string>();
  const lookUp = (name: string): string | undefined => values.get(name) ?? (Object.hasOwn(boot, name) ? boot[name] : undefined);
  for (const statement of new Reader(text).statements()) {
    const { line } = statement;
    if ('message' in statement) {
      result.problems.push(statement);
      continue;
    }
    const { text: value, unknown } = interpolate(statement.value, lookUp, MAX_VALUE_CHARS);
    if (value === null || value.includes('\0')) {
      result.problems.push({
        line,
        message: value === null ? 'the value exceeds 1 MiB after its ${...} are replaced' : 'the value contains a NUL byte',
      });
      continue;
    }
    const former = result.entries.get(statement.name);
    if (former) result.warnings.push({ line, message: `sets the same name as line ${former.line}; the last one counts` });
    if (unknown) result.warnings.push({ line, message: 'refers to a variable in ${...} that is not set; it is replaced with nothing' });
    values.set(statement.name, value);
    result.entries.delete(statement.name);
    result.entries.set(statement.name, { value, line });
  }
  return result;
}

/** The text without a byte order mark. If it is not UTF-8, reports the problem and returns null. */
function decode(bytes: Uint8Array, problems: LineProblem[]): string | null {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) {
    problems.push({ line: 1, message: 'the file is UTF-16; save it as UTF-8' });
    return null;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    problems.push({ line: firstInvalidLine(bytes), message: 'the line is not UTF-8; save the file as UTF-8' });
    return null;
  }
}

function firstInvalidLine(bytes: Uint8Array): number {
  // An invalid sequence decodes to U+FFFD, which does not encode back to the same bytes.
  const lines = Buffer.from(bytes).toString('latin1').split(NEWLINE);
  const at = lines.findIndex((line) => {
    const raw = Buffer.from(line, 'latin1');
    return !Buffer.from(raw.toString('utf8')).equals(raw);
  });
  return at + 1;
}

const NEWLINE = /\r\n|\n|\r/;
/** What Python's `str.isspace` accepts, without line ends; JavaScript's `\s` differs. */
const BLANK =
  '\t\v\f\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

type Statement = { readonly name: string; readonly value: string; readonly line: number } | LineProblem;

/** A cursor over the text. Every step takes time linear in the characters it passes, so that no file is slow to parse. */
class Reader {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** Yields an assignment or a problem for each statement; comments and empty lines are skipped. */
  *statements(): Generator<Statement> {
    for (;;) {
      this.#skip((char) => BLANK.includes(char) || isLineEnd(char));
      if (this.#at >= this.#text.length) return;
      const line = this.#line;
      const statement = this.#statement(line);
      if (statement !== null) yield statement;
    }
  }

  /** Null for a comment. After a problem the cursor is at the end of that line. */
  #statement(line: number): Statement | null {
    if (this.#peek() === '#') return this.#endLine(line);
    this.#skipExport();
    if (this.#peek() === '#') return this.#endLine(line);
    const name = this.#name();
    if (name === null) return this.#fail(line, 'there is no name before "="');
    this.#skipBlanks();
    if (this.#peek() !== '=') return this.#fail(line, 'the line is not NAME=value');
    this.#move(1);
    const blanks = this.#skipBlanks();
    const value = this.#value(blanks > 0);
    if (value === null) return this.#fail(line, 'the quote is not closed');
    return this.#endLine(line) ?? { name, value, line };
  }

  #skipExport(): void {
    if (!this.#text.startsWith('export', this.#at)) return;
    const next = this.#text[this.#at + 6];
    if (next === undefined || !BLANK.includes(next)) return;
    this.#move(6);
    this.#skipBlanks();
  }

  #name(): string | null {
    const start = this.#at;
    if (this.#peek() !== "'") {
      this.#skip((char) => char !== '=' && char !== '#' && !BLANK.includes(char) && !isLineEnd(char));
      return this.#at === start ? null : this.#text.slice(start, this.#at);
    }
    const end = this.#text.indexOf("'", start + 1);
    if (end <= start + 1) return null;
    this.#move(end + 1 - start);
    return this.#text.slice(start + 1, end);
  }

  #value(afterBlank: boolean): string | null {
    const quote = this.#peek();
    if (quote === "'" || quote === '"') return this.#quoted(quote);
    const start = this.#at;
    this.#skip((char) => !isLineEnd(char));
    return withoutComment(this.#text.slice(start, this.#at), afterBlank);
  }

  /** The text up to the first unescaped quote, or if there is none, up to the last escaped one. */
  #quoted(quote: string): string | null {
    const start = this.#at + 1;
    let lastEscaped = -1;
    for (let at = start; at < this.#text.length; at += 1) {
      const char = this.#text[at];
      if (char === quote) return this.#closeAt(start, at, quote);
      if (char !== '\\') continue;
      const next = this.#text[at + 1];
      if (next === quote) lastEscaped = at + 1;
      if (next === quote || next === '\\') at += 1;
    }
    return lastEscaped < 0 ? null : this.#closeAt(start, lastEscaped, quote);
  }

  #closeAt(start: number, end: number, quote: string): string {
    this.#move(end + 1 - this.#at);
    const escapes = quote === '"' ? /\\([\\'"abfnrtv])/g : /\\([\\'])/g;
    return this.#text.slice(start, end).replace(escapes, (_, letter: string) => ESCAPES[letter] ?? letter);
  }

  /** Skips a comment at the end of the line; returns a problem for any other text. */
  #endLine(line: number): LineProblem | null {
    this.#skipBlanks();
    if (this.#peek() === '#') this.#skip((char) => !isLineEnd(char));
    return this.#at >= this.#text.length || isLineEnd(this.#peek()) ? null : this.#fail(line, 'there is text after the closing quote');
  }

  #fail(line: number, message: string): LineProblem {
    this.#skip((char) => !isLineEnd(char));
    return { line, message };
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #skipBlanks(): number {
    const start = this.#at;
    this.#skip((char) => BLANK.includes(char));
    return this.#at - start;
  }

  #skip(accepts: (char: string) => boolean): void {
    let end = this.#at;
    while (end < this.#text.length && accepts(this.#text[end] ?? '')) end += 1;
    this.#move(end - this.#at);
  }

  #move(count: number): void {
    for (const end = this.#at + count; this.#at < end; this.#at += 1) {
      const char = this.#text[this.#at];
      // CR LF counts once, at its LF.
      if (char === '\n' || (char === '\r' && this.#text[this.#at + 1] !== '\n')) this.#line += 1;
    }
  }
}

const isLineEnd = (char: string): boolean => char === '\n' || char === '\r';

/** Removes a comment: a `#` starts one only after whitespace. */
function withoutComment(part: string, afterBlank: boolean): string {
  if (afterBlank && part.startsWith('#')) return '';
  let end = part.length;
  for (let at = part.indexOf('#', 1); at > 0; at = part.indexOf('#', at + 1)) {
    if (!BLANK.includes(part[at - 1] ?? '')) continue;
    end = at;
    break;
  }
  while (end > 0 && BLANK.includes(part[end - 1] ?? '')) end -= 1;
  return part.slice(0, end);
}
