/** Enabled toolsets as a restart hands them on: one entry for each caller. */
export type SavedEnabled = readonly (readonly [caller: string, toolsets: readonly string[]])[];

/** When there are more, the caller that was silent for longest is forgotten. */
const MOST_CALLERS = 10_000;
/** What a caller enabled ends when it neither lists nor calls tools for this long. */
const SILENT_MS = 3_600_000;

interface Own {
  readonly toolsets: ReadonlySet<string>;
  /** As of the clock. */
  readonly heardAt: number;
}

/**
 * The toolsets that each caller has enabled for itself with `zscaler_enable_toolset`. They only lengthen the list of tools that the caller
 * sees; what it may call does not depend on them.
 */
export class Enabled {
  /** The caller that was silent for longest comes first. */
  readonly #own: Map<string, Own>;
  readonly #now: () => number;

  /** @param saved what `save` returned in the previous generation; its callers count as heard now */
  constructor(saved: SavedEnabled = [], now: () => number = () => performance.now()) {
    this.#now = now;
    this.#own = new Map(saved.map(([caller, toolsets]) => [caller, { toolsets: new Set(toolsets), heardAt: now() }]));
  }

  /** The toolsets that this caller has enabled; empty when it is unknown. The caller counts as heard. */
  of(caller: string): ReadonlySet<string> {
    const own = this.#own.get(caller);
    if (!own) return nothing;
    this.#own.delete(caller);
    if (this.#now() - own.heardAt >= SILENT_MS) return nothing;
    this.#own.set(caller, { ...own, heardAt: this.#now() });
    return own.toolsets;
  }

  /** @returns whether the caller's list of tools has changed */
  add(caller: string, toolsets: readonly string[]): boolean {
    const before = this.of(caller);
    const after = new Set([...before, ...toolsets]);
    this.#own.delete(caller);
    this.#own.set(caller, { toolsets: after, heardAt: this.#now() });
    const [oldest] = this.#own.keys();
    if (this.#own.size > MOST_CALLERS && oldest !== undefined) this.#own.delete(oldest);
    return after.size > before.size;
  }

  /** All callers with their toolsets, for the next generation. */
  save(): SavedEnabled {
    const since = this.#now() - SILENT_MS;
    return Array.from(this.#own).flatMap(([caller, { toolsets, heardAt }]) => (heardAt > since ? [[caller, [...toolsets]] as const] : []));
  }
}

const nothing: ReadonlySet<string> = new Set();
