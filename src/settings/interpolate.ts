/** Replaces `${NAME}` and `${NAME:-default}` in a value as python-dotenv does: in single quotes too, and without recursion. */

/** The outcome of an interpolation. */
export interface Interpolated {
  /** Null if it is longer than the limit. */
  readonly text: string | null;
  /** Whether a reference has no default and its variable is not set. */
  readonly unknown: boolean;
}

/** Replaces all references. A default applies only if the variable is not set; an empty variable is set. */
export function interpolate(value: string, lookUp: (name: string) => string | undefined, limit: number): Interpolated {
  const parts: string[] = [];
  let length = 0;
  let unknown = false;
  const add = (part: string): void => {
    length += part.length;
    parts.push(part);
  };
  let cursor = 0;
  for (const { start, end, name, fallback } of references(value)) {
    const found = lookUp(name);
    unknown ||= found === undefined && fallback === undefined;
    add(value.slice(cursor, start));
    add(found ?? fallback ?? '');
    cursor = end;
  }
  add(value.slice(cursor));
  return { text: length > limit ? null : parts.join(''), unknown };
}

interface Reference {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly fallback: string | undefined;
}

/** A name ends at the first `:` or `}`; a `:` must be followed by `-`, or it is not a reference; neither is `${{ ... }}` of another tool. Linear in the length of the value. */
function* references(value: string): Generator<Reference> {
  const nextClose = searchOnward(value, '}');
  const nextColon = searchOnward(value, ':');
  for (let start = value.indexOf('${'); start >= 0;) {
    const close = nextClose(start + 2);
    if (close < 0) return;
    const at = nextColon(start + 2);
    const colon = at < close ? at : -1;
    const isReference = (colon < 0 || value[colon + 1] === '-') && value[start + 2] !== '{';
    const name = value.slice(start + 2, colon < 0 ? close : colon);
    if (isReference) yield { start, end: close + 1, name, fallback: colon < 0 ? undefined : value.slice(colon + 2, close) };
    start = value.indexOf('${', isReference ? close + 1 : start + 2);
  }
}

/** `indexOf` for increasing start positions: the last match is kept until it is passed. */
function searchOnward(value: string, wanted: string): (from: number) => number {
  let found = -2;
  return (from) => {
    if (found !== -1 && found < from) found = value.indexOf(wanted, from);
    return found;
  };
}
