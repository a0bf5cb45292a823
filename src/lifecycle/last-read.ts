/** When a configuration was last read. */
import type { SourceFacts } from './service.ts';

/**
 * ISO time at which a configuration was read from where it came from: of the `.env` if there is one, else the latest of the other places.
 * @param otherwise for values that all come from the environment of the start
 */
export function lastReadAt({ envFile, secretSources = [], namedFiles = [] }: SourceFacts, otherwise: string): string {
  const times = [...secretSources, ...namedFiles].map(({ readAt }) => readAt).toSorted();
  return envFile?.loadedAt ?? times.at(-1) ?? otherwise;
}
