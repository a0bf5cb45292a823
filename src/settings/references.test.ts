import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings, rows, type SettingsInput } from './index.ts';
import { findReference, referenceForms } from './references.ts';

/** Each as its tool documents it. */
const references: readonly (readonly [value: string, tool: string])[] = [
  ['op://Engineering/zscaler/client secret', '1Password'],
  ['op://vault/item/section/field?attribute=otp', '1Password'],
  ['{{ op://vault/item/field }}', '1Password'],
  ['encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadg9K3dAt+Z9HPMfLEIRVz50hmLXPXRuDBXaJi', 'dotenvx'],
  ['ENC[AES256_GCM,data:kV0=,iv:k2Zy0A==,tag:tm5yPQ==,type:str]', 'sops'],
  ['ENC[PKCS7,Y22exl+OvjDe+drmik2XEeD3VQtl1uZJXFFF2NnrMXDWx0csyqLB]', 'hiera-eyaml'],
  ['ENC[db_prod_password]', 'an encrypting tool'],
  ['ENC(G6N718UuyPE5bHyWKyuLQSm02auQPUtm)', 'Jasypt'],
  ['ref+vault://secret/zscaler#/client_secret', 'vals'],
  ['ref+awsssm://zscaler/secret?region=eu-central-1', 'vals'],
  ['secretref+gcpsecrets://project/secret', 'vals'],
  ['vault:secret/data/zscaler#CLIENT_SECRET', 'vault-env of Bank-Vaults'],
  ['>>vault:pki/root/generate/internal#certificate', 'vault-env of Bank-Vaults'],
  ['${vault:secret/data/zscaler#CLIENT_SECRET}', 'vault-env of Bank-Vaults'],
  ['vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zoCmHnSeDX9vyf7w==', 'the transit engine of Vault'],
  ['secretref:client-secret', 'Azure Container Apps'],
  ['@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/y/)', 'Azure Key Vault references of App Service'],
  ['{{resolve:secretsmanager:MySecret:SecretString:password}}', 'AWS CloudFormation'],
  ['arn:aws:secretsmanager:eu-central-1:123456789012:secret:zscaler-AbCdEf', 'AWS Secrets Manager'],
  ['arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter/zscaler', 'AWS Systems Manager Parameter Store'],
  ['gcp:secretmanager:projects/p/secrets/s', 'a cloud secrets manager'],
  ['projects/my-project/secrets/zscaler/versions/latest', 'GCP Secret Manager'],
  ['<path:secret/data/zscaler#client_secret>', 'Argo CD Vault Plugin'],
  ['${{ secrets.ZSCALER_CLIENT_SECRET }}', 'GitHub Actions'],
  ['{cipher}FKSAJDFGYOS8F7GLHAKERGFHLSAJ', 'Spring Cloud Config'],
  ['{{DOCKER-SECRET:client_secret}}', 'Docker'],
  ['$ANSIBLE_VAULT;1.1;AES256', 'Ansible Vault'],
  ['-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24', 'age'],
  ['-----BEGIN PGP MESSAGE-----\nhQEMA1', 'PGP'],
  ['!var zscaler/client-secret', 'Summon'],
  ['berglas://bucket/zscaler', 'berglas'],
  ['keeper://ae3d[...]/field/password', 'Keeper Secrets Manager'],
  ['{{ .Values.clientSecret }}', 'a templating tool'],
  ['${ZSCALER_SECRET}', 'a shell or a deployment tool'],
  ['$(op read op://vault/item/field)', 'a shell or a deployment tool'],
  ['$ZSCALER_SECRET', 'a shell or a deployment tool'],
  ['%ZSCALER_SECRET%', 'a shell or a deployment tool'],
  ['awssm://eu-central-1/zscaler', 'a secrets tool'],
  ['gcpsm://project/zscaler/latest', 'a secrets tool'],
  ['vault://secret/zscaler#client_secret', 'a secrets tool'],
  ['pass://vault/item/password', 'a secrets tool'],
];

const secrets = rows.filter(([, { secret }]) => secret).map(([, { env }]) => env);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'references-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const load = (input: Partial<SettingsInput>) => loadSettings({ flags: {}, envFile: null, boot: {}, ...input });
const ofFile = (name: string, value: string): Partial<SettingsInput> => ({
  envFile: { path: '/etc/x/.env', entries: new Map([[name, { value, line: 7 }]]), problems: [] },
});

const layers: readonly (readonly [layer: string, set: (name: string, value: string) => Partial<SettingsInput>, hint: RegExp])[] = [
  ['the .env', ofFile, /line 7 of \/etc\/x\/\.env/],
  ['the environment', (name, value) => ({ boot: { [name]: value } }), /^(?:Start the server with|Let) /],
  ['a secrets manager', (name, value) => ({ secrets: { [name]: value } }), /in the secrets manager\.$/],
  [
    'a secret file',
    (name, value) => {
      const path = join(folder, 'secret');
      writeFileSync(path, `${value}\n`);
      return { boot: { [`${name}_FILE`]: path } };
    },
    /^Write the value itself into \//,
  ],
];

