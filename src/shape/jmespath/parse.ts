/** Compiles a JMESPath expression into a function, by operator precedence: https://jmespath.org/specification.html#grammar */
import { Fault, STEPS_A_LIST, STEPS_A_MEMBER } from './fault.ts';
import { findFunction } from './functions.ts';
import { both, chain, comparison, either, flatten, index, itself, project, projectValues, select, slice } from './steps.ts';
import { tokenize, type Token } from './tokens.ts';
import { isTrue, Reference, type Step } from './values.ts';

/** Left binding power of each token; any other token ends an expression. */
const binding: Readonly<Record<string, number>> = {
  '|': 1,
  '||': 2,
  '&&': 3,
  '==': 5,
  '!=': 5,
  '<': 5,
  '<=': 5,
  '>': 5,
  '>=': 5,
  '[]': 9,
  '[?': 21,
  '.': 40,
  '[': 55,
};
/** Least binding power of what continues a projection. */
const GOES_ON = 10;
const [STAR, NOT] = [20, 45];

/** Compiles an expression. @throws Fault */
export function parse(expression: string): Step {
  return new Parser(tokenize(expression)).whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Step {
    const step = this.#expression(0);
    this.#expect('end');
    return step;
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #take(): Token {
    const token = this.#next;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  #takeIf(kind: string): boolean {
    if (this.#next.kind !== kind) return false;
    this.#take();
    return true;
  }

  #expect(kind: string): Token {
    if (this.#next.kind !== kind) throw unexpected(this.#next, kind === 'end' ? 'the end' : kind);
    return this.#take();
  }

  #expression(power: number): Step {
    let left = this.#beginning();
    while ((binding[this.#next.kind] ?? 0) > power) left = this.#continuation(left);
    return left;
  }

  #beginning(): Step {
    const token = this.#take();
    switch (token.kind) {
      case 'name':
        return this.#next.kind === '(' ? this.#call(token) : select(token.value as string);
      case 'quoted':
        return select(token.value as string);
      case 'literal':
        return () => token.value;
      case '@':
        return itself;
      case '*':
        return projectValues(itself, this.#rest(STAR));
      case '[]':
        return project(flatten(itself), this.#rest(binding['[]']));
      case '[?':
        return this.#filter(itself);
      case '[':
        return this.#bracket();
      case '{':
        return this.#record();
      case '!': {
        const operand = this.#expression(NOT);
        return (value, work) => {
          work.spend(1);
          return !isTrue(operand(value, work), work);
        };
      }
      case '(': {
        const inner = this.#expression(0);
        this.#expect(')');
        return inner;
      }
      case '&':
        throw new Fault('& makes an argument of a function such as sort_by(@, &name) and has no meaning elsewhere', token.at);
      default:
        throw unexpected(token, 'a name, a literal or one of @ * [ { ( !');
    }
  }

  #continuation(left: Step): Step {
    const { kind } = this.#take();
    switch (kind) {
      case '.':
        return this.#takeIf('*') ? projectValues(left, this.#rest(binding['.'])) : chain(left, this.#afterDot(binding['.']));
      case '|':
        return chain(left, this.#expression(binding['|'] ?? 0));
      case '||':
        return either(left, this.#expression(binding['||'] ?? 0));
      case '&&':
        return both(left, this.#expression(binding['&&'] ?? 0));
      case '[]':
        return project(flatten(left), this.#rest(binding['[]']));
      case '[?':
        return this.#filter(left);
      case '[':
        if (this.#next.kind !== '*') return this.#indexOrSlice(left);
        this.#take();
        this.#expect(']');
        return project(left, this.#rest(STAR));
      default:
        return comparison(kind, left, this.#expression(binding[kind] ?? 0));
    }
  }

  /** The expression applied to every item of a projection. */
  #rest(power = 0): Step {
    const { kind } = this.#next;
    if ((binding[kind] ?? 0) < GOES_ON) return itself;
    return this.#takeIf('.') ? this.#afterDot(power) : this.#expression(power);
  }

  /** A multiselect ends a projection, as in the Python implementation: `[*].{n: name}[0]` is the first of the results. */
  #afterDot(power = 0): Step {
    const { kind, at } = this.#next;
    if (kind === 'name' || kind === 'quoted' || kind === '*') return this.#expression(power);
    if (this.#takeIf('{')) return this.#record();
    if (kind !== '[') throw unexpected(this.#next, 'a name, * [ or { after the dot');
    this.#take();
    if (['number', ':'].includes(this.#next.kind)) throw new Fault('an index takes no dot: name[0]', at);
    return this.#list();
  }

  /** A leading `[`: an index, a projection or a multiselect list. */
  #bracket(): Step {
    const { kind } = this.#next;
    if (kind === 'number' || kind === ':') return this.#indexOrSlice(itself);
    if (kind !== '*' || this.#tokens[this.#at + 1]?.kind !== ']') return this.#list();
    this.#take();
    this.#take();
    return project(itself, this.#rest(STAR));
  }

  #list(): Step {
    const items = this.#series(']', () => this.#expression(0));
    return (value, work) => {
      work.spend(STEPS_A_LIST + items.length);
      return value === null || value === undefined ? null : items.map((item) => item(value, work) ?? null);
    };
  }

  #record(): Step {
    const members = this.#series('}', () => {
      const key = this.#take();
      if (key.kind !== 'name' && key.kind !== 'quoted') throw unexpected(key, 'a name');
      this.#expect(':');
      return [key.value as string, this.#expression(0)] as const;
    });
    return (value, work) => {
      work.spend((1 + members.length) * STEPS_A_MEMBER);
      return value === null || value === undefined
        ? null
        : Object.fromEntries(members.map(([key, step]) => [key, step(value, work) ?? null]));
    };
  }

  #call({ value: name, at }: Token): Step {
    this.#expect('(');
    const args = this.#takeIf(')') ? [] : this.#series(')', () => (this.#takeIf('&') ? this.#reference() : this.#expression(0)));
    const called = findFunction(name as string, args.length, at);
    return (value, work) =>
      called(
        args.map((arg) => arg(value, work) ?? null),
        work,
      );
  }

  #reference(): Step {
    const reference = new Reference(this.#expression(0));
    return () => reference;
  }

  #series<T>(end: string, read: () => T): T[] {
    const items = [read()];
    while (this.#takeIf(',')) items.push(read());
    if (this.#next.kind !== end) throw unexpected(this.#next, `, or ${end}`);
    this.#take();
    return items;
  }

  #filter(left: Step): Step {
    const test = this.#expression(0);
    this.#expect(']');
    return project(left, this.#rest(binding['[?']), test);
  }

  #indexOrSlice(left: Step): Step {
    const { at } = this.#next;
    const bounds: (number | undefined)[] = [];
    do bounds.push(this.#next.kind === 'number' ? (this.#take().value as number) : undefined);
    while (bounds.length < 3 && this.#takeIf(':'));
    this.#expect(']');
    const [start, stop, by = 1] = bounds;
    if (by === 0) throw new Fault('the step of a slice must not be 0', at);
    if (bounds.length > 1) return project(slice(left, { start, stop, by }), this.#rest(STAR));
    if (start === undefined) throw new Fault('an index must be a number', at);
    return index(left, start);
  }
}

function unexpected({ kind, value, at }: Token, wanted: string): Fault {
  if (kind === 'end') return new Fault(`it ends where ${wanted} was expected`, at);
  const found = kind === 'name' || kind === 'number' ? String(value) : kind;
  return new Fault(`expected ${wanted}, found ${found}`, at);
}
