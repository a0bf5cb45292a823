/** Renders `deploy/kubernetes/` with the kustomize of a real kubectl, and the chart with helm. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export type Fields = { readonly [key: string]: unknown };

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: Fields;
  readonly data?: Readonly<Record<string, string>>;
}

const chart = fileURLToPath(new URL('../../deploy/helm/zscaler-mcp', import.meta.url));
const helm = process.env['ZSCALER_MCP_TEST_HELM'] ?? 'helm';
const kubernetes = fileURLToPath(new URL('../../deploy/kubernetes', import.meta.url));
const kubectl = process.env['ZSCALER_MCP_TEST_KUBECTL'] ?? 'kubectl';

/** The reason why manifests cannot be rendered here; null if they can. */
export function lacksKubectl(): string | null {
  const { status } = spawnSync(kubectl, ['version', '--client'], { stdio: 'ignore' });
  return status === 0 ? null : 'no kubectl renders manifests: put one on PATH, or name it in ZSCALER_MCP_TEST_KUBECTL';
}

/**
 * Renders a folder of a copy of `deploy/kubernetes/`.
 * @param files content of files to put into the copy beforehand, by their path below it
 */
export function render(folder: string, files: Readonly<Record<string, string>> = {}): Manifest[] {
  const copy = mkdtempSync(join(tmpdir(), 'zscaler-mcp-kubernetes-'));
  try {
    cpSync(kubernetes, copy, { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(copy, path)), { recursive: true });
      writeFileSync(join(copy, path), text);
    }
    const text = execFileSync(kubectl, ['kustomize', join(copy, folder)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return parse(text);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** kustomize breaks long values into lines, which the API joins again. */
const unwrap = (manifest: Manifest): Manifest =>
  manifest.kind === 'Secret'
    ? {
        ...manifest,
        data: Object.fromEntries(Object.entries(manifest.data ?? {}).map(([key, value]) => [key, value.replaceAll('\n', '')])),
      }
    : manifest;

/** The reason why the chart cannot be rendered here; null if it can. */
export function lacksHelm(): string | null {
  const { status } = spawnSync(helm, ['version'], { stdio: 'ignore' });
  return status === 0 ? null : 'no helm renders the chart: put one on PATH, or name it in ZSCALER_MCP_TEST_HELM';
}

/** Runs helm on the chart, with values that override its own. @returns how it ended, what it printed and what it complained of */
export function runHelm(words: readonly string[], values: Fields): { status: number | null; stdout: string; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'zscaler-mcp-chart-'));
  try {
    writeFileSync(join(folder, 'values.json'), JSON.stringify(values));
    return spawnSync(helm, [...words, chart, '--values', join(folder, 'values.json')], { encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Renders the chart as the release `zscaler-mcp` in the namespace of the same name. */
export function renderChart(values: Fields): Manifest[] {
  const { status, stdout, stderr } = runHelm(['template', '--namespace', 'zscaler-mcp', 'zscaler-mcp'], values);
  if (status !== 0) throw new Error(stderr);
  return parse(stdout);
}

/** What a renderer printed. */
export const parse = (text: string): Manifest[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null)
    .map(unwrap);

export function only(manifests: readonly Manifest[], kind: string, name = 'zscaler-mcp'): Manifest {
  const [found, ...more] = manifests.filter((each) => each.kind === kind && each.metadata.name === name);
  if (!found || more.length > 0) throw new Error(`expected one ${kind} named ${name}, got ${found ? more.length + 1 : 0}`);
  return found;
}

/** The parts of a container that the tests look at. */
export interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: Fields }[];
  readonly envFrom?: readonly { readonly secretRef?: { readonly name: string } }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly subPath?: string }[];
  readonly securityContext?: Fields;
  readonly resources?: { readonly limits?: Record<string, string> };
  readonly args?: readonly string[];
  readonly command?: readonly string[];
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string; readonly scheme?: string };
}

export interface Pod {
  readonly terminationGracePeriodSeconds?: number;
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: Fields;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly (Fields & { readonly name: string })[];
}

export interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: Pod;
}

export const templateOf = ({ spec }: Manifest): Template => spec?.['template'] as Template;

export function serverOf(manifests: readonly Manifest[]): { pod: Pod; container: Container } {
  const pod = templateOf(only(manifests, 'Deployment')).spec;
  const [container] = pod.containers;
  if (!container) throw new Error('the pod has no container');
  return { pod, container };
}