describe('a reference that a tool should have replaced', () => {
  it.each(references)('%s is of %s', (value, tool) => {
    expect(findReference(value, { secret: true })?.tool).toBe(tool);
  });

  it('has an example here for every form', () => {
    const tools = new Set(references.map(([, tool]) => tool));
    expect(referenceForms.filter(({ tool }) => !tools.has(tool))).toEqual([]);
    expect(referenceForms.filter(({ pattern }) => !references.some(([value]) => pattern.test(value)))).toEqual([]);
  });

  it.each(layers)('is refused in %s, for every secret, and its text is not shown', (layer, set, hint) => {
    for (const name of secrets) {
      // A secrets manager cannot say where it is itself.
      if (layer === 'a secrets manager' && name === 'VAULT_TOKEN') continue;
      for (const [value, tool] of references) {
        const { problems } = load(set(name, value));
        const found = problems.find(({ setting }) => setting === name || setting === `${name}_FILE`);
        expect(found?.message, `${name}=${value}`).toContain(`is a reference of ${tool} (`);
        expect(found?.message, `${name}=${value}`).not.toContain('[redacted]');
        expect(found?.hint).toMatch(hint);
        expect(JSON.stringify(problems)).not.toContain(value);
      }
    }
  });

  it.each([
    ['one of several keys', { ZSCALER_MCP_AUTH_API_KEY: 'k1,op://vault/item/key' }],
    ['the password in a URL', { ZSCALER_MCP_STATE_URL: 'redis://:${REDIS_PASSWORD}@127.0.0.1:6379' }],
    ['a setting that is not a secret', { ZSCALER_CLIENT_ID: 'op://vault/item/id' }],
    ['a setting that takes other values', { ZSCALER_MCP_PORT: 'encrypted:BDqDBibm4wsYqMpCjTQ6' }],
  ])('is found as %s', (_, boot) => {
    expect(load({ boot }).problems.map(({ message }) => message)).toContainEqual(expect.stringContaining('is a reference of'));
  });

  it('is what the name of a secret in a manager may be', () => {
    const boot = { ZSCALER_SECRET_NAME: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:zscaler-AbCdEf' };
    expect(load({ boot }).problems).toEqual([]);
  });
});

describe('a real secret', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).trim();

  it.each([
    ['a private key in PEM', pem],
    ['a private key in JSON', JSON.stringify(privateKey.export({ format: 'jwk' }))],
    ['a list of keys in JSON', '["0123456789abcdef0123456789abcdef","vault-and-op-and-ref"]'],
    ['a token of Vault', 'hvs.CAESIJlWh7dkfY9nYWx1Cj'],
    ['an old token of Vault', 's.7Xf3JtFhrjkYG1XpCW2c'],
    ['an access key of AWS', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a token in JWT', 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl'],
    ['a UUID', 'a3bb189e-8bf9-3888-9912-ace4e6543002'],
    ['a proxy', 'http://user:p%40ss@proxy.example.net:3128'],
    ['a proxy without a scheme', 'proxy.example.net:3128'],
    ['a store', 'rediss://default:s3cr:et@state.example.net:6379/0'],
    ['a path', '/run/secrets/zscaler.pem'],
    ['a phrase', 'correct horse: battery // staple'],
    ['words of the forms alone', 'op vault: encrypted ENC ref+ $HOME {x} <y>'],
    ['a dollar sign and braces inside', 'aB$(3f}{9"x!{{k>>'],
  ])('is not taken for one: %s', (_, value) => {
    expect(findReference(value, { secret: true })).toBeNull();
  });

  it('is not taken for one: 20,000 random ones of all alphabets', () => {
    const printable = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at)).join('');
    const alphanumeric = printable.replace(/[^A-Za-z0-9]/g, '');
    const alphabets = [printable, alphanumeric, `${alphanumeric}+/=`, `${alphanumeric}-_`, '0123456789abcdef'];
    const random = randomFrom(20_260);
    const wrong = Array.from({ length: 20_000 }, (_, at) => {
      const alphabet = alphabets[at % alphabets.length] ?? '';
      return Array.from({ length: 8 + (at % 57) }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
    }).filter((value) => findReference(value, { secret: true }) !== null);
    expect(wrong).toEqual([]);
  });
});

/** The same numbers in every run, from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the URL of a file in place of a secret', () => {
  const load = (input: Partial<SettingsInput>) => loadSettings({ flags: {}, envFile: null, boot: {}, ...input });
  const secrets = rows.filter(([, { secret }]) => secret).map(([, { env, locatesSecrets = false }]) => [env, locatesSecrets] as const);

  it.each(secrets)('%s: names the setting that takes a path, and no tool', (env, locatesSecrets) => {
    for (const value of ['file:///run/secrets/SENTINEL', 'FILE:/run/SENTINEL']) {
      const envFile = { path: '/srv/.env', entries: new Map([[env, { value, line: 7 }]]), problems: [] };
      const takes = `${env}_FILE takes the path of a file that holds the value, without file://.`;
      for (const [input, hint] of [
        [{ boot: { [env]: value } }, takes],
        [{ envFile }, `Replace line 7 of /srv/.env: ${takes}`],
        // A secrets manager cannot say where it is itself.
        ...(locatesSecrets ? [] : ([[{ secrets: { [env]: value } }, 'Store the value itself in the secrets manager.']] as const)),
      ] as const) {
        const problem = load(input).problems.find(({ setting }) => setting === env);
        expect(problem).toMatchObject({ message: 'is the URL of a file (file:...), not the value itself', hint });
        expect(JSON.stringify(load(input).problems)).not.toContain('SENTINEL');
      }
      const boot = { [`${env}_FILE`]: value };
      expect(load({ boot }).problems[0]).toMatchObject({
        message: 'expected an absolute path, got a URL',
        hint: 'Leave out file://. For example /run/secrets/client-secret.',
      });
    }
  });
});
