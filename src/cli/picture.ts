/** A picture for a terminal: labelled rows, wrapped to its width, in colour where it shows colour. */
import { styleText } from 'node:util';

/** What is printed on. */
export interface Canvas {
  /** In columns; null where nobody looks, as in a pipe or a file: lines are left as long as they are. */
  readonly width: number | null;
  readonly hasColour: boolean;
}

export type Tone = 'good' | 'bad' | 'waiting' | 'plain';

export interface Row {
  readonly label: string;
  readonly text: string;
  readonly tone?: Tone;
}

const INDENT = 2;
const GAP = 2;
/** Narrower than this, wrapping would only make it worse. */
const LEAST_WIDTH = 40;

const styles = { good: 'green', bad: 'red', waiting: 'yellow' } as const;

export const paint = (text: string, tone: Tone, { hasColour }: Canvas): string =>
  // The terminal was judged already, so that it is not judged again by another stream.
  hasColour && tone !== 'plain' ? styleText(styles[tone], text, { validateStream: false }) : text;

const dim = (text: string, { hasColour }: Canvas): string => (hasColour ? styleText('dim', text, { validateStream: false }) : text);

/** A label that is the same as the one above is left out. */
export function draw(rows: readonly Row[], canvas: Canvas): string[] {
  const labelWidth = Math.max(0, ...rows.map(({ label }) => label.length));
  const left = INDENT + labelWidth + GAP;
  return rows.flatMap(({ label, text, tone = 'plain' }, at) => {
    const shown = rows[at - 1]?.label === label ? '' : label;
    const start = ' '.repeat(INDENT) + dim(shown.padEnd(labelWidth), canvas) + ' '.repeat(GAP);
    return wrap(text, canvas.width === null ? null : canvas.width - left).map(
      (line, number) => (number === 0 ? start : ' '.repeat(left)) + paint(line, tone, canvas),
    );
  });
}

/** Breaks at blanks; a word that is longer than a line stays whole, so that it can be copied. */
export function wrap(text: string, width: number | null): string[] {
  if (width === null || width < LEAST_WIDTH - INDENT) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** `2 d 3 h`, `5 min 12 s`, `0 s`: the two largest units that say something. */
export function spell(seconds: number): string {
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
    .slice(from, from + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}
