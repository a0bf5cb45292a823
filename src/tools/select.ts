/** Which tools are offered, and why the others are not. */
import { guideNames } from './guide/names.ts';
import { suggest } from '../common/nearest.ts';
import { products } from './toolsets.ts';
import type { Tool } from './tool.ts';

/** What the operator chose. */
export interface Selection {
  /** Empty: every product. */
  readonly products?: readonly string[];
  readonly disabledProducts?: readonly string[];
  /** What the tenant has; null or absent when that is not known. */
  readonly entitled?: readonly string[] | null;
  /** Empty, or with `all`, `default` or `discover` anywhere: every toolset. */
  readonly toolsets?: readonly string[];
  readonly disabledToolsets?: readonly string[];
  /** Patterns of tool names, as in fnmatch: `*`, `?`, `[abc]`, `[!abc]`. */
  readonly disabledTools?: readonly string[];
  /** Offers the write tools that `writeTools` names; neither has an effect alone. */
  readonly writeEnabled?: boolean;
  readonly writeTools?: readonly string[];
}

/** The catalogue, divided by a selection. */
export interface Selected {
  /** In the order of the catalogue. */
  readonly offered: readonly Tool[];
  readonly withheld: readonly { readonly tool: Tool; readonly reason: string }[];
  readonly warnings: readonly string[];
}

type Filter = (tool: Tool) => string | null;

/**
 * Divides the catalogue into what is offered and what is withheld, each withheld tool with one reason: that of the first filter that excludes it, in
 * the order pattern, product, entitlement, toolset, write gate. Warnings name words that match nothing.
 */
export function selectTools(catalogue: readonly Tool[], selection: Selection): Selected {
  const filters = [byPattern(selection), byProduct(selection), byEntitlement(selection), byToolset(selection), byWriteGate(selection)];
  const verdicts = catalogue.map((tool) => ({ tool, reason: firstReason(filters, tool) }));
  return {
    offered: verdicts.filter(({ reason }) => reason === null).map(({ tool }) => tool),
    withheld: verdicts.flatMap(({ tool, reason }) => (reason === null ? [] : [{ tool, reason }])),
    warnings: [...nameWarnings(selection), ...patternWarnings(catalogue, selection), ...gateWarnings(selection)],
  };
}

function firstReason(filters: readonly Filter[], tool: Tool): string | null {
  for (const filter of filters) {
    const reason = filter(tool);
    if (reason !== null) return reason;
  }
  return null;
}

function byPattern({ disabledTools = [] }: Selection): Filter {
  const patterns = disabledTools.map((pattern) => ({ pattern, matches: matcher(pattern) }));
  return ({ name }) => {
    const hit = patterns.find(({ matches }) => matches(name));
    return hit ? `disabled by the pattern "${hit.pattern}"` : null;
  };
}

function byProduct({ products: chosen = [], disabledProducts = [] }: Selection): Filter {
  const [allowed, blocked] = [lowerSet(chosen), lowerSet(disabledProducts)];
  return ({ product }) => {
    if (allowed.size > 0 && !allowed.has(product)) return `the product ${product} is not among the chosen ones`;
    return blocked.has(product) ? `the product ${product} is disabled` : null;
  };
}

function byEntitlement({ entitled }: Selection): Filter {
  return ({ product }) => (!entitled || entitled.includes(product) ? null : `the tenant does not have ${product}, as its token says`);
}

function byToolset({ toolsets: chosen = [], disabledToolsets = [] }: Selection): Filter {
  const [allowed, blocked] = [lowerSet(chosen), lowerSet(disabledToolsets)];
  const isOpen = allowed.size === 0 || everyToolset.some((word) => allowed.has(word));
  return ({ toolset }) => {
    if (!isOpen && !allowed.has(toolset)) return `the toolset ${toolset} is not among the chosen ones`;
    return blocked.has(toolset) ? `the toolset ${toolset} is disabled` : null;
  };
}

/** Each of these offers every toolset. With `discover` a client sees few tools at first, and may call and enable all. */
const everyToolset = ['all', 'default', 'discover'];

function byWriteGate({ writeEnabled = false, writeTools = [] }: Selection): Filter {
  const matchers = writeTools.map(matcher);
  return ({ action, name }) => {
    if (action === 'read') return null;
    if (!writeEnabled) return 'it changes the tenant, and write tools are off';
    return matchers.some((matches) => matches(name)) ? null : 'it changes the tenant, and the list of write tools does not name it';
  };
}

