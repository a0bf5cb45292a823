/** Ways to keep a server from reacting: its process is stopped, or its event loop is held up. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, startServer, waitFor, type ServerOptions, type TestServer } from './harness.ts';

export interface DeafServer {
  readonly server: TestServer;
  /** Returns once the server no longer reacts. */
  readonly deafen: () => Promise<void>;
  /** Lets it go on. */
  readonly wake: () => void;
}

async function stoppable(options: ServerOptions): Promise<DeafServer> {
  const server = await startServer(options);
  return {
    server,
    deafen: () => Promise.resolve(void process.kill(server.pid, 'SIGSTOP')),
    wake: () => void process.kill(server.pid, 'SIGCONT'),
  };
}

/** Blocks the event loop while a file is there, and says so with another one. */
async function busy(options: ServerOptions): Promise<DeafServer> {
  const folder = makeFolder();
  const [order, report] = [join(folder, 'hold'), join(folder, 'held')];
  const holding = `
    const { existsSync, writeFileSync } = process.getBuiltinModule('node:fs');
    setInterval(() => {
      if (!existsSync(${JSON.stringify(order)})) return;
      writeFileSync(${JSON.stringify(report)}, '');
      while (existsSync(${JSON.stringify(order)}));
    }, 5).unref();`;
  const server = await startServer({ ...options, execArgv: [`--import=data:text/javascript,${encodeURIComponent(holding)}`] });
  return {
    server,
    async deafen() {
      rmSync(report, { force: true });
      writeFileSync(order, '');
      await waitFor(() => existsSync(report));
    },
    wake: () => rmSync(order),
  };
}

/** By the name of the way. */
export const deafServers: Readonly<Record<string, (options?: ServerOptions) => Promise<DeafServer>>> = {
  'is stopped': (options = {}) => stoppable(options),
  'is busy': (options = {}) => busy(options),
};
