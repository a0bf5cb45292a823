import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { checkPrivateKey, signAssertion } from './assertion.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const pemOf = (key: KeyObject, lock: { cipher?: string; passphrase?: string } = {}): string =>
  key.export({ type: 'pkcs8', format: 'pem', ...lock });
const pem = pemOf(privateKey);
const folder = mkdtempSync(join(tmpdir(), 'assertion-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('signAssertion', () => {
  it.each([
    ['PEM', pem],
    ['PEM with written line ends', pem.replaceAll('\n', String.raw`\n`)],
    ['a JWK', JSON.stringify(privateKey.export({ format: 'jwk' }))],
    ['the path of a PEM file', file('key.pem', pem)],
    ['the path of a JWK file', file('key.json', JSON.stringify(privateKey.export({ format: 'jwk' })))],
  ])('signs with %s', async (_, key) => {
    const { payload } = await jwtVerify(await signAssertion('client-1', key), publicKey, { algorithms: ['RS256'] });
    expect(payload).toMatchObject({ iss: 'client-1', sub: 'client-1', aud: 'https://api.zscaler.com' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
  });

  it('gives every statement an ID of its own, so that none can be used twice', async () => {
    const ids = await Promise.all([1, 2].map(async () => (await jwtVerify(await signAssertion('c', pem), publicKey)).payload.jti));
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('names the key where a JWK says its ID', async () => {
    const jwk = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'key-7' });
    expect(decodeProtectedHeader(await signAssertion('c', jwk))).toMatchObject({ alg: 'RS256', kid: 'key-7' });
  });

  const weak = pemOf(generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey);
  const curve = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const locked = pemOf(privateKey, { cipher: 'aes-256-cbc', passphrase: 'x' });
  it.each([
    ['a key that is too short', weak, /at least 2048 bits, it has 1024/],
    ['a key of another kind', curve, /must be an RSA key, got ec/],
    ['an encrypted key', locked, /is encrypted/],
    ['a damaged key', pem.slice(0, 400), /cannot be read/],
    ['a damaged JWK', '{"kty":"RSA"', /cannot be read/],
    [
      'a file that is not there',
      '/nowhere/secret-material',
      /neither key text nor the path of a readable file: there is no such file \(ENOENT\)$/,
    ],
    ['a file without a key', file('empty.pem', 'nothing'), /does not contain a private key/],
  ])('refuses %s', async (_, key, message) => {
    const error = await Promise.resolve()
      .then(() => checkPrivateKey(key))
      .then(
        () => null,
        (thrown: Error) => thrown,
      );
    expect(error).toMatchObject({ code: 'ERR_CLOUD_CONFIG', message: expect.stringMatching(message) as string });
    expect(error?.cause).toBeUndefined();
    expect(error?.message).not.toContain(key.trim().slice(-12));
  });
});
