/** Reads CSV as RFC 4180 says, and tells text in quotes from bare words; written from the standard, not from the writer. */
export interface Cell {
  readonly text: string;
  readonly isQuoted: boolean;
}

export function parseCsv(csv: string): Cell[][] {
  const rows: Cell[][] = [[]];
  let at = 0;
  while (at <= csv.length) {
    const cell = csv[at] === '"' ? readQuoted(csv, at) : readBare(csv, at);
    rows.at(-1)?.push(cell);
    at = cell.end;
    if (csv[at] === '\n') rows.push([]);
    at += 1;
  }
  return rows;
}

function readQuoted(csv: string, start: number): Cell & { end: number } {
  let text = '';
  for (let at = start + 1; at < csv.length; at += 1) {
    if (csv[at] !== '"') text += csv[at] ?? '';
    else if (csv[at + 1] === '"') text += csv[(at += 1)] ?? '';
    else return { text, isQuoted: true, end: at + 1 };
  }
  throw new Error(`a quote at ${start} is not closed`);
}

function readBare(csv: string, start: number): Cell & { end: number } {
  const length = csv.slice(start).search(/[,\n]/);
  const end = length < 0 ? csv.length : start + length;
  return { text: csv.slice(start, end), isQuoted: false, end };
}
