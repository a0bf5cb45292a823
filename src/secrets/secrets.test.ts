/** Readers of secrets managers against stand-ins for the services; the SDKs are the real ones. */
import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openAws, openGcp, openVault, VAULT_TOKEN, type Manager, type Trouble } from '../../test/secrets-managers.ts';
import { failingServers, RAW_ERROR } from '../../test/failing-servers.ts';
import { openStandIn } from '../../test/stand-in.ts';
import { ZscalerMcpError } from '../common/errors.ts';
import { readManager, type AwsPlace, type GcpPlace, type VaultPlace } from './index.ts';
import { parseValues } from './values.ts';

let manager: Manager | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await manager?.close();
  manager = undefined;
});

const read = (place: AwsPlace | GcpPlace | VaultPlace, timeoutMs = 30_000) =>
  readManager(place, { timeoutMs, fetch: (url, request) => fetch(url, { ...request, redirect: 'manual' }) });

const failure = async (place: AwsPlace | GcpPlace | VaultPlace, timeoutMs?: number): Promise<ZscalerMcpError> => {
  const error: unknown = await read(place, timeoutMs).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ZscalerMcpError)) throw new Error(`no error of ours: ${String(error)}`);
  expect(`${error.message} ${error.hint} ${String(error.cause)}`).not.toContain('SENTINEL');
  return error;
};

async function vault(): Promise<VaultPlace> {
  manager = await openVault();
  return {
    kind: 'vault',
    address: manager.env['VAULT_ADDR'] ?? '',
    mount: 'secret',
    path: 'zscaler/mcp',
    token: VAULT_TOKEN,
    namespace: undefined,
  };
}

async function aws(): Promise<AwsPlace> {
  manager = await openAws();
  for (const [name, value] of Object.entries(manager.env)) vi.stubEnv(name, value);
  return { kind: 'aws', name: 'prod/zscaler', region: undefined };
}

async function gcp(names: readonly string[], isComplete: boolean): Promise<GcpPlace> {
  manager = await openGcp();
  for (const [name, value] of Object.entries(manager.env)) vi.stubEnv(name, value);
  return { kind: 'gcp', project: 'acme', names, isComplete, endpoint: manager.env['ZSCALER_MCP_GCP_ENDPOINT'] };
}

