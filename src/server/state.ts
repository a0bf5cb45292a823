/** Opening the state that replicas share. */
import type { Log } from '../common/log.ts';
import { openRing } from '../confirm/index.ts';
import type { Settings } from '../settings/index.ts';
import type { SharedState } from '../state/index.ts';

/** Opens what replicas share, and loads the library for it; null where nothing is shared. */
export async function openState(settings: Settings, log: Log): Promise<SharedState | null> {
  const { stateUrl: url, statePrefix: prefix, requestStateKeys: keys, transport } = settings;
  if (url === undefined || transport === 'stdio') return null;
  const { SharedState: Shared } = await import('../state/index.ts');
  return new Shared({ url, prefix, keys, log, openRing: (secrets) => openRing(secrets, Infinity) });
}
