import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { topics } from '../../src/settings/table.ts';
import { lacksKubectl, only, render, serverOf, templateOf, type Fields, type Manifest } from './manifests.ts';
import { breachesOf } from './pod-security.ts';
import { complaintsOf } from './schema.ts';

const KEY = '0123456789abcdefghijklmnopqrstuvwxyz';
const ENV = `ZSCALER_MCP_AUTH_API_KEY=${KEY}\nZSCALER_MCP_LOG_LEVEL=info\n`;
const STATE = `REDIS_PASSWORD=pa55word\nSTATE_URL=redis://:pa55word@zscaler-mcp-redis:6379\nREQUEST_STATE_KEYS=${KEY}\n`;
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const kustomization = (resource: string, component: string): string =>
  `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../${resource}]\ncomponents: [../../components/${component}]\n`;

/** What the page recommends, by its name; each with the files that an operator puts beside it. */
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

/** The variables of the server's container, with what Secrets give. */
function variablesOf(manifests: readonly Manifest[]): Record<string, string> {
  const { container } = serverOf(manifests);
  const whole = (container.envFrom ?? []).flatMap(({ secretRef }) => Object.entries(secretOf(manifests, secretRef?.name)));
  const single = (container.env ?? []).map(({ name, value, valueFrom }) => {
    const { name: secret, key = '' } = (valueFrom?.['secretKeyRef'] ?? {}) as { name?: string; key?: string };
    const given = value ?? secretOf(manifests, secret)[key];
    if (given === undefined) throw new Error(`${name} comes from ${key} of the Secret ${secret}, which is not there`);
    return [name, given] as const;
  });
  return Object.fromEntries([...whole, ...single]);
}

function secretOf(manifests: readonly Manifest[], name: string | undefined): Record<string, string> {
  const { data = {} } = manifests.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === name) ?? {};
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

const matches = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

describe.skipIf(missing !== null)('the manifests for Kubernetes', () => {
  describe.each(Object.entries(variants))('%s', (_name, make) => {
    const manifests = missing === null ? make() : [];
    const deployments = manifests.filter(({ kind }) => kind === 'Deployment');

    it('are what the API takes, with no field that it does not know', async () => {
      expect(manifests.length).toBeGreaterThan(5);
      expect(await complaintsOf(manifests)).toEqual([]);
    });

    it('ask for nothing that the restricted standard forbids, in a namespace that enforces it', () => {
      expect(only(manifests, 'Namespace').metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
      for (const deployment of deployments) {
        const { spec: pod } = templateOf(deployment);
        expect(breachesOf(pod)).toEqual([]);
        expect(pod.automountServiceAccountToken).toBe(false);
        for (const { name, securityContext, resources } of pod.containers) {
          expect(securityContext?.['readOnlyRootFilesystem'], name).toBe(true);
          expect(resources?.limits?.['memory'], name).toBeDefined();
        }
      }
    });

    it('select pods that there are, and nobody else’s', () => {
      const labels = deployments.map((each) => [each.metadata.name, templateOf(each).metadata.labels] as const);
      const selecting = manifests.filter(({ kind }) => ['Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy'].includes(kind));
      expect(selecting.length).toBeGreaterThanOrEqual(4);
      for (const { kind, metadata, spec } of selecting) {
        const selector = (spec?.['selector'] ?? spec?.['podSelector']) as { matchLabels?: Record<string, string> };
        const wanted = kind === 'Service' ? (selector as Record<string, string>) : (selector.matchLabels ?? {});
        const selected = labels.filter(([, of]) => matches(wanted, of)).map(([name]) => name);
        expect(selected, `${kind} ${metadata.name}`).toEqual([metadata.name]);
      }
    });

    it('name ports, volumes and secrets that there are', () => {
      const secrets = new Set(
        manifests.filter(({ kind }) => kind === 'Secret' || kind === 'ConfigMap').map(({ metadata }) => metadata.name),
      );
      for (const deployment of deployments) {
        const { spec: pod } = templateOf(deployment);
        const service = only(manifests, 'Service', deployment.metadata.name).spec?.['ports'] as { targetPort: string }[];
        const ports = pod.containers.flatMap(({ ports = [] }) => ports.map(({ name }) => name));
        expect(service.map(({ targetPort }) => targetPort)).toEqual(ports);
        const volumes = new Set((pod.volumes ?? []).map(({ name }) => name));
        for (const { volumeMounts = [] } of pod.containers)
          for (const { name, subPath } of volumeMounts) expect([volumes.has(name), subPath], name).toEqual([true, undefined]);
        const text = JSON.stringify(pod);
        for (const [, name = ''] of text.matchAll(
          /"(?:secretName|secretKeyRef":\{"key":"\w+","name|(?:configMap|secretRef)":\{"name)":"([^"]+)"/g,
        ))
          if (name !== 'zscaler-mcp-tls') expect(secrets, name).toContain(name);
      }
    });

    it('leave time to stop, and end a pod only after the nodes have heard of it', () => {
      const { pod, container } = serverOf(manifests);
      const drain = topics.flatMap(([, rows]) => Object.values(rows)).find(({ env }) => env === 'ZSCALER_MCP_DRAIN_TIMEOUT');
      const pause = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
      expect(pause).toBeGreaterThan(0);
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(pause + Number(drain?.default) + 5);
    });

    it('give the server settings that it knows and takes', () => {
      const variables = variablesOf(manifests);
      const folder = mkdtempSync(join(tmpdir(), 'zscaler-mcp-pod-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const files = { '/config/.env': join(folder, '.env'), '/tls/tls.crt': '', '/tls/tls.key': '' };
      writeFileSync(files['/config/.env'], textOfEnv(manifests));
      // No certificate is at hand; that the names are right is what counts here.
      const env = Object.fromEntries(
        Object.entries(variables)
          .map(([name, value]) => [name, files[value as keyof typeof files] ?? value] as const)
          .filter(([, value]) => value !== ''),
      );
      if ('ZSCALER_MCP_TLS_CERTFILE' in variables) env['ZSCALER_MCP_HOST'] = '127.0.0.1';
      const { status, stdout } = spawnSync(process.execPath, [main, 'check', '--json'], { encoding: 'utf8', env });
      const { errors, warnings } = JSON.parse(stdout) as { errors: unknown[]; warnings: unknown[] };
      expect({ status, errors, warnings }).toEqual({ status: 0, errors: [], warnings: [] });
      const known = new Set(topics.flatMap(([, rows]) => Object.values(rows).map(({ env }) => env)));
      expect(Object.keys(variables).filter((name) => !known.has(name))).toEqual([]);
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

/** What the pod finds at /config/.env. */
function textOfEnv(manifests: readonly Manifest[]): string {
  const { pod } = serverOf(manifests);
  const volume = (pod.volumes?.find(({ name }) => name === 'env') ?? {}) as { secret?: Fields; configMap?: Fields };
  if (volume.secret) return secretOf(manifests, String(volume.secret['secretName']))['.env'] ?? '';
  return only(manifests, 'ConfigMap', String(volume.configMap?.['name'])).data?.['.env'] ?? '';
}

/** Sends lines to a server, and waits a moment for all of what it says. */
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
