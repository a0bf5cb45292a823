/** The way back: a generation that cannot get ready gives the process to the program and configuration before it, once. */
import { closeSync, existsSync } from 'node:fs';
import { execute } from './execute.ts';
import { packHandover, unpackHandover, type Former, type Handover } from './handover.ts';
import { HANDOVER_VARIABLE, type Launch } from './launch.ts';
import { loadNative } from './native.ts';
import { folderOf } from './pid-file.ts';
import { findProgram, isExecutable, type Program } from './program.ts';

/**
 * Execs once more, with the former program and configuration and the sockets that were handed over. They are still open:
 * nothing of ours has closed them yet. Returns when there is no way back, or none is left.
 * @throws ZscalerMcpError ERR_EXEC_FAILED
 */
export function comeBack(handover: Handover<unknown>, launch: Launch, failure: string): void {
  const { former, listeners, connections } = handover;
  if (!former) return;
  const native = loadNative(launch);
  const back = { ...handover, ...former, former: null, failure };
  const { value, discard } = packHandover(back, native, handover.pidFile === null ? '/tmp' : folderOf(handover.pidFile));
  try {
    execute(formerProgram(former, launch), launch, { ...launch.env, [HANDOVER_VARIABLE]: value }, native);
  } finally {
    // Only reached when the exec failed: nobody is left to use any of it.
    discard();
    for (const { descriptor } of [...listeners, ...connections]) if (descriptor !== null) closeSync(descriptor);
  }
}

/** The same before anything else is loaded; does nothing in a first generation. @throws as `comeBack` and `unpackHandover` */
export function comeBackUnloaded(launch: Launch, why: string): void {
  const handover = unpackHandover(launch);
  if (handover) comeBack(handover, launch, `generation ${handover.generation} could not be loaded: ${why}`);
}

/** The version that a link led to before it was moved, if it is still there; else what is at its place now. */
function formerProgram({ program }: Former<unknown>, launch: Launch): Program {
  if (!program || !isExecutable(program.interpreter) || !existsSync(program.entry)) return findProgram(launch);
  return { path: program.interpreter, argv: [launch.argv0, ...launch.execArgv, program.entry, ...launch.argv] };
}
