/** Runs the pod of the Kubernetes manifests as a container: everything except the cluster is real. */
import { chmodSync, chownSync, lchownSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { POD_IP, variablesOf } from '../deploy/checks.ts';
import { lacksKubectl, render, serverOf, type Fields, type Manifest, type Probe } from '../deploy/manifests.ts';
import { Container, engine, initialize, lacksEngine, makeFolder, report } from './container.ts';

const KEY = '0123456789abcdefghijklmnopqrstuvwxyz';
const textFor = (level: string): string =>
  `ZSCALER_MCP_AUTH_API_KEY=${KEY}\nZSCALER_MCP_DISABLE_ENTITLEMENT_FILTER=true\nZSCALER_MCP_LOG_LEVEL=${level}\n`;

const lacks = lacksEngine ?? lacksKubectl();
if (lacks !== null) {
  console.error(`the pod is not tried: ${lacks}`);
  if (process.env['CI'] === 'true') throw new Error(lacks);
}

/** A volume as the kubelet updates it: one rename switches the link to all files. */
class Projection {
  readonly folder = makeFolder();
  readonly #mode: number;
  readonly #group: number;
  #version = 0;

  constructor(mode: number, group: number, text: string) {
    this.#mode = mode;
    this.#group = group;
    this.write(text);
    symlinkSync('..data/.env', join(this.folder, '.env'));
  }

  write(text: string): void {
    const version = `..2026_${this.#version++}`;
    mkdirSync(join(this.folder, version));
    const file = join(this.folder, version, '.env');
    writeFileSync(file, text);
    chmodSync(file, this.#mode);
    chownSync(file, 0, this.#group);
    symlinkSync(version, join(this.folder, '..data_tmp'));
    lchownSync(join(this.folder, '..data_tmp'), 0, this.#group);
    renameSync(join(this.folder, '..data_tmp'), join(this.folder, '..data'));
    if (this.#version > 1) rmSync(join(this.folder, `..2026_${this.#version - 2}`), { recursive: true });
  }
}

/** The manifest as arguments of the engine; only the address differs, since containers share the host's network here. */
function optionsOf(manifests: readonly Manifest[], secret: Projection): string[] {
  const { pod, container } = serverOf(manifests);
  const { runAsUser, runAsGroup, fsGroup } = pod.securityContext as Record<string, number>;
  const env = { ...variablesOf(manifests), ...ADDRESS };
  const mounts = (container.volumeMounts ?? []).flatMap(({ name, mountPath }) => {
    const volume = pod.volumes?.find((each) => each.name === name);
    if (volume && 'secret' in volume) return ['--volume', `${secret.folder}:${mountPath}:ro`];
    return ['--mount', `type=tmpfs,destination=${mountPath},tmpfs-mode=2777`];
  });
  expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  const user = ['--user', `${runAsUser}:${runAsGroup}`, '--group-add', String(fsGroup)];
  const locked = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  return [
    ...user,
    ...locked,
    ...(engine.name === 'podman' ? ['--read-only-tmpfs=false'] : []),
    ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...mounts,
  ];
}

const ADDRESS = { ZSCALER_MCP_HOST: '127.0.0.1', ZSCALER_MCP_PORT: '0' };

async function answers(url: string, probe: Probe | undefined): Promise<number> {
  const response = await fetch(new URL(probe?.httpGet?.path ?? '', url));
  await response.text();
  return response.status;
}

/** The status of a request without credentials and with another Host. */
function statusFor(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers: { host } }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    outgoing.once('error', reject).end();
  });
}

type Operations = readonly { readonly kind: string; readonly outcome: string; readonly askedBy?: { readonly by?: string } }[];

describe.skipIf(lacks !== null)('the pod of the overlay "watch"', () => {
  it('serves with only its own folder writable, answers its probes, and applies updates by the kubelet', async () => {
    const manifests = render('overlays/watch', { 'overlays/watch/.env': textFor('info') });
    const { pod, container: described } = serverOf(manifests);
    const volume = pod.volumes?.find(({ name }) => name === 'env')?.['secret'] as Fields;
    const secret = new Projection(Number(volume['defaultMode']), 1_000, textFor('info'));
    const container = await Container.run(optionsOf(manifests, secret), []);
    const url = await container.url();
    expect(await container.ask('status')).toMatchObject({ pid: 1, dotenvPath: '/config/.env', pidFile: '/run/zscaler-mcp/server.pid' });
    for (const probe of [described.startupProbe, described.readinessProbe, described.livenessProbe])
      expect(await answers(url, probe)).toBe(200);
    expect(await initialize(url)).toBe(401);
    expect(await initialize(url, { authorization: `Bearer ${KEY}` })).toBe(200);

    for (const [host, status] of [
      [`${POD_IP}:8000`, 401],
      ['zscaler-mcp.zscaler-mcp.svc:8000', 401],
      ['10.9.9.9:8000', 421],
    ] as const)
      expect(await statusFor(url, host), host).toBe(status);

    const operations = async (): Promise<Operations> => (await container.ask('status'))['operations'] as Operations;
    const until = (count: number) => expect.poll(async () => (await operations()).length, { timeout: 20_000, interval: 300 }).toBe(count);
    secret.write(textFor('warn'));
    await until(1);
    secret.write(textFor('loud'));
    await until(2);
    expect(await initialize(url, { authorization: `Bearer ${KEY}` })).toBe(200);
    secret.write(textFor('error'));
    await until(3);
    expect(await operations()).toMatchObject(
      ['applied', 'refused', 'applied'].map((outcome) => ({ kind: 'reload', outcome, askedBy: { by: 'watch' } })),
    );

    expect(await container.ask('restart')).toMatchObject({ outcome: 'restarted' });
    for (const probe of [described.readinessProbe, described.livenessProbe]) expect(await answers(url, probe)).toBe(200);
    await engine.must('stop', '--time', String(pod.terminationGracePeriodSeconds), container.name);
    expect(await container.inspect('{{.State.ExitCode}}')).toBe('0');
    report('the pod: probes 200, three moved links: applied, refused, applied; restart in place; SIGTERM ends it with 0');
  });
});
