/** `zscaler-mcp reload` and `zscaler-mcp restart`. */
import { ask, describeOperation, newOperationId, type Operation, type Whereabouts } from '../lifecycle/index.ts';
import type { OptionValues } from './command.ts';
import { generationOf, timeoutOf } from './options.ts';

/** Asks a running server to reload or restart, and waits for its verdict. @throws ZscalerMcpError ERR_USAGE for a bad option value */
export async function askServer(kind: 'reload' | 'restart', values: OptionValues, where: Whereabouts): Promise<Operation> {
  if (process.platform === 'win32') return notOnWindows(kind);
  return ask(kind, {
    where,
    dryRun: values['dry-run'] === true,
    timeoutMs: timeoutOf(values, kind) * 1_000,
    wait: values['no-wait'] !== true,
    expectGeneration: generationOf(values, kind),
    keepSessions: values['keep-sessions'] === true,
  });
}

/** Windows has no signal that a program could turn into this. */
const notOnWindows = (kind: 'reload' | 'restart'): Operation =>
  describeOperation({
    id: newOperationId(),
    kind,
    outcome: 'failed',
    exitCode: 2,
    message: `${kind} is not supported on Windows: stop the server, and let its supervisor start it again`,
  });
