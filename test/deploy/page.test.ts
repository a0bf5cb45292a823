/** Runs the commands of docs/operations/kubernetes.md in a copy; manifests are rendered instead of applied to a cluster. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { variablesOf } from './checks.ts';
import { lacksHelm, lacksKubectl, only, parse, serverOf, type Manifest } from './manifests.ts';
import { complaintsOf } from './schema.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(repository, 'docs/operations/kubernetes.md'), 'utf8');
const KEY = '0123456789abcdefghijklmnopqrstuvwxyz';

const missing = lacksKubectl() ?? lacksHelm();
if (missing !== null) {
  console.error(`skipped: ${missing}`);
  if (process.env['CI'] === 'true') throw new Error(missing);
}

/** The block of the page that holds these words. */
function blockWith(words: string): string {
  const [found, ...more] = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, text = '']) => (text.includes(words) ? [text] : []));
  if (found === undefined || more.length > 0) throw new Error(`expected one block with "${words}" on the page`);
  return found;
}

const CLUSTER = `
kubectl() {
  case "$*" in
    "apply -k "*) "$ZSCALER_MCP_TEST_KUBECTL" kustomize "$3" ;;
    *" rollout status deployment/zscaler-mcp") ;;
    *) echo "not expected: kubectl $*" >&2; return 1 ;;
  esac
}
helm() {
  [ "$1 $2" = "upgrade --install" ]; shift 2
  "$ZSCALER_MCP_TEST_HELM" template "$@"
}
`;

function type(lines: string): Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), 'zscaler-mcp-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(join(repository, 'deploy'), join(folder, 'deploy'), { recursive: true });
  writeFileSync(join(folder, 'my.env'), `ZSCALER_MCP_AUTH_API_KEY=${KEY}\n`);
  const env = { ZSCALER_MCP_TEST_KUBECTL: 'kubectl', ZSCALER_MCP_TEST_HELM: 'helm', ...process.env };
  // A shell function must not call itself.
  const script = `set -eu\n${CLUSTER.replaceAll('"$ZSCALER_MCP', 'command "$ZSCALER_MCP')}${lines}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8', env });
  expect(status, stderr).toBe(0);
  return parse(stdout);
}

describe.skipIf(missing !== null)('the page about Kubernetes', () => {
  it('makes an overlay of one’s own, with the image from a registry', async () => {
    const manifests = type(blockWith('overlays/mine'));
    expect(serverOf(manifests).container).toMatchObject({ image: 'registry.example.com/zscaler-mcp:0.1.0' });
    expect(variablesOf(manifests)).toMatchObject({ ZSCALER_MCP_WATCH_ENV: 'true' });
    expect(await complaintsOf(manifests)).toEqual([]);
  });

  it('creates replicas with generated secrets', async () => {
    const manifests = type(blockWith('state.env'));
    expect(only(manifests, 'Deployment').spec).toMatchObject({ replicas: 3 });
    const { ZSCALER_MCP_STATE_URL: url, ZSCALER_MCP_REQUEST_STATE_KEYS: keys } = variablesOf(manifests);
    expect(url).toMatch(/^redis:\/\/:[0-9a-f]{64}@zscaler-mcp-redis:6379$/);
    expect(keys).toMatch(/^[0-9a-f]{64}$/);
    expect(url).not.toContain(keys);
  });

  it('installs the chart from a file of settings', () => {
    const manifests = type(blockWith('helm upgrade'));
    expect(serverOf(manifests).container).toMatchObject({ image: 'registry.example.com/zscaler-mcp:0.1.0' });
    expect(Buffer.from(only(manifests, 'Secret', 'zscaler-mcp-env').data?.['.env'] ?? '', 'base64').toString()).toContain(KEY);
  });

  it('names only commands and files that there are', () => {
    for (const [, name = ''] of page.matchAll(/zscaler-mcp -- zscaler-mcp (\w+)/g))
      expect(['status', 'reload', 'restart', 'check']).toContain(name);
    for (const folder of ['watch', 'roll', 'settings', 'replicas'])
      expect(readFileSync(join(repository, 'deploy/kubernetes/overlays', folder, 'kustomization.yaml'), 'utf8')).toContain('Kustomization');
  });
});