const lowerSet = (words: readonly string[]): ReadonlySet<string> => new Set(words.map((word) => word.trim().toLowerCase()).filter(Boolean));

function nameWarnings({ products: chosen = [], disabledProducts = [], toolsets: sets = [], disabledToolsets = [] }: Selection): string[] {
  const productIds = Object.keys(products);
  const toolsetIds = Object.values(products).flatMap((toolsets) => Object.keys(toolsets));
  return [
    ...unknownIn(chosen, productIds, 'product'),
    ...unknownIn(disabledProducts, productIds, 'disabled product'),
    ...unknownIn(sets, [...toolsetIds, ...everyToolset], 'toolset'),
    ...unknownIn(disabledToolsets, toolsetIds, 'disabled toolset'),
  ];
}

const unknownIn = (words: readonly string[], known: readonly string[], what: string): string[] =>
  [...lowerSet(words)]
    .filter((word) => !known.includes(word))
    .map((word) => `the ${what} "${word}" is unknown${suggest(word, known) || ` and matches nothing`}`);

function patternWarnings(catalogue: readonly Tool[], { disabledTools = [], writeTools = [] }: Selection): string[] {
  const names = [...guideNames, ...catalogue.map(({ name }) => name)];
  const writers = catalogue.filter(({ action }) => action !== 'read').map(({ name }) => name);
  return [...idle(disabledTools, names, 'disabled-tools'), ...idle(writeTools, writers, 'write-tools')];
}

const idle = (patterns: readonly string[], names: readonly string[], what: string): string[] =>
  patterns
    .filter((pattern) => !names.some(matcher(pattern)))
    .map((pattern) => `the ${what} pattern "${pattern}" matches no tool${suggest(pattern, names)}`);

function gateWarnings({ writeEnabled = false, writeTools = [] }: Selection): string[] {
  if (writeEnabled && writeTools.length === 0) return ['write tools are switched on, but no pattern names any: none is offered'];
  if (!writeEnabled && writeTools.length > 0) return ['patterns name write tools, but write tools are switched off: none is offered'];
  return [];
}

/** fnmatch: the whole name, case counts, `*` for anything. An invalid set, such as `[z-a]`, matches nothing. */
export function matcher(pattern: string): (name: string) => boolean {
  const parts = split(pattern);
  return (name) => matchesAll(parts, Array.from(name));
}

/** `*`, or which characters stand in one place. */
type Place = '*' | ((character: string) => boolean);

function split(pattern: string): readonly Place[] {
  const characters = Array.from(pattern);
  const lastClosed = characters.lastIndexOf(']');
  const parts: Place[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] as string;
    // As the first member, `]` is one of the set.
    const first = at + (characters[at + 1] === '!' ? 2 : 1);
    const end = character === '[' && first < lastClosed ? characters.indexOf(']', first + 1) : -1;
    if (end >= 0) {
      parts.push(setOf(characters.slice(first, end), first > at + 1));
      at = end;
    } else if (character === '*') {
      if (parts.at(-1) !== '*') parts.push('*');
    } else parts.push(character === '?' ? () => true : (other) => other === character);
  }
  return parts;
}

function setOf(members: readonly string[], isNegated: boolean): Place {
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const from = members[at] as string;
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    const to = isRange ? (members[at + 2] as string) : from;
    if (codeOf(to) < codeOf(from)) return () => false;
    ranges.push([from, to]);
    if (isRange) at += 2;
  }
  return (character) => ranges.some(([from, to]) => codeOf(from) <= codeOf(character) && codeOf(character) <= codeOf(to)) !== isNegated;
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0;

/** Goes back to the last `*` only: an earlier one cannot do what the last one cannot. */
function matchesAll(parts: readonly Place[], name: readonly string[]): boolean {
  let [part, at, star, retry] = [0, 0, -1, 0];
  while (at < name.length) {
    const place = parts[part];
    if (place === '*') [star, retry] = [part++, at];
    else if (place?.(name[at] as string) === true) [part, at] = [part + 1, at + 1];
    else if (star >= 0) [part, at] = [star + 1, ++retry];
    else return false;
  }
  return parts.slice(part).every((place) => place === '*');
}
