/**
 * The entry. Its first lines, before any other module is loaded, queue signals: a server that is still loading must not be ended by one.
 * Commands that handle no signals give them back to the system once they are known.
 */
import { enableCompileCache } from 'node:module';

refuseOtherRuntimes();
const signals = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGINT'] as const;
const early: NodeJS.Signals[] = [];
let deliver = (signal: NodeJS.Signals): void => {
  early.push(signal);
};
const isRehearsal = process.env['ZSCALER_MCP_REHEARSAL'] !== undefined;
if (!isRehearsal) listenToSignals();

const compileCacheRefusal = await useCompileCache();
const [{ captureLaunch }, { endProcess }, { run }] = await Promise.all([
  import('./lifecycle/launch.ts'),
  import('./lifecycle/end.ts'),
  import('./cli/run.ts'),
]);
const launch = captureLaunch(import.meta.filename);

// Keeps the process alive until the command has ended: it may wait for a timer or a socket that is unreferenced.
const holding = setInterval(() => undefined, 60_000);
const exitCode = await run({
  launch,
  isRehearsal,
  compileCacheRefusal,
  out: (text) => print(process.stdout, text),
  err: (text) => print(process.stderr, text),
  get canvas() {
    return describeTerminal();
  },
  onSignals(handler) {
    deliver = handler;
    for (const signal of early.splice(0)) handler(signal);
  },
  releaseSignals,
  exit: (code) => endProcess(launch, code),
  takeStderr: (stream) => void Object.defineProperty(process, 'stderr', { value: stream, configurable: true, enumerable: true }),
});
clearInterval(holding);
if (exitCode !== undefined) {
  process.exitCode = exitCode;
  // Ends although an abandoned request may keep the process alive: not every SDK can cancel one.
  setTimeout(() => endProcess(launch, exitCode), 500).unref();
}

/** Runs before anything that an older Node.js does not know. Bun and Deno name a version of Node.js, too. */
function refuseOtherRuntimes(): void {
  const { node, bun, deno } = process.versions;
  if (bun === undefined && deno === undefined && Number.parseInt(node, 10) >= 24) return;
  const found = bun !== undefined ? `Bun ${bun}` : deno !== undefined ? `Deno ${deno}` : node;
  const advice = found === node ? 'Install a newer one, or start the server with it.' : 'Start the server with `node`.';
  process.stderr.write(`zscaler-mcp needs Node.js 24 or newer; this is ${found}, at ${process.execPath}. ${advice}\n`);
  process.exit(1);
}

/** Ignores EPIPE: the reader (for example `head`) may close the pipe early. */
function print(stream: NodeJS.WriteStream, text: string): void {
  if (stream.listenerCount('error', ignoreClosedPipe) === 0) stream.on('error', ignoreClosedPipe);
  stream.write(`${text}\n`);
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Colour on terminals unless NO_COLOR (no-color.org) is set; FORCE_COLOR (force-color.org) overrides both, as in Node.js. */
function describeTerminal(): { width: number | null; hasColour: boolean } {
  const { isTTY, columns } = process.stdout;
  const isAllTerminal = isTTY && process.stderr.isTTY;
  const { NO_COLOR: unwanted, FORCE_COLOR: wanted, TERM: kind } = process.env;
  const width = isTTY ? columns : null;
  if (wanted) return { width, hasColour: wanted !== '0' && wanted !== 'false' };
  return { width, hasColour: isAllTerminal && !unwanted && kind !== 'dumb' };
}

function listenToSignals(): void {
  for (const signal of signals) {
    try {
      process.on(signal, onSignal);
    } catch {
      // Windows does not know all of them.
    }
  }
}

function onSignal(signal: NodeJS.Signals): void {
  deliver(signal);
}

/** A command that handles no signals is ended by them, as any program is: also by one that came while it was loaded. */
async function releaseSignals(): Promise<void> {
  // What was caught is delivered when the event loop has turned: the first round may be under way already.
  for (let rounds = 0; rounds < 2; rounds += 1) await new Promise(setImmediate);
  for (const signal of signals) process.off(signal, onSignal);
  for (const signal of early.splice(0, 1)) process.kill(process.pid, signal);
}

/** Compiled code of earlier starts makes this one faster. @returns why there is none; null when there is, or none is wanted */
async function useCompileCache(): Promise<string | null> {
  const home = process.env['HOME'];
  if (!home || process.env['NODE_COMPILE_CACHE'] !== undefined) return null;
  // Here: before the cache is in use, everything that is loaded is compiled.
  const { chooseCompileCache } = await import('./common/compile-cache.ts');
  const chosen = chooseCompileCache(home);
  if ('refusal' in chosen) return chosen.refusal;
  enableCompileCache(chosen.folder);
  return null;
}
