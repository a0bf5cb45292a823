/** A real nginx in front of several servers, with the configuration of `deploy/nginx`. Stopped by its PID with the test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePort, makeFolder, root, waitFor } from './harness.ts';

/** Starts nginx for the servers on these ports and returns its URL. */
export async function startBalancer(ports: readonly number[]): Promise<string> {
  const folder = makeFolder();
  const port = await freePort();
  const child = startNginx(folder, port, ports);
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text));
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
  });
  await waitFor(
    async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status === 200,
    () => `nginx did not start: ${log}`,
    () => child.exitCode !== null,
  );
  return `http://127.0.0.1:${port}/mcp`;
}

function startNginx(folder: string, port: number, ports: readonly number[]): ChildProcess {
  const site = fill(ports).replace('listen 8080;', `listen 127.0.0.1:${port};`);
  writeFileSync(join(folder, 'site.conf'), site);
  writeFileSync(join(folder, 'nginx.conf'), frame(folder));
  mkdirSync(join(folder, 'tmp'));
  return spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** The configuration of `deploy/nginx` with these servers instead of the examples. */
function fill(ports: readonly number[]): string {
  const path = 'deploy/nginx/zscaler-mcp.conf';
  let at = 0;
  const filled = readFileSync(join(root, path), 'utf8').replaceAll(/192\.0\.2\.\d:8000/g, () => `127.0.0.1:${ports[at++]}`);
  if (at !== ports.length || !filled.includes('8080')) throw new Error(`${path} has another form than this test knows`);
  return filled;
}

const frame = (folder: string): string => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events { worker_connections 2048; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/tmp/${name};`).join('\n  ')}
  include ${folder}/site.conf;
}
`;
