/** Finds tools by words. Names weigh most, since they are made of the words that describe the tool best. */
import { services } from '../toolsets.ts';
import type { Tool } from '../tool.ts';

const WEIGHTS = { name: 6, toolset: 3, inputs: 2, about: 1 } as const;
/** A word that begins another counts for less than the word itself. */
const PART = 0.5;

interface Indexed {
  readonly tool: Tool;
  readonly words: Readonly<Record<keyof typeof WEIGHTS, ReadonlySet<string>>>;
}

const indexes = new WeakMap<readonly Tool[], readonly Indexed[]>();

/** Those in which most of the words are found come first, and among them the best. */
export function searchTools(tools: readonly Tool[], query: string, most: number): Tool[] {
  const wanted = [...wordsOf(query)];
  return indexOf(tools)
    .map((entry) => ({ tool: entry.tool, ...judge(entry, wanted) }))
    .filter(({ hits }) => hits > 0)
    .toSorted((one, other) => other.hits - one.hits || other.score - one.score)
    .slice(0, most)
    .map(({ tool }) => tool);
}

function judge({ words }: Indexed, wanted: readonly string[]): { hits: number; score: number } {
  const scores = wanted.map((word) => Math.max(...parts.map((part) => WEIGHTS[part] * closeness(words[part], word))));
  return { hits: scores.filter((score) => score > 0).length, score: scores.reduce((sum, score) => sum + score, 0) };
}

const parts = Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[];

function closeness(words: ReadonlySet<string>, wanted: string): number {
  if (words.has(wanted)) return 1;
  return wanted.length >= 3 && [...words].some((word) => word.startsWith(wanted)) ? PART : 0;
}

function indexOf(tools: readonly Tool[]): readonly Indexed[] {
  const known = indexes.get(tools);
  if (known) return known;
  const index = tools.map((tool) => ({
    tool,
    words: {
      name: wordsOf(tool.name),
      toolset: wordsOf(`${tool.toolset} ${(services[tool.product] as Readonly<Record<string, string>>)[tool.toolset] ?? ''} ${tool.title}`),
      inputs: wordsOf(Object.keys((tool.inputSchema() as { properties?: object }).properties ?? {}).join(' ')),
      about: wordsOf(tool.about),
    },
  }));
  indexes.set(tools, index);
  return index;
}

/** Small letters, without the plural's ending. */
function wordsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return new Set(words.map(singular).filter((word) => !idle.has(word)));
}

const singular = (word: string): string =>
  word.length > 4 && word.endsWith('ies')
    ? `${word.slice(0, -3)}y`
    : word.length > 3 && word.endsWith('s') && !word.endsWith('ss')
      ? word.slice(0, -1)
      : word;

const idle: ReadonlySet<string> = new Set([
  'a',
  'an',
  'and',
  'all',
  'by',
  'for',
  'from',
  'how',
  'in',
  'is',
  'of',
  'on',
  'or',
  'the',
  'to',
  'with',
]);
