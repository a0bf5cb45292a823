/** A container of the image under test, with the operations of an operator. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import { IMAGE, openEngine, type Engine, type Finished } from './engine.ts';

const opened = await openEngine();

/** The reason why containers cannot run here; null if they can. */
export const lacksEngine = typeof opened === 'string' ? opened : null;
export const engine = opened as Engine;

/** The answer of a command with --json. */
export type Answer = Readonly<Record<string, unknown>> & {
  readonly exitCode?: number;
  readonly pid?: number;
  readonly url?: string;
  readonly port?: number;
};

/** A server of the demo tenant at a free port of loopback. */
const DEMO = ['--demo', '--transport', 'streamable-http', '--port', '0'];

export class Container {
  readonly name = `zscaler-mcp-test-${randomBytes(4).toString('hex')}`;
  readonly #pidFile: readonly string[];

  private constructor(args: readonly string[]) {
    const at = args.indexOf('--pid-file');
    this.#pidFile = at === -1 ? [] : args.slice(at, at + 2);
  }

  /** Runs the image as a server and waits until it is ready. */
  static async start(options: readonly string[] = [], args: readonly string[] = []): Promise<Container> {
    return Container.run(options, [...DEMO, ...args]);
  }

  /** Like `start`, with only the given arguments. */
  static async run(options: readonly string[], words: readonly string[]): Promise<Container> {
    const container = new Container(words);
    onTestFinished(async () => {
      await engine.run('rm', '--force', '--time', '1', container.name);
    });
    await engine.must('run', '--detach', '--network', 'host', '--name', container.name, ...options, IMAGE, ...words);
    await container.ready();
    return container;
  }

  /** Runs the image to its end. */
  static once(options: readonly string[], words: readonly string[]): Promise<Finished> {
    return engine.run('run', '--rm', '--network', 'host', ...options, IMAGE, ...words);
  }

  async ready(): Promise<void> {
    await expect.poll(async () => (await this.ask('status'))['state'], { timeout: 30_000, interval: 200 }).toBe('ready');
  }

  zscaler(...words: string[]): Promise<Finished> {
    return engine.run('exec', this.name, 'zscaler-mcp', ...words, ...(words.includes('--pid-file') ? [] : this.#pidFile));
  }

  async ask(...words: string[]): Promise<Answer> {
    const { out, err } = await this.zscaler(...words, '--json');
    try {
      return JSON.parse(out) as Answer;
    } catch {
      return { message: out + err };
    }
  }

  /** Copies a file as docker does, keeping its owner and mode. */
  copy(file: string, to: string): Promise<string> {
    const words = engine.name === 'podman' ? ['--archive=false'] : [];
    return engine.must('cp', ...words, file, `${this.name}:${to}`);
  }

  async url(): Promise<string> {
    return (await this.ask('status')).url ?? '';
  }

  /** The engine's state of the container. */
  inspect(format: string): Promise<string> {
    return engine.must('inspect', '--format', format, this.name);
  }

  log(): Promise<string> {
    return engine.run('logs', this.name).then(({ out, err }) => out + err);
  }
}

/** A world-readable temporary folder, removed after the test. */
export function makeFolder(): string {
  const folder = mkdtempSync('/var/tmp/zscaler-mcp-test-');
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Readable for the user of the container, who is not root. */
export function writeEnv(path: string, level: string): string {
  writeFileSync(path, `ZSCALER_MCP_LOG_LEVEL=${level}\n`, { mode: 0o644 });
  return path;
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'a test', version: '1' } },
};

export const initializeText = JSON.stringify(INITIALIZE);

/** The HTTP status of the answer to `initialize`. */
export async function initialize(url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: initializeText,
  });
  await response.text();
  return response.status;
}

/** Logs an observation in one line. */
export const report = (line: string): void => console.error(`seen: ${line}`);
