/** Lists come a page at a time. A page says how much there is and how to get the rest, so that no row is hidden silently. */
import { count } from '../common/count.ts';
import { quote } from '../common/json.ts';
import { ZscalerMcpError } from '../common/errors.ts';

/** How a product wraps its lists. Facts of the APIs, one record a product. */
export type Paging =
  /** A bare array. Nothing tells whether there is more, except that the page is full. */
  | {
      readonly kind: 'array';
      readonly usualSize: number;
      /** How many rows a page may have, where every list of the product can be asked for by `page` and `pageSize`. */
      readonly mostRows?: number;
    }
  /** An envelope with the number of pages. */
  | {
      readonly kind: 'pages';
      readonly items: string;
      readonly total: string;
      readonly pages: string;
      /** The member of the answer that is the envelope, if not the answer itself. */
      readonly within?: string;
      /** The member of the envelope that holds the counters, if they are not its own. */
      readonly counters?: string;
      /** The number of the first page, 1 unless given. */
      readonly first?: 0;
      /** The input that chooses the page, `page` unless given. */
      readonly input?: string;
    }
  /** An envelope with the total alone, for a list that is asked for by page. */
  | { readonly kind: 'numbered'; readonly items: string; readonly total: string }
  /** An envelope with a word that leads to the next page, under the input `offset`. `items`: the names that the rows go by. */
  | { readonly kind: 'cursor'; readonly items: readonly string[]; readonly next: string }
  /** An envelope with as much as there is to get, up to the input `limit` where there is one. */
  | { readonly kind: 'whole'; readonly items: string; readonly total?: string }
  /** An envelope with the total, and a link whose host and path do not lead anywhere useful; only its offset does. */
  | { readonly kind: 'offset'; readonly items: string; readonly totals: readonly string[]; readonly link: string };

interface PageParts {
  readonly items: readonly unknown[];
  readonly total?: number;
  readonly next?: Readonly<Record<string, number | string>>;
  readonly note?: string;
  readonly envelope?: Readonly<Record<string, unknown>>;
  readonly counters?: readonly string[];
}

/** What a list tool returns: one page of rows, and how to get the next one. */
export class Page {
  /** The rows as the cloud sent them. */
  readonly items: readonly unknown[];
  /** How many rows there are on all pages, when the cloud says so and is not contradicted by the rows. */
  readonly total: number | undefined;
  /** The inputs that get the next page: `{ page: 2 }`, `{ offset: 100 }`. */
  readonly next: Readonly<Record<string, number | string>> | undefined;
  /** One sentence for the caller when there is, or may be, more. */
  readonly note: string | undefined;
  /** Everything the cloud sent around the rows. */
  readonly envelope: Readonly<Record<string, unknown>>;
  /** Members of the envelope that say no more than `total` and `next` do. */
  readonly counters: readonly string[];

  constructor({ items, total, next, note, envelope = {}, counters = [] }: PageParts) {
    this.items = items;
    this.total = total;
    this.next = next;
    this.note = note;
    this.envelope = envelope;
    this.counters = counters;
  }

  /** A copy with some parts replaced. */
  with(parts: Partial<PageParts>): Page {
    const { items, total, next, note, envelope, counters } = this;
    return new Page({ items, total, next, note, envelope, counters, ...parts });
  }
}

/**
 * Reads one page from an answer of the cloud.
 * @param fields the inputs that the tool takes: a bare array has a next page only where `page` is one of them
 * @throws ZscalerMcpError ERR_CLOUD_ANSWER when the answer is not a list
 */
export function readPage(
  paging: Paging,
  answer: unknown,
  input: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>> = {},
): Page {
  const page = readAs(paging, answer, input, fields);
  return page.with({ counters: countersOf(paging, page) });
}

