import { describe, expect, it } from 'vitest';
import { loadSettings, rows } from './index.ts';
import { secretsPlaceOf } from './secrets-place.ts';

const load = (boot: Record<string, string>) => loadSettings({ flags: {}, envFile: null, boot });
const VAULT = { ZSCALER_MCP_VAULT_PATH: 'zscaler-mcp', VAULT_ADDR: 'https://vault.example:8200/', VAULT_TOKEN: 't' };

describe('a secrets manager', () => {
  it('is none without the setting that asks for it, whatever other programs have in the environment', () => {
    const { settings, problems, warnings } = load({
      AWS_REGION: '!',
      VAULT_ADDR: 'http://vault:8200',
      VAULT_TOKEN: 't',
      GCP_PROJECT_ID: 'p',
    });
    expect([secretsPlaceOf(settings), problems, warnings]).toEqual([null, [], []]);
  });

  it.each([
    [{ ZSCALER_SECRET_NAME: 'prod/x' }, { kind: 'aws', name: 'prod/x', region: undefined }],
    [
      { ZSCALER_SECRET_NAME: 'prod/x', AWS_DEFAULT_REGION: 'eu-west-1' },
      { kind: 'aws', region: 'eu-west-1' },
    ],
    [
      { ZSCALER_SECRET_NAME: 'x', AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'eu-west-1' },
      { kind: 'aws', region: 'eu-west-2' },
    ],
    [VAULT, { kind: 'vault', address: 'https://vault.example:8200', mount: 'secret', path: 'zscaler-mcp', token: 't' }],
    [
      { ZSCALER_MCP_GCP_SECRET_MANAGER: '1', GCP_PROJECT_ID: 'p', ZSCALER_MCP_GCP_SECRETS: 'ZSCALER_CLIENT_SECRET' },
      { kind: 'gcp', project: 'p', names: ['ZSCALER_CLIENT_SECRET'], isComplete: true },
    ],
  ])('%j is %j', (boot, place) => {
    const { settings, problems } = load(boot);
    expect(problems).toEqual([]);
    expect(secretsPlaceOf(settings)).toMatchObject(place);
  });

  it('of Google is asked for all secrets of the table and the tenant, if nobody says for which', () => {
    const place = secretsPlaceOf(load({ ZSCALER_MCP_GCP_SECRET_MANAGER: 'true', GCP_PROJECT_ID: 'p' }).settings);
    const names = place?.kind === 'gcp' ? place.names : [];
    const wanted = rows.filter(([, { secret, group, locatesSecrets }]) => !locatesSecrets && (secret || group === 'tenant'));
    expect(wanted.map(([, { env }]) => env).filter((env) => !names.includes(env))).toEqual([]);
    // What operators of similar servers keep there.
    expect(names).toEqual(
      expect.arrayContaining(['ZSCALER_CLIENT_ID', 'ZSCALER_VANITY_DOMAIN', 'ZSCALER_MCP_WRITE_ENABLED', 'ZSCALER_MCP_WRITE_TOOLS']),
    );
    expect(names).not.toContain('VAULT_TOKEN');
  });

  it.each([
    [{ ZSCALER_SECRET_NAME: 'x', ...VAULT }, ['ZSCALER_MCP_VAULT_PATH']],
    [{ ZSCALER_SECRET_NAME: 'x', AWS_REGION: 'eu west' }, ['AWS_REGION']],
    [{ ZSCALER_MCP_GCP_SECRET_MANAGER: 'true' }, ['GCP_PROJECT_ID']],
    [
      { ZSCALER_MCP_GCP_SECRET_MANAGER: 'true', GCP_PROJECT_ID: 'p', ZSCALER_MCP_GCP_SECRETS: 'ZSCALER_CLIENT_SECRET,VAULT_TOKEN,nix' },
      ['ZSCALER_MCP_GCP_SECRETS', 'ZSCALER_MCP_GCP_SECRETS'],
    ],
    [
      { ZSCALER_MCP_GCP_SECRET_MANAGER: 'true', GCP_PROJECT_ID: 'p', ZSCALER_MCP_GCP_ENDPOINT: 'secretmanager.example' },
      ['ZSCALER_MCP_GCP_ENDPOINT'],
    ],
    [{ ZSCALER_MCP_VAULT_PATH: 'x' }, ['VAULT_ADDR', 'VAULT_TOKEN']],
    [{ ...VAULT, VAULT_ADDR: 'http://vault.example' }, ['VAULT_ADDR']],
    [{ ...VAULT, ZSCALER_MCP_VAULT_PATH: '../sys/seal' }, ['ZSCALER_MCP_VAULT_PATH']],
    [{ ...VAULT, ZSCALER_MCP_VAULT_MOUNT: '/secret/' }, ['ZSCALER_MCP_VAULT_MOUNT']],
  ])('%j is refused for %j', (boot, settings) => {
    const loaded = load(boot);
    expect(loaded.problems.map(({ setting }) => setting)).toEqual(settings);
    expect(secretsPlaceOf(loaded.settings)).toBeNull();
  });

  it('cannot say where a secrets manager is, nor steer the interpreter', () => {
    const loaded = loadSettings({
      flags: {},
      envFile: null,
      boot: {},
      secrets: {
        VAULT_TOKEN: 'x',
        ZSCALER_SECRET_NAME: 'y',
        ZSCALER_MCP_PID_FILE: '/x',
        NODE_OPTIONS: '--inspect',
        DB_PASSWORD: 'SENTINEL',
      },
    });
    expect([loaded.settings.vaultToken, loaded.settings.secretName, loaded.settings.pidFile]).toEqual([undefined, undefined, undefined]);
    expect(loaded.problems.map(({ setting }) => setting)).toEqual(['NODE_OPTIONS']);
    expect(loaded.warnings.map(({ setting }) => setting)).toEqual([
      'VAULT_TOKEN',
      'ZSCALER_SECRET_NAME',
      'ZSCALER_MCP_PID_FILE',
      'DB_PASSWORD',
    ]);
    expect(JSON.stringify([loaded.problems, loaded.warnings])).not.toContain('SENTINEL');
  });
});
