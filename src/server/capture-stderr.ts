/** Whatever else would be printed on stderr becomes a line of the log: warnings of Node.js, output of libraries, a crash. */
import type { RootLog } from '../common/log.ts';

/** @param exit ends the process, after an error that nothing caught */
export function captureStderr(log: RootLog, exit: (code: number) => void): void {
  captureWarnings(log);
  capturePrinting(log);
  process.on('uncaughtException', (error, origin) => {
    // A fault is told even where everything else is silenced.
    log.level = 'info';
    log.error(
      { err: error },
      `the server ends: ${origin === 'unhandledRejection' ? 'a promise was rejected, and' : 'an error was thrown, and'} nothing handled it`,
    );
    log.flush();
    exit(1);
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

/** `console.error` and `console.warn` end here as well. The log itself writes to the descriptor. */
function capturePrinting(log: RootLog): void {
  process.stderr.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    for (const line of text.split('\n')) if (line.trim() !== '') log.warn({ printed: true }, line.trimEnd());
    const callback = rest.find((argument) => typeof argument === 'function');
    if (callback) process.nextTick(callback);
    return true;
  };
}