/** A total that contradicts the rows stays in the envelope. */
function countersOf(paging: Paging, { total, envelope }: Page): readonly string[] {
  if (paging.kind === 'cursor') return [paging.next];
  if (paging.kind === 'array' || total === undefined) return [];
  if (paging.kind === 'pages') {
    const known = [paging.total, paging.pages, 'pageNumber', 'pageSize'];
    if (paging.counters === undefined) return known;
    return Object.keys(envelope[paging.counters] ?? {}).every((name) => known.includes(name)) ? [paging.counters] : [];
  }
  if (paging.kind === 'offset') return [...paging.totals, paging.link];
  return paging.total === undefined ? [] : [paging.total];
}

function readAs(
  paging: Paging,
  answer: unknown,
  input: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>>,
): Page {
  if (answer === null) return new Page({ items: [] });
  if (paging.kind === 'array' && 'page' in fields) return readNumbered(paging.usualSize, answer, input);
  if (paging.kind === 'array' || Array.isArray(answer)) return readArray(paging.kind === 'array' ? paging.usualSize : null, answer);
  if (typeof answer !== 'object') throw noList(answer);
  if (paging.kind === 'cursor') return readCursor(paging, answer as Record<string, unknown>, fields);
  const { [paging.items]: found, ...envelope } = unwrap(paging, answer as Record<string, unknown>);
  const items = found ?? [];
  if (!Array.isArray(items)) throw noList(items);
  if (paging.kind === 'numbered') return readCounted(paging, items, envelope, input);
  if (paging.kind === 'whole') return readWhole(paging, items, envelope, input);
  return paging.kind === 'pages' ? readPages(paging, items, envelope, input) : readOffset(paging, items, envelope, input);
}

/** What stands beside the envelope stays beside its members. */
function unwrap(paging: Paging, answer: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (paging.kind !== 'pages' || paging.within === undefined) return answer;
  const { [paging.within]: envelope, ...beside } = answer;
  return { ...beside, ...(envelope as Record<string, unknown> | undefined) };
}

function readArray(usualSize: number | null, answer: unknown): Page {
  if (typeof answer !== 'object') throw noList(answer);
  const items = Array.isArray(answer) ? answer : [answer];
  const note =
    items.length === usualSize
      ? `Exactly ${count(usualSize, 'row')}, a full page of this API: there may be more. Narrow the list to see the rest.`
      : undefined;
  return new Page({ items, note });
}

/** A bare array of a list that is asked for by page: a full page may be followed by another. */
function readNumbered(usualSize: number, answer: unknown, input: Readonly<Record<string, unknown>>): Page {
  if (typeof answer !== 'object') throw noList(answer);
  const items = Array.isArray(answer) ? answer : [answer];
  if (items.length < (numberOf(input['page_size']) ?? usualSize)) return new Page({ items });
  const page = numberOf(input['page']) ?? 1;
  const rows = `page ${page} is full with ${count(items.length, 'row')}`;
  return new Page({
    items,
    next: { page: page + 1 },
    note: `There may be more: ${rows}. Call again with the same inputs and page ${page + 1}; an empty page means that this was the last.`,
  });
}

function readPages(
  paging: Paging & { kind: 'pages' },
  items: unknown[],
  envelope: Record<string, unknown>,
  input: Readonly<Record<string, unknown>>,
): Page {
  const { first = 1, input: name = 'page' } = paging;
  const counters = (paging.counters === undefined ? envelope : (envelope[paging.counters] ?? {})) as Record<string, unknown>;
  const page = numberOf(input[name]) ?? first;
  const pages = numberOf(counters[paging.pages]) ?? 0;
  const total = credible(numberOf(counters[paging.total]), items);
  if (page - first + 1 >= pages) return new Page({ items, total, envelope });
  const here = `page ${page} of ${pages}${first === 0 ? ' (the first is page 0)' : ''}`;
  return new Page({
    items,
    total,
    envelope,
    next: { [name]: page + 1 },
    note: moreNote(items, total, here, `${name} ${page + 1}`),
  });
}

