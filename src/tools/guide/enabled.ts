/** Which toolsets each caller has enabled for itself. What is forgotten is only a longer list of tools, never a right. */

export type SavedEnabled = readonly (readonly [caller: string, toolsets: readonly string[]])[];

/** Callers that are remembered; the one that enabled nothing for longest is forgotten first. */
const MOST_CALLERS = 10_000;

export class Enabled {
  readonly #toolsets: Map<string, ReadonlySet<string>>;

  constructor(saved: SavedEnabled = []) {
    this.#toolsets = new Map(saved.map(([caller, toolsets]) => [caller, new Set(toolsets)]));
  }

  of(caller: string): ReadonlySet<string> {
    return this.#toolsets.get(caller) ?? nothing;
  }

  /** Returns whether the caller's list of tools is another one now. */
  add(caller: string, toolsets: readonly string[]): boolean {
    const before = this.of(caller);
    const after = new Set([...before, ...toolsets]);
    this.#toolsets.delete(caller);
    this.#toolsets.set(caller, after);
    const [oldest] = this.#toolsets.keys();
    if (this.#toolsets.size > MOST_CALLERS && oldest !== undefined) this.#toolsets.delete(oldest);
    return after.size > before.size;
  }

  save(): SavedEnabled {
    return Array.from(this.#toolsets, ([caller, toolsets]) => [caller, [...toolsets]] as const);
  }
}

const nothing: ReadonlySet<string> = new Set();
