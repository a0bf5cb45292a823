/** What the log says of a list of tools that is too long for some clients. */
import { count } from '../common/count.ts';
import type { Log } from '../common/log.ts';
import type { Offer } from './offer.ts';

/** As many as VS Code takes; other clients take fewer, or as many as fit a model. */
const MANY = 128;

/** Logs how many tools a client is shown at first, and what that leads to, when they are many. */
export function tellIfMany({ listFor, guide }: Pick<Offer, 'listFor' | 'guide'>, log: Pick<Log, 'info'>): void {
  const shown = listFor('').length;
  if (shown <= MANY) return;
  log.info(
    { tools: shown },
    `clients are shown ${count(shown, 'tool')}: VS Code takes ${MANY}, Cursor 40 to 80, and they leave out the others or refuse all; each costs a model tokens. ZSCALER_MCP_TOOLSETS=discover shows ${guide.tools.size} that find the others; ZSCALER_MCP_SERVICES and ZSCALER_MCP_TOOLSETS choose`,
  );
}
