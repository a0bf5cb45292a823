/** All or nothing: every part prepares its replacement beside the running one; all commit, or all are discarded. */
import { ZscalerMcpError } from '../common/errors.ts';
import { inWords } from '../common/system-error.ts';
import { endsWithin } from '../common/within.ts';

/** A part of the running server that a reload may replace. */
export interface Part<Config> {
  name: string;
  /** Builds the replacement beside the part in use. May fail; must not disturb what is running. */
  prepare(next: Config): Promise<Replacement>;
}

/** What a part has prepared; exactly one of the two is called. */
export interface Replacement {
  /** Swaps the replacement in. Must not fail: whatever can fail belongs in `prepare`. */
  commit(): void;
  /** Releases what `prepare` opened. */
  discard(): void;
}

/** Which part refused a configuration, and why. */
export interface PartFailure {
  part: string;
  message: string;
}

/** At least one part refused the new configuration; everything prepared has been discarded. Code ERR_RELOAD_REJECTED. */
export class ReloadRejected extends ZscalerMcpError {
  override name = 'ReloadRejected';
  readonly failures: readonly PartFailure[];

  constructor(failures: readonly PartFailure[]) {
    const refusals = failures.map(({ part, message }) => `${part}: ${message}`).join('; ');
    super('ERR_RELOAD_REJECTED', `kept the previous configuration: ${refusals}`);
    this.failures = failures;
  }
}

/** How long the parts may take to prepare. */
const LIMIT_MS = 15_000;

/**
 * Prepares all parts at the same time, then commits all of them or discards all. A part that is not ready in time has failed;
 * what it prepares later is discarded.
 * @throws ReloadRejected
 */
export async function applyToAll<Config>(parts: readonly Part<Config>[], next: Config, limitMs = LIMIT_MS): Promise<void> {
  const attempts = await Promise.allSettled(parts.map((part) => prepareInTime(part, next, limitMs)));
  const replacements = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
  const failures = attempts.flatMap((attempt, at) =>
    attempt.status === 'rejected' ? [{ part: parts[at]?.name ?? '', message: inWords(attempt.reason) }] : [],
  );
  if (failures.length > 0) {
    for (const replacement of replacements) replacement.discard();
    throw new ReloadRejected(failures);
  }
  for (const replacement of replacements) replacement.commit();
}

async function prepareInTime<Config>(part: Part<Config>, next: Config, limitMs: number): Promise<Replacement> {
  // Also one that throws at once.
  const preparing = (async () => part.prepare(next))();
  if (await endsWithin(limitMs, preparing)) return preparing;
  preparing.then(
    (late) => late.discard(),
    () => undefined,
  );
  throw new Error(`was not ready within ${limitMs / 1_000} s`);
}
