/** The regular expressions of `src/`, and texts made to slow each of them down. */
import { RegExpParser, type AST } from '@eslint-community/regexpp';
import { isNode, lineOf, walk, type Node, type SourceFile } from './source-files.ts';

export interface Expression {
  /** File and line. */
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** The literals of a file. */
export function literalsOf({ path, text, body }: SourceFile): Expression[] {
  const found: Expression[] = [];
  for (const statement of body)
    walk(statement, (node) => {
      const regex = node['regex'] as { readonly pattern: string; readonly flags: string } | undefined;
      if (regex) found.push({ place: `${path}:${lineOf(text, node.start)}`, source: regex.pattern, flags: regex.flags });
    });
  return found;
}

/** How many expressions a file puts together: calls of `RegExp`, and texts given to methods that would make one of them. */
export function countConstructions({ body }: SourceFile): number {
  let found = 0;
  for (const statement of body) walk(statement, (node) => void (found += Number(isConstruction(node))));
  return found;
}

const BECOME_EXPRESSIONS = ['match', 'matchAll', 'search'];

function isConstruction(node: Node): boolean {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return false;
  const callee = node['callee'];
  if (!isNode(callee)) return false;
  const [first] = node['arguments'] as readonly Node[];
  const method = callee.type === 'MemberExpression' ? (callee['property'] as Node)['name'] : undefined;
  const isText = first?.type === 'TemplateLiteral' || (first?.type === 'Literal' && typeof first['value'] === 'string');
  return callee['name'] === 'RegExp' || (isText && BECOME_EXPRESSIONS.includes(String(method)));
}

/** A beginning, what is repeated after it, and an end that does not match. */
export interface Attack {
  readonly before: string;
  readonly pump: string;
  readonly after: string;
}

/** Texts of which one takes more than linear time if the expression can: made from its own characters, loops and alternatives. */
export function attacksOn({ source, flags }: Expression): Attack[] {
  const sampler = new Sampler(flags);
  const pattern = new RegExpParser().parsePattern(source, 0, source.length, {
    unicode: flags.includes('u'),
    unicodeSets: flags.includes('v'),
  });
  const letters = sampler.lettersOf(pattern);
  const pumps = new Map<string, string>();
  const add = (before: string, pump: string) => pump !== '' && pumps.set(`${before}\0${pump}`, before);
  eachPart(pattern, (part, before) => {
    const head = before.map((element) => sampler.textOf(element)).join('');
    for (const text of sampler.variantsOf(part)) for (const start of ['', head]) add(start, text);
  });
  for (const one of letters) for (const other of letters) add('', one === other ? one : one + other);
  return [...pumps].flatMap(([key, before]) => {
    const pump = key.slice(before.length + 1);
    return ['', '!', '\nx', '\0', ...letters.slice(0, 2)].map((after) => ({ before, pump, after }));
  });
}

/** Visits every loop, group and alternative with what stands before it. */
function eachPart(node: AST.Node, visit: (part: AST.Node, before: readonly AST.Node[]) => void, before: readonly AST.Node[] = []): void {
  visit(node, before);
  if ('alternatives' in node) for (const alternative of node.alternatives) eachPart(alternative, visit, before);
  if (node.type === 'Quantifier') eachPart(node.element, visit, before);
  if (node.type !== 'Alternative') return;
  for (const [at, element] of node.elements.entries()) eachPart(element, visit, [...before, ...node.elements.slice(0, at)]);
}

const ALPHABET = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).concat(
  Array.from('éк\u202E\u200D\uFE0F\u2028葛⟦👩🏴\u{E0067}'),
);
const MOST_LETTERS = 9;

/** Texts that parts of an expression match. */
class Sampler {
  readonly #flags: string;

  constructor(flags: string) {
    this.#flags = flags.replaceAll(/[gy]/g, '');
  }

  textOf(node: AST.Node): string {
    return this.variantsOf(node)[0] ?? '';
  }

  /** At most a few. */
  variantsOf(node: AST.Node): readonly string[] {
    switch (node.type) {
      case 'Character':
        return [String.fromCodePoint(node.value)];
      case 'CharacterSet':
      case 'CharacterClass':
      case 'ExpressionCharacterClass':
        return this.#membersOf(node.raw);
      case 'Quantifier':
        return this.variantsOf(node.element).map((text) => text.repeat(Math.max(1, Math.min(node.min, 200))));
      case 'Alternative':
        return [node.elements.map((element) => this.textOf(element)).join('')];
      case 'Pattern':
      case 'Group':
      case 'CapturingGroup':
        return node.alternatives.flatMap((alternative) => this.variantsOf(alternative)).slice(0, 4);
      case 'Assertion':
        return 'alternatives' in node && !node.negate ? node.alternatives.flatMap((one) => this.variantsOf(one)).slice(0, 2) : [''];
      default:
        return [''];
    }
  }

  /** The first, the last and one between of the characters that match. */
  #membersOf(raw: string): string[] {
    const expression = new RegExp(`^(?:${raw})$`, this.#flags);
    const found = ALPHABET.filter((character) => expression.test(character));
    const plain = found.filter((character) => /[\w ]/.test(character));
    return [...new Set([plain[0], found[0], found.at(-1)].filter((character) => character !== undefined))];
  }

  /** Characters that the expression distinguishes. */
  lettersOf(pattern: AST.Pattern): string[] {
    const found = new Set<string>();
    eachPart(pattern, (part) => {
      if (part.type === 'Character') found.add(this.textOf(part));
      if (part.type === 'CharacterSet' || part.type === 'CharacterClass') for (const text of this.variantsOf(part)) found.add(text);
    });
    return [...found].filter((text) => text !== '').slice(0, MOST_LETTERS);
  }
}
