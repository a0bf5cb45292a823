/** Whatever else would be printed on stderr becomes a line of the log: warnings of Node.js, output of libraries, a crash. */
import { Writable } from 'node:stream';
import type { RootLog } from '../common/log.ts';
import type { Stage } from './stage.ts';

/** Also ends the process after an error that nothing caught. */
export function captureStderr(log: RootLog, stage: Pick<Stage, 'exit' | 'takeStderr'>): void {
  captureWarnings(log);
  stage.takeStderr(printingTo(log));
  process.on('uncaughtException', (error, origin) => {
    // A fault is told even where everything else is silenced.
    log.level = 'info';
    log.error(
      { err: error },
      `the server ends: ${origin === 'unhandledRejection' ? 'a promise was rejected, and' : 'an error was thrown, and'} nothing handled it`,
    );
    log.flush();
    stage.exit(1);
  });
}

/** Node.js prints warnings by a listener of its own, which NODE_NO_WARNINGS and --no-warnings leave out. */
function captureWarnings(log: RootLog): void {
  if (process.listenerCount('warning') === 0) return;
  process.removeAllListeners('warning');
  process.on('warning', (warning: Error & { code?: string }) =>
    log.warn({ err: warning, ...(warning.code !== undefined && { code: warning.code }) }, `warning of Node.js: ${warning.name}`),
  );
}

/**
 * `console.error` and `console.warn` end here as well. A stream in place of that of Node.js, which is made when it is first asked for
 * and would make the descriptor non-blocking for every program that shares it; the log itself writes to the descriptor.
 */
function printingTo(log: RootLog): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      for (const line of text.split('\n')) if (line.trim() !== '') log.warn({ printed: true }, line.trimEnd());
      done();
    },
  });
}
