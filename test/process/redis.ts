/** A Redis for one test: on a free loopback port, without persistence; stopped by its PID when the test ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createClient } from '@redis/client';
import { onTestFinished } from 'vitest';
import { freePort, makeFolder, waitFor } from './harness.ts';

export interface TestRedis {
  readonly url: string;
  readonly password: string;
  /** Freezes it, which looks like a lost connection. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  start(): Promise<void>;
  /** Sends one command as its administrator. */
  send(...command: string[]): Promise<unknown>;
  /** All its data, to search for bytes in any encoding. */
  dump(): Promise<ReadonlyMap<string, { readonly ttlMs: number; readonly content: string }>>;
}

export async function startRedis(): Promise<TestRedis> {
  const folder = makeFolder();
  const port = await freePort();
  const password = `redis-secret-${process.pid}`;
  const url = `redis://:${password}@127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  const ask = async <Result>(work: (client: ReturnType<typeof openClient>) => Promise<Result>): Promise<Result> => {
    const client = openClient(url);
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  };

  async function start(): Promise<void> {
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--requirepass',
      password,
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    const started = spawn('redis-server', args, { stdio: 'ignore', cwd: folder });
    child = started;
    await waitFor(
      () => ask(async (client) => (await client.ping()) === 'PONG'),
      () => 'redis-server did not start',
      () => started.exitCode !== null,
    );
  }

  async function kill(): Promise<void> {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }

  await start();
  onTestFinished(kill);
  return {
    url,
    password,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    kill,
    start,
    send: (...command) => ask((client) => client.sendCommand(command)),
    dump: () =>
      ask(async (client) => {
        const found = new Map<string, { ttlMs: number; content: string }>();
        for (const key of await client.keys('*')) {
          const type = await client.type(key);
          const content =
            type === 'stream'
              ? JSON.stringify(await client.xRange(key, '-', '+'))
              : type === 'list'
                ? (await client.lRange(key, 0, -1)).join('\n')
                : await client.get(key);
          found.set(key, { ttlMs: await client.pTTL(key), content: content ?? '' });
        }
        return found;
      }),
  };
}

const openClient = (url: string) => createClient({ url, RESP: 2, socket: { connectTimeout: 10_000, reconnectStrategy: false } });
