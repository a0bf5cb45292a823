/** The way back: a generation that cannot get ready gives the process to the configuration before it, once. */
import { closeSync } from 'node:fs';
import { execute } from './execute.ts';
import { packHandover, type Handover } from './handover.ts';
import { HANDOVER_VARIABLE, type Launch } from './launch.ts';
import { loadNative } from './native.ts';
import { folderOf } from './pid-file.ts';
import { findProgram } from './program.ts';

/**
 * Execs once more, with the former configuration and the sockets that were handed over. They are still open: nothing
 * of ours has closed them yet. Returns when there is no way back, or none is left.
 * @throws ZscalerMcpError ERR_EXEC_FAILED
 */
export function comeBack(handover: Handover<unknown>, launch: Launch, failure: string): void {
  const { former, listeners, connections } = handover;
  if (!former) return;
  const native = loadNative();
  const back = { ...handover, ...former, former: null, failure };
  const { value, discard } = packHandover(back, native, handover.pidFile === null ? '/tmp' : folderOf(handover.pidFile));
  try {
    execute(findProgram(launch), launch, { ...launch.env, [HANDOVER_VARIABLE]: value }, native);
  } finally {
    // Only reached when the exec failed: nobody is left to use any of it.
    discard();
    for (const { descriptor } of [...listeners, ...connections]) if (descriptor !== null) closeSync(descriptor);
  }
}
