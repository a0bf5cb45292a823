/** A picture for a terminal: labelled rows in groups, wrapped to its width, in colour where it shows colour. */
import { styleText } from 'node:util';
import { showLine } from '../common/hidden.ts';
import { largest } from '../common/lists.ts';

/** The terminal, pipe or file that is printed on. */
export interface Canvas {
  /** In columns; null for a pipe or a file, where lines are not wrapped. */
  readonly width: number | null;
  readonly hasColour: boolean;
}

/** What a text says by its colour. */
export type Tone = 'good' | 'bad' | 'waiting' | 'strong' | 'faint' | 'plain';

/** A piece of a line in one tone. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
  /** It is not broken across lines. */
  readonly isWhole?: true;
}

/** A text, in one tone or in several. */
export type Text = string | readonly Span[];

/** A labelled row. */
export interface Row {
  readonly label: string;
  /** One character before the text, which is wrapped beside it. */
  readonly mark?: Span;
  readonly text: Text;
}

const INDENT = 2;
const GAP = 2;
/** A text in a narrower column is not wrapped: that would make it harder to read. */
const LEAST_WIDTH = 20;

const styles = { good: 'green', bad: 'red', waiting: 'yellow', strong: 'bold', faint: 'dim' } as const;

/** A piece that may be broken at its spaces. */
export const span = (text: string, tone: Tone = 'plain'): Span => ({ text, tone });

/** A piece that is not broken, such as a command to copy. */
export const whole = (text: string, tone: Tone = 'plain'): Span => ({ text, tone, isWhole: true });

/** Wraps the text in escape sequences of its tone, where there is colour. What others wrote into it takes no effect. */
export function paint(text: string, tone: Tone, { hasColour }: Canvas): string {
  const shown = showLine(text);
  // `hasColour` has been decided for the stream that is printed on; styleText would look at another one.
  return hasColour && tone !== 'plain' && text !== '' ? styleText(styles[tone], shown, { validateStream: false }) : shown;
}

/** One column of labels for all groups, and an empty line between two of them. A label that is the same as the one above is left out. */
export function draw(groups: readonly (readonly Row[])[], canvas: Canvas): string[] {
  const labelWidth = Math.max(0, largest(groups.flat().map(({ label }) => label.length)));
  return groups
    .filter((rows) => rows.length > 0)
    .flatMap((rows, group) => [
      ...(group === 0 ? [] : ['']),
      ...rows.flatMap((row, at) => drawRow(row, rows[at - 1]?.label === row.label ? '' : row.label, labelWidth, canvas)),
    ]);
}

function drawRow({ text, mark }: Row, label: string, labelWidth: number, canvas: Canvas): string[] {
  const start = ' '.repeat(INDENT) + paint(label, 'faint', canvas) + ' '.repeat(labelWidth - label.length + GAP);
  const marked = mark === undefined ? '' : `${paint(mark.text, mark.tone, canvas)} `;
  const left = INDENT + labelWidth + GAP + (mark === undefined ? 0 : 2);
  const lines = wrap(text, { ...canvas, width: canvas.width === null ? null : canvas.width - left });
  return lines.map((line, number) => (number === 0 ? start + marked : ' '.repeat(left)) + line);
}

/** Breaks at spaces. A word longer than a line stays whole, so that it can be copied. */
export function wrap(text: Text, canvas: Canvas): string[] {
  const width = canvas.width === null || canvas.width < LEAST_WIDTH ? Infinity : canvas.width;
  const lines: Span[][] = [];
  let used = Infinity;
  for (const word of wordsOf(text)) {
    if (used + 1 + word.text.length > width || lines.length === 0) {
      lines.push([]);
      used = -1;
    }
    used += 1 + word.text.length;
    lines.at(-1)?.push(word);
  }
  return lines.map((line) => paintLine(line, canvas));
}

const wordsOf = (text: Text): Span[] =>
  (typeof text === 'string' ? [span(text)] : text).flatMap((part) =>
    part.isWhole ? [part] : part.text.split(' ').map((word) => span(word, part.tone)),
  );

/** Neighbouring words of one tone are painted as one run. */
function paintLine(words: readonly Span[], canvas: Canvas): string {
  const runs: Span[] = [];
  for (const { text, tone } of words) {
    const last = runs.at(-1);
    if (last?.tone === tone) runs[runs.length - 1] = span(`${last.text} ${text}`, tone);
    else runs.push(span(text, tone));
  }
  return runs.map(({ text, tone }) => paint(text, tone, canvas)).join(' ');
}

/** `2 d 3 h`, `5 min 12 s`, `0 s`: the largest units that are not zero, two by default. */
export function spell(seconds: number, units = 2): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const from = parts.findIndex(([value]) => value > 0);
  if (from === -1) return '0 s';
  return parts
    .slice(from, from + units)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

/** `2026-03-02 09:14:06 UTC` for an ISO time; other text is returned as it is. */
export const spellTime = (iso: string): string => iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/, '$1 $2 UTC');
