/** The text of an answer: flat rows as CSV, everything else as JSON, cut to the budget with a note on what is missing. */
import { quote, stringifyJson } from '../common/json.ts';
import { advise, beginningOf, bytesOf, sizeOf, type Budget } from './budget.ts';
import { toCsv } from './csv.ts';
import { isListing, type Rows } from './listing.ts';
import { describeKind, Omitted } from './omitted.ts';

/** Formats an answer; the result never exceeds `budget`. */
export function writeText(value: unknown, budget: Budget): string {
  if (isListing(value)) return writeRows(value, budget, frameJson);
  if (Array.isArray(value)) return writeRows({ items: value as unknown[] }, budget, frameArray);
  if (typeof value === 'object' && value !== null && Object.values(value).some((member) => member instanceof Omitted))
    return cutObject(value, budget);
  const text = typeof value === 'string' ? value : stringifyJson(value);
  if (budget.whole?.bytes === undefined && sizeOf(text) <= bytesOf(budget)) return text;
  return typeof value === 'object' && value !== null ? cutObject(value, budget) : cutText(text, budget);
}

type Around = Omit<Rows, 'items'>;
type Frame = (around: Around, lines: readonly string[]) => string;

/** Rows laid out one per line, and how to frame them. */
interface Layout {
  readonly lines: readonly string[];
  readonly frame: Frame;
}

function writeRows({ items, ...around }: Rows, budget: Budget, frame: Frame): string {
  const layout = layOut(items, frame);
  const whole = layout.frame(around, layout.lines);
  return budget.whole?.rows === undefined && sizeOf(whole) <= bytesOf(budget) ? whole : cutRows(items, around, layout, budget);
}

function layOut(items: readonly unknown[], frame: Frame): Layout {
  const table = toCsv(items);
  if (!table) return { lines: items.map((item) => stringifyJson(item)), frame };
  const [names = '', ...lines] = table;
  return { lines, frame: (around, rows) => frameCsv(around, [names, ...rows]) };
}

/** A bare list stays a bare list unless there is a note to add. */
const frameArray: Frame = (around, lines) => (Object.keys(around).length > 0 ? frameJson(around, lines) : arrayOf(lines));

const arrayOf = (lines: readonly string[]): string => (lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n]`);

function frameJson({ envelope, ...before }: Around, lines: readonly string[]): string {
  const start = Object.entries(before).map(([name, value]) => `${quote(name)}:${stringifyJson(value)},`);
  return `{${start.join('')}"items":${arrayOf(lines)}${envelope ? `,"envelope":${stringifyJson(envelope)}` : ''}}`;
}

function frameCsv(around: Around, lines: readonly string[]): string {
  const start = Object.entries(around).map(([name, value]) => `${name}: ${typeof value === 'string' ? value : stringifyJson(value)}\n`);
  return `${start.join('')}${start.length > 0 ? '\n' : ''}${lines.join('\n')}`;
}

/** The page's own `next` is dropped: it would skip the rows that were cut. */
function cutRows(items: readonly unknown[], all: Around, layout: Layout, budget: Budget): string {
  const around = omit(all, 'next');
  const room = bytesOf(budget);
  const write = (shown: number) => {
    const note = [noteOnRows(items, shown, budget), around.note].filter(Boolean).join(' ');
    return layout.frame({ note, ...omit(around, 'note') }, layout.lines.slice(0, shown));
  };
  if (sizeOf(write(0)) > room) {
    const { envelope, note = '', ...less } = around;
    if (!envelope) return cutText(write(0), budget);
    return cutRows(items, { ...less, note: `The envelope of the rows is left out, too. ${note}`.trim() }, layout, budget);
  }
  let [shown, tooMany] = [0, layout.lines.length + 1];
  while (tooMany - shown > 1) {
    const middle = Math.floor((shown + tooMany) / 2);
    if (sizeOf(write(middle)) <= room) shown = middle;
    else tooMany = middle;
  }
  return write(shown);
}

function noteOnRows(items: readonly unknown[], shown: number, budget: Budget): string {
  const fields = typeof items[0] === 'object' && items[0] !== null ? Object.keys(items[0]) : [];
  const all = budget.whole?.rows ?? items.length;
  const here = sayShown(shown, all);
  const held = shown === 0 && fields.length > 0 ? ` A row has ${namesOf(fields)}.` : '';
  return `${here}: an answer may have ${budget.maxTokens} tokens.${held} ${advise(budget, shown, fields)}`;
}

function sayShown(shown: number, all: number): string {
  if (shown === 0) return all === 1 ? 'The only row is not shown' : `None of these ${all} rows is shown`;
  return shown === 1 ? `Only the first of these ${all} rows is shown` : `Only the first ${shown} of these ${all} rows are shown`;
}

const omit = <T extends object>(object: T, name: keyof T & string): Partial<T> =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name)) as Partial<T>;

const MOST_NAMES = 12;
const namesOf = (names: readonly string[]): string =>
  names
    .slice(0, MOST_NAMES)
    .map((name) => name.slice(0, 80))
    .join(', ') + (names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '');

/** A member of an object that is cut; one that was left out before has no JSON. */
interface Member {
  readonly name: string;
  readonly member: unknown;
  readonly json: string | null;
}

/** Keeps as many members as fit, small ones first, and names the rest. */
function cutObject(value: object, budget: Budget): string {
  const members = Object.entries(value).map(([name, member]: [string, unknown]): Member => {
    return { name, member, json: member instanceof Omitted ? null : `${quote(name)}:${stringifyJson(member)}` };
  });
  const write = (kept: ReadonlySet<unknown>) => {
    const left = members.filter((member) => !kept.has(member));
    return `${noteOnObject(left, budget)}\n\n{${members
      .filter((member) => kept.has(member))
      .map(({ json }) => json)
      .join(',')}}`;
  };
  const kept = new Set<unknown>();
  const room = bytesOf(budget);
  let size = sizeOf(write(kept)) + RESERVE;
  for (const member of members.filter(({ json }) => json !== null).toSorted((one, other) => lengthOf(one) - lengthOf(other))) {
    size += sizeOf(member.json ?? '') + 1;
    if (size > room) break;
    kept.add(member);
  }
  const text = write(kept);
  return sizeOf(text) <= room ? text : cutText(text, budget);
}

const lengthOf = ({ json }: Member): number => json?.length ?? 0;

/** Bytes by which the note on omitted members may grow as more members are kept. */
const RESERVE = 1_200;

function noteOnObject(left: readonly Member[], budget: Budget): string {
  const named = left.map((member) => `${member.name} (${describeKind(member.member)}, ${describeSize(member)})`);
  return `This answer is cut: an answer may have ${budget.maxTokens} tokens. Left out: ${namesOf(named)}.`;
}

const describeSize = ({ member, json }: Member): string =>
  member instanceof Omitted ? `at least ${member.bytes} bytes` : `${sizeOf(json ?? '')} bytes`;

function cutText(text: string, budget: Budget): string {
  const note = `This text is cut: an answer may have ${budget.maxTokens} tokens, and it has ${budget.whole?.bytes ?? sizeOf(text)} bytes. It begins:\n\n`;
  return note + beginningOf(text, Math.max(0, bytesOf(budget) - sizeOf(note)));
}
