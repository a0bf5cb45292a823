/** `zscaler-mcp reload` and `zscaler-mcp restart`. */
import { ask, describeOperation, findServer, newOperationId, type Operation, type Whereabouts } from '../lifecycle/index.ts';
import { classifyEnvSource, describeEnvironment } from '../settings/env-source.ts';
import type { OptionValues } from './command.ts';
import { generationOf, sessionsOf, timeoutOf } from './options.ts';

/** Asks a running server to reload or restart, and waits for its verdict. @throws ZscalerMcpError ERR_USAGE for a bad option value */
export async function askServer(kind: 'reload' | 'restart', values: OptionValues, where: Whereabouts): Promise<Operation> {
  const operation = process.platform === 'win32' ? notOnWindows(kind) : await askHere(kind, values, where);
  return operation.environment === undefined ? withEnvironment(operation, where) : operation;
}

const askHere = (kind: 'reload' | 'restart', values: OptionValues, where: Whereabouts): Promise<Operation> =>
  ask(kind, {
    where,
    dryRun: values['dry-run'] === true,
    timeoutMs: timeoutOf(values, kind) * 1_000,
    wait: values['no-wait'] !== true,
    expectGeneration: generationOf(values, kind),
    sessions: sessionsOf(values, kind),
  });

/** For a verdict that the server did not give: what its record says, as `status` does. */
function withEnvironment(operation: Operation, where: Whereabouts): Operation {
  const { reading } = findServer(where);
  if (reading.kind !== 'record') return operation;
  const { record, presence } = reading;
  if (presence !== 'alive') return operation;
  const { envSource, situation } = classifyEnvSource(record, { pid: record.pid });
  return { ...operation, envSource, environment: describeEnvironment(situation, { by: 'status' }) };
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
