/** A real nginx before several servers, with the configuration that `deploy/nginx` proposes. Ended by its id with the test. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeFolder, root, waitFor } from './harness.ts';
import { freePort } from './redis.ts';

/** The URL at which it answers for the servers on these ports. */
export async function startBalancer(ports: readonly number[]): Promise<string> {
  const folder = makeFolder();
  const port = await freePort();
  const proposed = readFileSync(join(root, 'deploy/nginx/zscaler-mcp.conf'), 'utf8');
  let at = 0;
  const site = proposed
    .replaceAll(/server 192\.0\.2\.\d:8000/g, () => `server 127.0.0.1:${ports[at++]}`)
    .replace('listen 8080;', `listen 127.0.0.1:${port};`);
  if (at !== ports.length || !site.includes(`:${port};`))
    throw new Error('deploy/nginx/zscaler-mcp.conf has another form than this test knows');
  writeFileSync(join(folder, 'site.conf'), site);
  writeFileSync(join(folder, 'nginx.conf'), frame(folder));
  mkdirSync(join(folder, 'tmp'));
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'ignore' });
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null) child.kill('SIGTERM');
    await ended;
  });
  await waitFor(
    async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status === 200,
    () => `nginx did not start: ${readFileSync(join(folder, 'error.log'), 'utf8')}`,
    () => child.exitCode !== null,
  );
  return `http://127.0.0.1:${port}/mcp`;
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
