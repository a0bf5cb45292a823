/** Enabled toolsets as a restart hands them on: one entry for each caller. */
export type SavedEnabled = readonly (readonly [caller: string, toolsets: readonly string[]])[];

/** When there are more, the caller whose last change is oldest is forgotten. */
const MOST_CALLERS = 10_000;

/**
 * The toolsets that each caller has enabled for itself with `zscaler_enable_toolset`. They only lengthen the list of tools that the caller
 * sees; what it may call does not depend on them.
 */
export class Enabled {
  readonly #toolsets: Map<string, ReadonlySet<string>>;

  /** @param saved what `save` returned in the previous generation */
  constructor(saved: SavedEnabled = []) {
    this.#toolsets = new Map(saved.map(([caller, toolsets]) => [caller, new Set(toolsets)]));
  }

  /** The toolsets that this caller has enabled; empty when it is unknown. */
  of(caller: string): ReadonlySet<string> {
    return this.#toolsets.get(caller) ?? nothing;
  }

  /** @returns whether the caller's list of tools has changed */
  add(caller: string, toolsets: readonly string[]): boolean {
    const before = this.of(caller);
    const after = new Set([...before, ...toolsets]);
    this.#toolsets.delete(caller);
    this.#toolsets.set(caller, after);
    const [oldest] = this.#toolsets.keys();
    if (this.#toolsets.size > MOST_CALLERS && oldest !== undefined) this.#toolsets.delete(oldest);
    return after.size > before.size;
  }

  /** All callers with their toolsets, for the next generation. */
  save(): SavedEnabled {
    return Array.from(this.#toolsets, ([caller, toolsets]) => [caller, [...toolsets]] as const);
  }
}

const nothing: ReadonlySet<string> = new Set();
