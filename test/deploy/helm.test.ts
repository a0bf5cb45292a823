import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { itIsSound, variablesOf } from './checks.ts';
import { lacksHelm, only, render, renderChart, runHelm, serverOf, templateOf, type Fields, type Manifest } from './manifests.ts';

const KEY = '0123456789abcdefghijklmnopqrstuvwxyz';
const ENV = `ZSCALER_MCP_AUTH_API_KEY=${KEY}\nZSCALER_MCP_LOG_LEVEL=info\n`;

const secret = (name: string, data: Readonly<Record<string, string>>): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
});

const STATE = secret('shared', { STATE_URL: 'redis://redis:6379', REQUEST_STATE_KEYS: KEY });

/** Values, and objects that exist in the cluster outside the release. */
const variants: Readonly<Record<string, readonly [values: Fields, beside: readonly Manifest[]]>> = {
  'reload by itself': [{ env: ENV }, []],
  'roll on change': [{ env: ENV, onChange: 'roll' }, []],
  'a secret made elsewhere': [{ existingSecret: 'elsewhere' }, [secret('elsewhere', { '.env': ENV })]],
  'three replicas': [{ env: ENV, replicas: 3, stateSecret: 'shared', onChange: 'roll' }, [STATE]],
  tls: [{ env: ENV, tlsSecret: 'zscaler-mcp-tls', allowedHosts: ['mcp.example.com'] }, []],
};

const missing = lacksHelm();
if (missing !== null) {
  console.error(`skipped: ${missing}`);
  if (process.env['CI'] === 'true') throw new Error(missing);
}

describe.skipIf(missing !== null)('the chart for Helm', () => {
  describe.each(Object.entries(variants))('%s', (_name, [values, beside]) => {
    itIsSound(missing === null ? [...renderChart(values), ...beside] : []);
  });

  it('is taken by the strict linter, and carries the version of the program', () => {
    const { status, stdout, stderr } = runHelm(['lint', '--strict'], { env: ENV });
    expect(status, stdout + stderr).toBe(0);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    const [container] = templateOf(only(renderChart({ env: ENV }), 'Deployment')).spec.containers;
    expect(container).toMatchObject({ image: `zscaler-mcp:${version}` });
  });

  it.each([
    [{}, 'there is no .env'],
    [{ env: ENV, existingSecret: 'elsewhere' }, 'both set'],
    [{ env: ENV, replicas: 2 }, 'needs stateSecret'],
    [{ existingSecret: 'elsewhere', onChange: 'roll' }, 'onChange: roll needs env'],
    [{ env: ENV, terminationGracePeriodSeconds: 12 }, 'must be longer than'],
    [{ env: ENV, replicsa: 2 }, "'replicsa' not allowed"],
    [{ env: ENV, onChange: 'sometimes' }, 'onChange'],
  ])('refuses %j', (values, words) => {
    const { status, stderr } = runHelm(['template', 'zscaler-mcp'], values);
    expect(status).not.toBe(0);
    expect(stderr).toContain(words);
  });

  it('another .env changes the pods of "roll" and leaves those of "reload" as they are', () => {
    const deployments = (onChange: string) =>
      [ENV, `${ENV}ZSCALER_MCP_DRAIN_TIMEOUT=5\n`].map((env) => only(renderChart({ env, onChange }), 'Deployment'));
    const [before, after] = deployments('roll');
    expect(after).not.toEqual(before);
    const [same, still] = deployments('reload');
    expect(still).toEqual(same);
    expect(variablesOf(renderChart({ env: ENV }))['ZSCALER_MCP_WATCH_ENV']).toBe('true');
  });

  it('describes the container that the kustomize base describes', (context) => {
    let base;
    try {
      base = serverOf(render('overlays/watch', { 'overlays/watch/.env': ENV }));
    } catch {
      return context.skip('no kubectl renders the base');
    }
    const chart = serverOf(renderChart({ env: ENV }));
    const comparable = ({ pod, container }: typeof base) => ({
      ...pod,
      containers: [{ ...container, image: '', env: container.env?.toSorted((one, other) => one.name.localeCompare(other.name)) }],
    });
    const withoutScheme = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(',"scheme":"HTTP"', ''));
    expect(withoutScheme(comparable(chart))).toEqual(withoutScheme(comparable(base)));
  });
});
