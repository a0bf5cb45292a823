/**
 * The entry. Its first lines, before any other module is loaded, remember how the program was started and queue signals:
 * until a handler is there, a signal would end the process.
 */
import { statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';

refuseOldNode();
const signals = ['SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGTERM', 'SIGINT'] as const;
const early: NodeJS.Signals[] = [];
let deliver = (signal: NodeJS.Signals): void => {
  early.push(signal);
};
const isRehearsal = process.env['ZSCALER_MCP_REHEARSAL'] !== undefined;
if (!isRehearsal) listenToSignals();

useCompileCache();
const [{ captureLaunch }, { run }] = await Promise.all([import('./lifecycle/launch.ts'), import('./cli/run.ts')]);
const launch = captureLaunch();

// What is waited for may be held by a timer or a socket that does not hold the process: it must not end before it is known what comes of it.
const holding = setInterval(() => undefined, 60_000);
const exitCode = await run({
  launch,
  isRehearsal,
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
  exit: (code) => process.exit(code),
});
clearInterval(holding);
if (exitCode !== undefined) {
  process.exitCode = exitCode;
  // It is over, although a request that nobody waits for any more may hold the process: not every SDK can call one off.
  setTimeout(() => process.exit(), 500).unref();
}

/** Before anything that an older one does not know is used. */
function refuseOldNode(): void {
  const { node } = process.versions;
  if (Number.parseInt(node, 10) >= 24) return;
  process.stderr.write(
    `zscaler-mcp needs Node.js 24 or newer; this is ${node}, at ${process.execPath}. Install a newer one, or start the server with it.\n`,
  );
  process.exit(1);
}

/** Whoever reads may have seen enough, as `head` does; the exit code says the rest. */
function print(stream: NodeJS.WriteStream, text: string): void {
  if (stream.listenerCount('error', ignoreClosedPipe) === 0) stream.on('error', ignoreClosedPipe);
  stream.write(`${text}\n`);
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Colour where it is shown and not unwanted (no-color.org), or where it is wanted anyway (force-color.org), which wins as in Node.js. */
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

/** Compiled code from the last start makes this one faster. Only a folder of our own is trusted with code. */
function useCompileCache(): void {
  const home = process.env['HOME'];
  if (!home || process.env['NODE_COMPILE_CACHE'] !== undefined) return;
  if (statSync(home, { throwIfNoEntry: false })?.uid === process.getuid?.()) enableCompileCache(`${home}/.cache/zscaler-mcp/compile`);
}
