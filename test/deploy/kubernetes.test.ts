import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { itIsSound, variablesOf } from './checks.ts';
import { lacksKubectl, only, render, serverOf, templateOf, type Manifest } from './manifests.ts';

const KEY = '0123456789abcdefghijklmnopqrstuvwxyz';
const ENV = `ZSCALER_MCP_AUTH_API_KEY=${KEY}\nZSCALER_MCP_LOG_LEVEL=info\n`;
const STATE = `REDIS_PASSWORD=pa55word\nSTATE_URL=redis://:pa55word@zscaler-mcp-redis:6379\nREQUEST_STATE_KEYS=${KEY}\n`;

const kustomization = (resource: string, component: string): string =>
  `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../${resource}]\ncomponents: [../../components/${component}]\n`;

/** The variants recommended on the page, by name, each with the files that the operator adds. */
const variants: Readonly<Record<string, () => Manifest[]>> = {
  watch: () => render('overlays/watch', { 'overlays/watch/.env': ENV }),
  roll: () => render('overlays/roll', { 'overlays/roll/.env': ENV }),
  replicas: () => render('overlays/replicas', { 'overlays/replicas/.env': ENV, 'overlays/replicas/state.env': STATE }),
  'watch with tls': () =>
    render('overlays/mine', { 'overlays/watch/.env': ENV, 'overlays/mine/kustomization.yaml': kustomization('watch', 'tls') }),
  settings: () => render('overlays/settings', { 'overlays/settings/credentials.env': `ZSCALER_MCP_AUTH_API_KEY=${KEY}\n` }),
};

const missing = lacksKubectl();
if (missing !== null) {
  console.error(`skipped: ${missing}`);
  if (process.env['CI'] === 'true') throw new Error(missing);
}

describe.skipIf(missing !== null)('the manifests for Kubernetes', () => {
  describe.each(Object.entries(variants))('%s', (_name, make) => {
    const manifests = missing === null ? make() : [];

    itIsSound(manifests);

    it.runIf(manifests.some(({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith('-redis')))(
      'keep what must not be forgotten',
      () => {
        const redis = manifests.filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith('-redis'));
        expect(JSON.stringify(redis)).toMatch(/--maxmemory-policy noeviction /);
      },
    );

    it('are put into a namespace that enforces the restricted standard', () => {
      expect(only(manifests, 'Namespace').metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    });
  });

  it('with "watch", another .env leaves the Deployment as it is: the running server takes it', () => {
    const [before, after] = [ENV, `${ENV}ZSCALER_MCP_DRAIN_TIMEOUT=5\n`].map((env) =>
      render('overlays/watch', { 'overlays/watch/.env': env }),
    );
    expect(only(after ?? [], 'Deployment')).toEqual(only(before ?? [], 'Deployment'));
    expect(only(after ?? [], 'Secret', 'zscaler-mcp-env').data).not.toEqual(only(before ?? [], 'Secret', 'zscaler-mcp-env').data);
    expect(variablesOf(before ?? [])['ZSCALER_MCP_WATCH_ENV']).toBe('true');
  });

  it('with "roll", another .env is another Secret, which the Deployment names: the platform rolls', () => {
    const names = [ENV, `${ENV}ZSCALER_MCP_DRAIN_TIMEOUT=5\n`].map((env) => {
      const manifests = render('overlays/roll', { 'overlays/roll/.env': env });
      const volume = serverOf(manifests).pod.volumes?.find(({ name }) => name === 'env');
      return (volume as { secret?: { secretName: string } } | undefined)?.secret?.secretName ?? '';
    });
    expect(names[0]).toMatch(/^zscaler-mcp-env-\w{10}$/);
    expect(names[1]).toMatch(/^zscaler-mcp-env-\w{10}$/);
    expect(names[0]).not.toBe(names[1]);
  });

  it('two pods have nothing writable in common, so never a PID file', () => {
    for (const make of Object.values(variants)) {
      const { pod, container } = serverOf(make());
      const pidFile = variablesOf(make())['ZSCALER_MCP_PID_FILE'] ?? '';
      const mount = container.volumeMounts?.find(({ mountPath }) => pidFile.startsWith(`${mountPath}/`));
      const volume = pod.volumes?.find(({ name }) => name === mount?.name);
      expect(volume).toHaveProperty('emptyDir');
      const writable = (pod.volumes ?? []).filter((each) => !('secret' in each) && !('configMap' in each));
      expect(writable).toEqual([volume]);
    }
  });

  it('with "tls", the pod answers HTTPS only, and probes ask that way', () => {
    const manifests = variants['watch with tls']?.() ?? [];
    const { container } = serverOf(manifests);
    expect(variablesOf(manifests)).not.toHaveProperty('ZSCALER_MCP_ALLOW_HTTP');
    for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe])
      expect(probe?.httpGet?.scheme).toBe('HTTPS');
  });

  it('with "replicas", Redis starts as written, keeps nothing on disk and asks for the password', async (context) => {
    if (spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status !== 0) {
      console.error('skipped: no redis-server');
      if (process.env['CI'] === 'true') throw new Error('no redis-server');
      return context.skip();
    }
    const pod = templateOf(only(variants['replicas']?.() ?? [], 'Deployment', 'zscaler-mcp-redis')).spec;
    const [shell = '', ...words] = [...(pod.containers[0]?.command ?? []), ...(pod.containers[0]?.args ?? [])];
    const port = 20_000 + (process.pid % 10_000);
    const script = words.at(-1)?.replace('redis-server -', `redis-server - --bind 127.0.0.1 --port ${port}`) ?? '';
    const folder = mkdtempSync(join(tmpdir(), 'zscaler-mcp-redis-'));
    const redis = spawn(shell, ['-c', script], {
      cwd: folder,
      env: { PATH: process.env['PATH'], REDIS_PASSWORD: 'pa55word' },
      stdio: 'ignore',
    });
    onTestFinished(() => {
      redis.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    });
    await expect.poll(() => say(port, 'PING'), { timeout: 10_000 }).toContain('NOAUTH');
    expect(await say(port, 'AUTH pa55word\r\nCONFIG GET save\r\nCONFIG GET appendonly\r\nCONFIG GET dir')).toMatch(
      /\+OK[^]*save\r\n\$0\r\n[^]*appendonly\r\n\$2\r\nno/,
    );
    // The shell became Redis, which therefore gets the signal.
    redis.kill('SIGTERM');
    await expect.poll(() => redis.exitCode, { timeout: 10_000 }).toBe(0);
  });
});

/** Sends lines to a server and collects its answers for a moment. */
async function say(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
  socket.once('error', () => {});
  socket.write(`${text}\r\n`);
  await sleep(200);
  socket.destroy();
  return answer;
}
