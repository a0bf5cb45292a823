/** What stands in an object in place of a member that its answer has no room for. */

/** Only what the note on the cut says of it is left. */
export class Omitted {
  readonly kind: string;
  /** Of its JSON, at least. */
  readonly bytes: number;

  constructor(kind: string, bytes: number) {
    this.kind = kind;
    this.bytes = bytes;
  }
}

/** A value in words: `a list of 3`, `an object of 2`, or its type. */
export function describeKind(value: unknown): string {
  if (value instanceof Omitted) return value.kind;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? `an object of ${Object.keys(value).length}` : typeof value;
}
