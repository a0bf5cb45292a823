/** Replaces this process's program in place: same PID, fresh memory, environment and code. */
import { existsSync } from 'node:fs';
import { getSystemErrorMessage } from 'node:util';
import { ZscalerMcpError } from '../common/errors.ts';
import { inWords } from '../common/system-error.ts';
import type { Launch } from './launch.ts';
import type { Native } from './native.ts';
import { isExecutable } from './names.ts';
import type { Program } from './program.ts';
import { explainStartObstacle } from './startable.ts';

/** Replaces the program, or throws and leaves the process as it was. @throws ZscalerMcpError ERR_EXEC_FAILED */
export function execute(program: Program, launch: Launch, env: Readonly<Record<string, string>>, native: Native | null): never {
  try {
    process.chdir(launch.cwd);
  } catch (error) {
    throw failure(`the working directory ${launch.cwd} cannot be entered: ${explainStartObstacle(launch) ?? inWords(error)}`, error);
  }
  if (!native) return executePlainly(program, env);
  // libuv marks the standard descriptors close-on-exec; the next image needs them.
  for (const descriptor of [0, 1, 2]) native.closeOnExec(descriptor, false);
  const errno = native.execute(program.path, program.argv, environmentBlock(env));
  throw failure(`${program.path} cannot be executed: ${explainStartObstacle(launch) ?? getSystemErrorMessage(-errno)}`);
}

/** Without the FFI. Up to Node.js 26.0 a failing `process.execve` ends the process, so what can be checked is checked before. */
function executePlainly(program: Program, env: Readonly<Record<string, string>>): never {
  if (!process.execve) throw failure('this platform cannot replace a running program');
  if (!isExecutable(program.path) || !existsSync(program.path)) throw failure(`${program.path} cannot be executed`);
  try {
    return process.execve(program.path, [...program.argv], { ...env });
  } catch (error) {
    throw failure(`${program.path} cannot be executed: ${inWords(error)}`, error);
  }
}

const environmentBlock = (env: Readonly<Record<string, string>>): string[] =>
  Object.entries(env).map(([name, value]) => `${name}=${value}`);

const failure = (message: string, cause?: unknown): ZscalerMcpError =>
  new ZscalerMcpError('ERR_EXEC_FAILED', message, { hint: 'Put back what is missing and restart again.', cause });

/** Waits until everything written to a standard stream has left the process; an exec would lose the rest. */
export async function flushStream(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed || stream.writableLength === 0) return;
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
}
