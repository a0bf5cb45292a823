/** The way back: a generation that cannot get ready executes the former program with the former configuration, once. */
import { closeSync, existsSync } from 'node:fs';
import { execute } from './execute.ts';
import { packHandover, unpackHandover, type Former, type Handover } from './handover.ts';
import { HANDOVER_VARIABLE, type Launch } from './launch.ts';
import { isExecutable } from './names.ts';
import { loadNative } from './native.ts';
import { folderOf } from './reading.ts';
import { commandLine, findProgram, type Program } from './program.ts';

/**
 * Executes the former program, with the former configuration and the sockets that were handed over, which must still be
 * open. Returns only when there is no former generation to come back to. `failure` is what the verdict will say.
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
    // Only reached when the exec failed: the process is about to end.
    discard();
    for (const { descriptor } of [...listeners, ...connections]) if (descriptor !== null) closeSync(descriptor);
  }
}

/** The same when the server's own code could not be loaded; does nothing in a first generation. @throws as `comeBack` and `unpackHandover` */
export function comeBackUnloaded(launch: Launch, why: string): void {
  const handover = unpackHandover(launch);
  if (handover) comeBack(handover, launch, `generation ${handover.generation} could not be loaded: ${why}`);
}

/**
 * The files that the former generation ran, if they still exist, even if a link leads elsewhere now; else the program as a restart
 * finds it. `node --eval` names no file that could be run in place of its code.
 */
function formerProgram({ program }: Former<unknown>, launch: Launch): Program {
  if (!program || launch.entry === '' || !isExecutable(program.interpreter) || !existsSync(program.entry)) return findProgram(launch);
  return { path: program.interpreter, argv: commandLine(launch, program.entry) };
}
