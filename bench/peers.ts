/** Servers known for good restarts, configured as their manuals recommend, with a trivial application or upstream. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RunningPeer {
  readonly url: string;
  /** Requests the restart without waiting for its end. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface Peer {
  readonly name: string;
  /** What the restart replaces. */
  readonly renews: string;
  /** Program and arguments that print the version. */
  readonly version: readonly [program: string, ...args: string[]];
  start(): Promise<RunningPeer>;
}

export const peers: readonly Peer[] = [
  {
    name: 'nginx -s reload',
    renews: 'configuration, worker processes',
    version: ['nginx', '-v'],
    start: () => startNginx(),
  },
  {
    name: 'HAProxy, master reload',
    renews: 'configuration, worker process',
    version: ['haproxy', '-v'],
    start: () => startHaproxy(),
  },
  {
    name: 'gunicorn, HUP',
    renews: 'application, worker processes',
    version: ['gunicorn', '--version'],
    start: () => startGunicorn(),
  },
  {
    name: 'puma, phased restart',
    renews: 'application, worker processes, one by one',
    version: ['puma', '--version'],
    start: () => startPuma('SIGUSR1'),
  },
  {
    name: 'puma, hot restart',
    renews: 'everything, by exec',
    version: ['puma', '--version'],
    start: () => startPuma('SIGUSR2'),
  },
];

/** First line of the program's version output; null if it is not installed. */
export function versionOf({ version: [program, ...args] }: Peer): string | null {
  try {
    return (
      execFileSync('sh', ['-c', '"$@" 2>&1', 'sh', program, ...args], { encoding: 'utf8' })
        .split('\n')[0]
        ?.trim() ?? ''
    );
  } catch {
    return null;
  }
}

interface Plan {
  readonly command: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly signal: NodeJS.Signals;
  readonly upstream?: ChildProcess;
}

async function startNginx(): Promise<RunningPeer> {
  const { port: behind, child: upstream } = await startUpstream();
  return run((folder, port) => ({
    command: ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')],
    files: {
      'nginx.conf': `
daemon off;
worker_processes 2;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder};
  proxy_temp_path ${folder};
  fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder};
  scgi_temp_path ${folder};
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://127.0.0.1:${behind}; }
  }
}
`,
    },
    // The signal that `nginx -s reload` sends.
    signal: 'SIGHUP',
    upstream,
  }));
}

async function startHaproxy(): Promise<RunningPeer> {
  const { port: behind, child: upstream } = await startUpstream();
  return run((folder, port) => ({
    command: ['haproxy', '-W', '-f', join(folder, 'haproxy.cfg')],
    files: {
      'haproxy.cfg': `
global
  stats socket ${folder}/admin mode 600 level admin expose-fd listeners
defaults
  mode http
  timeout connect 5s
  timeout client 70s
  timeout server 70s
frontend all
  bind 127.0.0.1:${port}
  default_backend trivial
backend trivial
  server one 127.0.0.1:${behind}
`,
    },
    signal: 'SIGUSR2',
    upstream,
  }));
}

const startGunicorn = (): Promise<RunningPeer> =>
  run((folder, port) => ({
    command: [
      'gunicorn',
      '--chdir',
      folder,
      '-b',
      `127.0.0.1:${port}`,
      '-w',
      '2',
      '-k',
      'gthread',
      '--threads',
      '16',
      '--keep-alive',
      '65',
      'app:app',
    ],
    files: {
      'app.py': `
import json

def app(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    answer = json.dumps({"jsonrpc": "2.0", "id": json.loads(body or b"{}").get("id", 0), "result": {"content": []}}, separators=(",", ":")).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
`,
    },
    signal: 'SIGHUP',
  }));

const startPuma = (signal: NodeJS.Signals): Promise<RunningPeer> =>
  run((folder, port) => ({
    command: ['puma', '-C', join(folder, 'puma.rb'), join(folder, 'config.ru')],
    files: {
      'puma.rb': `
bind "tcp://127.0.0.1:${port}"
workers 2
threads 16, 16
persistent_timeout 65
directory "${folder}"
quiet
`,
      'config.ru': `
require "json"
run lambda { |env|
  body = env["rack.input"].read
  id = body.empty? ? 0 : JSON.parse(body)["id"]
  [200, { "content-type" => "application/json" }, [JSON.generate({ jsonrpc: "2.0", id: id, result: { content: [] } })]]
}
`,
    },
    signal,
  }));

async function run(plan: (folder: string, port: number) => Plan): Promise<RunningPeer> {
  const folder = mkdtempSync(join(tmpdir(), 'zscaler-mcp-bench-'));
  const port = await freePort();
  const { command, files, signal, upstream } = plan(folder, port);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const [program = '', ...args] = command;
  const env = { PATH: `${process.env['PATH']}:/usr/sbin`, HOME: folder };
  const child = spawn(program, args, { cwd: folder, env, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}/`;
  await untilItAnswers(url, child);
  return {
    url,
    async restart() {
      child.kill(signal);
    },
    async stop() {
      child.kill('SIGTERM');
      await ended(child);
      upstream?.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startUpstream(): Promise<{ port: number; child: ChildProcess }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'upstream.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { port: Number(line.toString()), child };
}

/** A port that is free at the moment; these programs cannot report a port that the kernel chose. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with exit code ${child.exitCode}`);
    const answer = await fetch(url, { method: 'POST', body: '{"id":1}', headers: { connection: 'close' } }).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A master may wait for idle connections of its clients; the load has closed all of them by now. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await once(child, 'exit');
  clearTimeout(timer);
}
