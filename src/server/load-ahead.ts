/**
 * Loads, once the server is ready, what a request or a reload may need later. An upgrade replaces the program's files or removes
 * them; what runs must go on without them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAuthentication } from '../auth/index.ts';
import type { Log } from '../common/log.ts';
import { loadRateLimits } from '../http/index.ts';
import { loadSse } from '../mcp/index.ts';
import { loadMetrics } from '../metrics/index.ts';
import { secretsPlaceOf, type Settings } from '../settings/index.ts';
import { loadQueries } from '../shape/index.ts';
import { loadAssertions, loadProxy } from '../zscaler/index.ts';
import { loadSecrets } from './read-secrets.ts';
import { loadJudges } from './trial.ts';

/** Requests that waited for the start come first. */
const BEGIN_MS = 1_000;
/** Between two modules, so that requests wait for one at most. */
const PAUSE_MS = 50;

/** What to load, by the words for it in the log. Settings that only a restart changes decide what can be needed. */
export function laterModules(settings: Settings): Readonly<Record<string, () => unknown>> {
  const { transport, httpProxy, httpsProxy } = settings;
  return {
    queries: loadQueries,
    'judges of a reload': loadJudges,
    'the key of the cloud': loadAssertions,
    'readers of secrets managers': async () => (await loadSecrets()).loadReaders(secretsPlaceOf(settings)),
    ...((httpProxy ?? httpsProxy) && { 'the proxy': loadProxy }),
    ...(transport !== 'stdio' && { authentication: loadAuthentication, 'rate limits': loadRateLimits, metrics: loadMetrics }),
    ...(transport === 'sse' && { 'HTTP+SSE': loadSse }),
  };
}

/** Loads one after the other. What cannot be loaded is logged, and tried again when it is needed. */
export async function loadAhead(modules: Readonly<Record<string, () => unknown>>, log: Log): Promise<void> {
  await sleep(BEGIN_MS, undefined, { ref: false });
  for (const [what, load] of Object.entries(modules)) {
    try {
      await load();
    } catch (error) {
      log.warn({ err: error }, `${what} could not be loaded ahead: requests that need it may fail until the next restart`);
    }
    await sleep(PAUSE_MS, undefined, { ref: false });
  }
  log.debug({}, 'all that later requests may need is loaded');
}