function readOffset(
  paging: Paging & { kind: 'offset' },
  items: unknown[],
  envelope: Record<string, unknown>,
  input: Readonly<Record<string, unknown>>,
): Page {
  const start = numberOf(envelope['pageOffset']) ?? numberOf(input['offset']) ?? 0;
  const end = start + items.length;
  const total = credible(
    paging.totals.map((name) => numberOf(envelope[name])).find((number) => number !== undefined),
    items,
  );
  const offset = offsetOf(envelope[paging.link]) ?? (total !== undefined && items.length > 0 && end < total ? end : undefined);
  if (offset === undefined) return new Page({ items, total, envelope });
  return new Page({
    items,
    total,
    envelope,
    next: { offset },
    note: moreNote(items, total, `rows ${start + 1} to ${end}`, `offset ${offset}`),
  });
}

function readCounted(
  paging: Paging & { kind: 'numbered' },
  items: unknown[],
  envelope: Record<string, unknown>,
  input: Readonly<Record<string, unknown>>,
): Page {
  const page = numberOf(input['page']) ?? 1;
  const total = credible(numberOf(envelope[paging.total]), items);
  const size = numberOf(input['page_size']) ?? items.length;
  if (total === undefined || items.length === 0 || page * size >= total) return new Page({ items, total, envelope });
  return new Page({ items, total, envelope, next: { page: page + 1 }, note: moreNote(items, total, `page ${page}`, `page ${page + 1}`) });
}

function readCursor(paging: Paging & { kind: 'cursor' }, answer: Record<string, unknown>, fields: Readonly<Record<string, unknown>>): Page {
  const name = paging.items.find((candidate) => Array.isArray(answer[candidate]));
  const { [name ?? '']: items, ...envelope } = answer;
  if (!Array.isArray(items)) throw noList(answer);
  const offset = envelope[paging.next];
  if ((typeof offset !== 'string' && typeof offset !== 'number') || offset === '' || items.length === 0)
    return new Page({ items, envelope });
  if (!('offset' in fields))
    return new Page({
      items,
      envelope,
      note: `There is more than ${items.length === 1 ? 'this row' : `these ${items.length} rows`}: narrow the list to see the rest.`,
    });
  const next = { offset: String(offset) };
  return new Page({ items, envelope, next, note: moreNote(items, undefined, 'not all', `offset ${quote(next.offset)}`) });
}

function readWhole(
  paging: Paging & { kind: 'whole' },
  items: unknown[],
  envelope: Record<string, unknown>,
  input: Readonly<Record<string, unknown>>,
): Page {
  const total = credible(numberOf(envelope[paging.total ?? '']), items);
  if (total !== undefined && total > items.length) {
    const note = `${onlySome(items.length, total)}: this tool cannot ask for the rest.`;
    return new Page({ items, total, envelope, note });
  }
  const isFull = items.length > 0 && items.length === numberOf(input['limit']);
  return new Page({
    items,
    total,
    envelope,
    note: isFull ? `Exactly the limit of ${count(items.length, 'row')}: there may be more.` : undefined,
  });
}

/** How many rows there are of all: `These are 2 rows of 9`. */
export const onlySome = (rows: number, total: number): string => `${rows === 1 ? 'This is 1 row' : `These are ${rows} rows`} of ${total}`;

const moreNote = (items: readonly unknown[], total: number | undefined, here: string, next: string): string =>
  `There is more: this is ${here}, ${count(items.length, 'row')}${total === undefined ? '' : ` of ${total}`}. Call again with the same inputs and ${next} for the next ones.`;

/** Some envelopes say 0 beside a row. */
const credible = (total: number | undefined, items: readonly unknown[]): number | undefined =>
  total === undefined || total < items.length ? undefined : total;

/** ZPA writes its counters as text. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

function offsetOf(link: unknown): number | undefined {
  if (typeof link !== 'string' || !URL.canParse(link)) return undefined;
  return numberOf(new URL(link).searchParams.get('offset') ?? undefined);
}

const noList = (answer: unknown): ZscalerMcpError =>
  new ZscalerMcpError(
    'ERR_CLOUD_ANSWER',
    `a list was expected, the API answered with ${typeof answer === 'string' ? 'text' : typeof answer}`,
    {
      hint: 'The API has changed, or something answers in its place; please report it.',
    },
  );
