/**
 * Finds tools by words. A word counts for more the fewer tools have it, and the closer it is to the name of the tool; what a
 * verb asks for (to look, create, change, delete) decides between the tools of one noun.
 */
import { largest } from '../../common/lists.ts';
import { products } from '../toolsets.ts';
import type { Action, Tool } from '../tool.ts';
import { idle, meanings, verbs } from './words.ts';

const WEIGHTS = { name: 6, toolset: 3, inputs: 2, about: 2 } as const;
/** A word that begins another counts for less than the word itself, and so does one that means the same. */
const PART = 0.5;
/** Of a tool that does what the verb of the question says. */
const FITTING = 1.25;

interface Indexed {
  readonly tool: Tool;
  readonly words: Readonly<Record<keyof typeof WEIGHTS, ReadonlySet<string>>>;
}

interface Index {
  readonly entries: readonly Indexed[];
  /** How many tools have a word somewhere. */
  readonly counts: ReadonlyMap<string, number>;
}

const indexes = new WeakMap<readonly Tool[], Index>();

/** The best come first. */
export function searchTools(tools: readonly Tool[], query: string, most: number): Tool[] {
  const { entries, counts } = indexOf(tools);
  const said = query.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const wanted = [...wordsOf(query)].map((word) => ({ word, alike: alikeOf(word), rarity: rarityOf(word, counts, entries.length) }));
  const actions = new Set(said.flatMap((word) => (Object.hasOwn(verbs, word) ? (verbs[word] ?? []) : [])));
  const score = ({ tool, words }: Indexed): number => {
    const sum = wanted.reduce((total, { word, alike, rarity }) => total + rarity * judge(words, word, alike), 0);
    return sum * (isFitting(tool.action, actions) ? FITTING : 1);
  };
  return entries
    .map((entry) => ({ tool: entry.tool, score: score(entry) }))
    .filter((found) => found.score > 0)
    .toSorted((one, other) => other.score - one.score)
    .slice(0, most)
    .map(({ tool }) => tool);
}

/** Own properties only: `constructor` is a word like any other. */
const alikeOf = (word: string): readonly string[] => (Object.hasOwn(meanings, word) ? (meanings[word] ?? []) : []);

/** A question without a verb is about reading. */
const isFitting = (action: Action, wanted: ReadonlySet<Action>): boolean => (wanted.size === 0 ? action === 'read' : wanted.has(action));

function rarityOf(word: string, counts: ReadonlyMap<string, number>, tools: number): number {
  const alike = [word, ...alikeOf(word)];
  return Math.log(1 + tools / Math.max(1, largest(alike.map((one) => counts.get(one) ?? 0))));
}

function judge(words: Indexed['words'], word: string, alike: readonly string[]): number {
  return largest(parts.map((part) => WEIGHTS[part] * closeness(words[part], word, alike)));
}

const parts = Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[];

function closeness(words: ReadonlySet<string>, wanted: string, alike: readonly string[]): number {
  if (words.has(wanted)) return 1;
  if (alike.some((word) => words.has(word))) return PART;
  return wanted.length >= 3 && [...words].some((word) => word.startsWith(wanted)) ? PART : 0;
}

function indexOf(tools: readonly Tool[]): Index {
  const known = indexes.get(tools);
  if (known) return known;
  const entries = tools.map((tool) => ({
    tool,
    words: {
      name: wordsOf(tool.name),
      toolset: wordsOf(`${tool.toolset} ${(products[tool.product] as Readonly<Record<string, string>>)[tool.toolset] ?? ''} ${tool.title}`),
      inputs: wordsOf(Object.keys((tool.inputSchema() as { properties?: object }).properties ?? {}).join(' ')),
      about: wordsOf(tool.about),
    },
  }));
  const counts = new Map<string, number>();
  for (const { words } of entries)
    for (const word of new Set(parts.flatMap((part) => [...words[part]]))) counts.set(word, (counts.get(word) ?? 0) + 1);
  const index = { entries, counts };
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