describe('what is kept as a JSON object', () => {
  it('may be text, numbers to the last digit, yes and no; null says nothing', () => {
    expect(parseValues('{"A":"x","B":72057594037927937,"C":true,"D":null,"E":""}', 'it')).toEqual({
      A: 'x',
      B: '72057594037927937',
      C: 'true',
      E: '',
    });
  });

  it.each(['SENTINEL', '"SENTINEL"', '["SENTINEL"]', '{"A":"SENTINEL"', 'null', ''])(
    'is refused without quoting it if it is none: %j',
    (text) => {
      expect(() => parseValues(text, 'the secret')).toThrow('the secret is not a JSON object of settings');
    },
  );

  it('gives texts or an error of ours that quotes no value, whatever it is', () => {
    const values = fc.dictionary(fc.string(), fc.oneof(fc.constant('SENTINEL'), fc.jsonValue()), { maxKeys: 5 });
    const given = fc.oneof(
      fc.string(),
      fc.json(),
      values.map((value) => JSON.stringify(value)),
      values.map((value) => JSON.stringify(value).slice(0, -1)),
    );
    fc.assert(
      fc.property(given, (text) => {
        try {
          return Object.values(parseValues(text, 'it')).every((value) => typeof value === 'string');
        } catch (error) {
          return error instanceof ZscalerMcpError && !error.message.includes('SENTINEL');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('names what is no text, if it looks like a name', () => {
    expect(() => parseValues('{"ZSCALER_X":["SENTINEL"],"SENTINEL a":{}}', 'it')).toThrow('ZSCALER_X, a name that is not shown');
  });
});

describe('Vault', () => {
  it('is asked with token and namespace, under the path of version 2', async () => {
    const place = await vault();
    manager?.keep({ ZSCALER_CLIENT_ID: 'id' });
    expect(await read({ ...place, namespace: 'team' })).toEqual({ place: 'Vault secret/zscaler/mcp', values: { ZSCALER_CLIENT_ID: 'id' } });
  });

  it.each<[string, Trouble, string, RegExp]>([
    ['a wrong token', { status: 403, body: 'SENTINEL' }, 'ERR_SECRETS_UNREADABLE', /permission denied/],
    ['nothing there', { status: 404, body: '{"errors":[]}' }, 'ERR_SECRETS_UNREADABLE', /does not exist/],
    [
      'a deleted version',
      { status: 404, body: '{"data":{"data":null,"metadata":{"deletion_time":"2026-01-01"}}}' },
      'ERR_SECRETS_UNREADABLE',
      /was deleted/,
    ],
    [
      'a redirect',
      { status: 307, headers: { location: 'http://127.0.0.1:1/SENTINEL' } },
      'ERR_SECRETS_UNREADABLE',
      /is at another address/,
    ],
    ['a seal', { status: 503, body: 'SENTINEL' }, 'ERR_SECRETS_UNREACHABLE', /sealed/],
    ['a standby', { status: 473, body: '' }, 'ERR_SECRETS_UNREACHABLE', /cannot be read now/],
    ['an engine of version 1', { body: '{"data":{"ZSCALER_CLIENT_SECRET":"SENTINEL"}}' }, 'ERR_SECRETS_UNREADABLE', /version 2/],
    ['no JSON', { body: 'SENTINEL' }, 'ERR_SECRETS_UNREADABLE', /version 2/],
    ['a lost connection', 'broken', 'ERR_SECRETS_UNREACHABLE', /cannot be reached/],
    ['no answer', 'hang', 'ERR_SECRETS_UNREACHABLE', /within 0.2 s/],
  ])('with %s', async (_, trouble, code, message) => {
    const place = await vault();
    manager?.trouble(trouble);
    const error = await failure(place, trouble === 'hang' ? 200 : undefined);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('AWS Secrets Manager', () => {
  it('is asked in the region that is set, or else in that of the ARN', async () => {
    const place = await aws();
    manager?.keep({ ZSCALER_CLIENT_ID: 'id' });
    expect((await read(place)).values).toEqual({ ZSCALER_CLIENT_ID: 'id' });
    vi.stubEnv('AWS_REGION', '');
    const arn = 'arn:aws:secretsmanager:eu-central-1:1:secret:other-a';
    expect((await failure({ ...place, name: arn })).message).toContain('ResourceNotFoundException');
    expect((await failure(place)).message).toMatch(/the region is not known/);
  });

  it('that cannot be reached is told by the reason behind it', async () => {
    const place = await aws();
    const gone = await openStandIn(() => undefined);
    await gone.close();
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', gone.url);
    const error = await failure(place);
    expect([error.code, error.message]).toEqual([
      'ERR_SECRETS_UNREACHABLE',
      expect.stringMatching(/cannot be reached: the connection was refused; .*ECONNREFUSED/),
    ]);
  });

  it('may keep bytes', async () => {
    const place = await aws();
    manager?.trouble({ body: JSON.stringify({ SecretBinary: Buffer.from('{"ZSCALER_CLIENT_ID":"id"}').toString('base64') }) });
    expect((await read(place)).values).toEqual({ ZSCALER_CLIENT_ID: 'id' });
  });

  it.each<[string, Record<string, string>, string, RegExp]>([
    ['wrong credentials', { AWS_ACCESS_KEY_ID: 'SENTINEL' }, 'ERR_SECRETS_UNREADABLE', /UnrecognizedClientException/],
    [
      'none',
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_EC2_METADATA_DISABLED: 'true' },
      'ERR_SECRETS_UNREADABLE',
      /CredentialsProviderError/,
    ],
  ])('with %s', async (_, env, code, message) => {
    const place = await aws();
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const error = await failure(place);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('GCP Secret Manager', () => {
  it('has one secret a setting; what is not there is passed over', async () => {
    const place = await gcp(['ZSCALER_CLIENT_ID', 'ZSCALER_CLIENT_SECRET', 'ZSCALER_CLOUD'], false);
    manager?.keep({ ZSCALER_CLIENT_ID: 'id', ZSCALER_CLIENT_SECRET: 's' });
    expect(await read(place)).toEqual({
      place: 'GCP Secret Manager, project acme',
      values: { ZSCALER_CLIENT_ID: 'id', ZSCALER_CLIENT_SECRET: 's' },
    });
  });

  it('must have what was named', async () => {
    const place = await gcp(['ZSCALER_CLIENT_ID', 'ZSCALER_CLOUD'], true);
    manager?.keep({ ZSCALER_CLIENT_ID: 'id' });
    expect((await failure(place)).message).toContain('zscaler-cloud of GCP project acme does not exist');
  });

  it.each<[string, Trouble | null, string, RegExp]>([
    [
      'no permission',
      { status: 403, body: '{"error":{"code":403,"status":"PERMISSION_DENIED","message":"SENTINEL"}}' },
      'ERR_SECRETS_UNREADABLE',
      /permission denied/,
    ],
    [
      'a disabled version',
      { status: 400, body: '{"error":{"code":400,"status":"FAILED_PRECONDITION","message":"SENTINEL"}}' },
      'ERR_SECRETS_UNREADABLE',
      /a latest version that is not enabled/,
    ],
    ['an empty one', { body: '{"name":"x","payload":{"data":""}}' }, 'ERR_SECRETS_UNREADABLE', /is empty/],
    ['nothing at all', null, 'ERR_SECRETS_UNREADABLE', /contains none of the secrets/],
    ['a failure', { status: 500, body: 'SENTINEL' }, 'ERR_SECRETS_UNREACHABLE', /cannot be read now/],
  ])('with %s', async (_, trouble, code, message) => {
    const place = await gcp(['ZSCALER_CLIENT_ID'], false);
    manager?.trouble(trouble);
    const error = await failure(place);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });
});

describe('a manager that fails on the way', () => {
  const said = async (place: AwsPlace | GcpPlace | VaultPlace, words: RegExp): Promise<void> => {
    const error = await failure(place, 30_000);
    expect(error.code).toBe('ERR_SECRETS_UNREACHABLE');
    expect(error.message).toMatch(words);
    expect(error.message).not.toMatch(RAW_ERROR);
    expect(error.hint).toMatch(/^[A-Z].*\.$/);
  };

  it.each(failingServers)('is told in words where %s: Vault', async (_, open, words) => {
    const server = await open();
    await said({ ...(await vault()), address: server.url }, words).finally(() => server.close());
  });

  it.each(failingServers)('is told in words where %s: AWS', async (_, open, words) => {
    const place = await aws();
    const server = await open();
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', server.url);
    await said(place, words).finally(() => server.close());
  });

  it.each(failingServers)('is told in words where %s: GCP', async (_, open, words) => {
    const place = await gcp(['ZSCALER_CLIENT_ID'], true);
    const server = await open();
    await said({ ...place, endpoint: server.url }, words).finally(() => server.close());
  });

  it('leaves no failure to nobody when the credentials of GCP cannot be read, which would end the server', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const place = await gcp(['ZSCALER_CLIENT_ID'], true);
      vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '/nowhere/credentials.json');
      await said(
        place,
        /credentials for GCP project acme cannot be used: the file that GOOGLE_APPLICATION_CREDENTIALS names does not exist/,
      );
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
