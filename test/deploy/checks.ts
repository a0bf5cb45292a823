/** Checks for all rendered Kubernetes manifests, from kustomize and helm. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { topics } from '../../src/settings/table.ts';
import { only, serverOf, templateOf, type Fields, type Manifest } from './manifests.ts';
import { breachesOf } from './pod-security.ts';
import { complaintsOf } from './schema.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** To be called inside a `describe`. */
export function itIsSound(manifests: readonly Manifest[]): void {
  const deployments = manifests.filter(({ kind }) => kind === 'Deployment');

  it('are what the API takes, with no field that it does not know', async () => {
    expect(manifests.length).toBeGreaterThan(5);
    expect(await complaintsOf(manifests)).toEqual([]);
  });

  it('ask for nothing that the restricted standard forbids', () => {
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

  it('select existing pods, and only their own', () => {
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
    const secrets = new Set(manifests.filter(({ kind }) => kind === 'Secret' || kind === 'ConfigMap').map(({ metadata }) => metadata.name));
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
    // Without a certificate: only the names are checked.
    const env = Object.fromEntries(
      Object.entries(variables)
        .map(([name, value]) => [name, files[value as keyof typeof files] ?? value] as const)
        .filter(([, value]) => value !== ''),
    );
    if ('ZSCALER_MCP_TLS_CERTFILE' in variables) env['ZSCALER_MCP_HOST'] = '127.0.0.1';
    // Without it the command would judge a server that this machine happens to run.
    env['ZSCALER_MCP_PID_FILE'] = join(folder, 'server.pid');
    const { status, stdout } = spawnSync(process.execPath, [main, 'check', '--json'], { encoding: 'utf8', env });
    const { errors, warnings } = JSON.parse(stdout) as { errors: unknown[]; warnings: unknown[] };
    // The name of the store is known inside the cluster alone.
    const away = 'ZSCALER_MCP_STATE_URL' in variables ? [expect.stringMatching(/^the state store cannot be reached: /)] : [];
    expect({ status, errors, warnings }).toEqual({ status: 0, errors: [], warnings: away });
    const known = new Set(topics.flatMap(([, rows]) => Object.values(rows).map(({ env }) => env)));
    expect(Object.keys(variables).filter((name) => !known.has(name))).toEqual(['POD_IP']);
    expect(Object.values(variables).filter((value) => value.includes('$('))).toEqual([]);
  });
}

/** The variables of the server's container as the kubelet makes them: with what Secrets give, and `$(NAME)` of those before. */
export function variablesOf(manifests: readonly Manifest[]): Record<string, string> {
  const { container } = serverOf(manifests);
  const variables = Object.fromEntries(
    (container.envFrom ?? []).flatMap(({ secretRef }) => Object.entries(secretOf(manifests, secretRef?.name))),
  );
  for (const { name, value, valueFrom = {} } of container.env ?? []) {
    const { name: secret, key = '' } = (valueFrom['secretKeyRef'] ?? {}) as { name?: string; key?: string };
    const given = value ?? ('fieldRef' in valueFrom ? POD_IP : secretOf(manifests, secret)[key]);
    if (given === undefined) throw new Error(`${name} comes from ${key} of the Secret ${secret}, which is not there`);
    variables[name] = given.replaceAll(/\$\((\w+)\)/g, (whole, other: string) => variables[other] ?? whole);
  }
  return variables;
}

export const POD_IP = '10.1.2.3';

function secretOf(manifests: readonly Manifest[], name: string | undefined): Record<string, string> {
  const { data = {} } = manifests.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === name) ?? {};
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

const matches = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);

/** The content of /config/.env in the pod. */
function textOfEnv(manifests: readonly Manifest[]): string {
  const { pod } = serverOf(manifests);
  const volume = (pod.volumes?.find(({ name }) => name === 'env') ?? {}) as { secret?: Fields; configMap?: Fields };
  if (volume.secret) return secretOf(manifests, String(volume.secret['secretName']))['.env'] ?? '';
  return only(manifests, 'ConfigMap', String(volume.configMap?.['name'])).data?.['.env'] ?? '';
}
