/** What every list tool takes beside its own inputs, and how `all` goes through the pages. */
import { stringifyJson } from '../common/json.ts';
import { flag, optional, text, unsent, type Field, type Fields } from './fields.ts';
import type { ToolInput } from './input.ts';
import { count } from '../common/count.ts';
import { onlySome, Page } from './paging.ts';
import type { Call } from './request.ts';

/** Called after each page. */
export type Tell = (step: { readonly progress: number; readonly total?: number; readonly message: string }) => void;

type Run = (call: Call, input: ToolInput) => Promise<unknown>;

/** The most rows that `all` gets; a caller who needs more has to narrow the list. */
const MOST_PAGES = 100;
const MOST_ROWS = 20_000;

const queryOn = (what: string) => unsent(optional(text(`JMESPath on ${what}.`)));
const onRows = queryOn('the array of rows, such as [?enabled].name');
/** Of a list that the API gives in another form. */
const onAnswer = queryOn('the answer, as it is without query');
const all = unsent(optional(flag('Get every page, not one.')));

export const pageInputs = ['page', 'page_num', 'page_number', 'offset'] as const;
const sizeInputs = ['page_size', 'limit', 'size'];

/** `query`, and `all` where there is a way to further pages. */
export const listInputs = ({ isPage, goesOn }: { isPage: boolean; goesOn: boolean }): Fields => ({
  query: isPage ? onRows : onAnswer,
  ...(goesOn && { all }),
});

export const hasPages = (own: Fields): boolean => pageInputs.some((name) => name in own);

/** The inputs without `query` and `all`, which the tool itself does not see. */
export function ownInput({ query: _query, all: _all, ...own }: ToolInput): ToolInput {
  return own;
}

/** Follows what each page says of the next one. */
export async function followPages(run: Run, call: Call, fields: Fields, input: ToolInput, tell?: Tell): Promise<unknown> {
  const asked = { ...input, ...largest(fields, input) };
  const first = await run(call, asked);
  if (!(first instanceof Page)) return first;
  const gathered = new Gathered(first.items, tell, first.total);
  let page = first;
  while (page.next && !gathered.isFull) {
    const following = await run(call, { ...asked, ...page.next });
    if (!(following instanceof Page) || !gathered.add(following.items)) break;
    page = following;
  }
  const isCut = page.next !== undefined && gathered.isFull;
  const note = isCut ? gathered.note(`with all and ${stringifyJson(page.next)}`) : missing(gathered.rows.length, first, input);
  return first.with({ items: gathered.rows, total: page.total ?? first.total, next: isCut ? page.next : undefined, note });
}

/** The note when the cloud counts more rows than it returned for all pages. */
function missing(rows: number, { total }: Page, input: ToolInput): string | undefined {
  if (total === undefined || rows >= total || pageInputs.some((name) => input[name] !== undefined)) return undefined;
  return `${onlySome(rows, total)}: the API gave no more, though it was asked for the next page. Narrow the list to see others.`;
}

/**
 * For APIs whose lists are bare arrays and take a page, where the tool has no input for it: every such answer that the
 * tool gets is the whole list.
 */
export async function readWholeArrays(run: Run, call: Call, input: ToolInput, size: number, tell?: Tell): Promise<unknown> {
  let note: string | undefined;
  const answer = await run(async (route, parts = {}) => {
    if (!route.startsWith('GET ')) return call(route, parts);
    const ask = (page: number) => call(route, { ...parts, query: { ...parts.query, page, pageSize: size } });
    const first = await ask(1);
    if (!Array.isArray(first)) return first;
    const gathered = new Gathered(first, tell);
    // More rows than were asked for: this list is not split.
    let isMore = first.length === size;
    for (let page = 2; isMore && !gathered.isFull; page += 1) {
      const following = await ask(page);
      if (!Array.isArray(following) || !gathered.add(following)) break;
      isMore = following.length === size;
    }
    if (isMore && gathered.isFull) note = gathered.note();
    return gathered.rows;
  }, input);
  return answer instanceof Page ? answer.with({ next: undefined, note }) : answer;
}

class Gathered {
  readonly rows: unknown[];
  readonly #tell: Tell | undefined;
  readonly #total: number | undefined;
  #latest: string;
  #pages = 1;

  constructor(rows: readonly unknown[], tell?: Tell, total?: number) {
    this.rows = [...rows];
    this.#tell = tell;
    this.#total = total;
    this.#latest = stringifyJson(rows[0]);
    this.#report();
  }

  get isFull(): boolean {
    return this.#pages >= MOST_PAGES || this.rows.length >= MOST_ROWS;
  }

  /** False when the page is not new: empty, or the same again from an API that ignores the page number. */
  add(rows: readonly unknown[]): boolean {
    const beginning = stringifyJson(rows[0]);
    if (rows.length === 0 || beginning === this.#latest) return false;
    this.#latest = beginning;
    for (const row of rows) this.rows.push(row);
    this.#pages += 1;
    this.#report();
    return true;
  }

  note(goOn = ''): string {
    const way = goOn === '' ? 'Narrow the list to see the rest.' : `Continue ${goOn}, or narrow the list.`;
    return `all stopped after ${count(this.#pages, 'page')} with ${count(this.rows.length, 'row')}; the limits are ${MOST_PAGES} pages and ${MOST_ROWS} rows. ${way}`;
  }

  #report(): void {
    const { length } = this.rows;
    const total = this.#total === undefined ? {} : { total: Math.max(this.#total, length) };
    this.#tell?.({ progress: length, ...total, message: `page ${this.#pages}: ${count(length, 'row')} so far` });
  }
}

/** Large pages make few requests. A size that the caller chose is kept. */
function largest(fields: Fields, input: ToolInput): ToolInput {
  const name = sizeInputs.find((size) => size in fields);
  const field: Field | undefined = fields[name ?? ''];
  const most = field?.schema['maximum'];
  const isChosen = input[name ?? ''] !== undefined && input[name ?? ''] !== field?.initial;
  return name === undefined || typeof most !== 'number' || isChosen ? {} : { [name]: most };
}
