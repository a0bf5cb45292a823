import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeAuthority } from '../../test/certificates.ts';
import { checkTls } from './tls.ts';

const authority = await makeAuthority('tests of TLS');
const { certificate, key } = await authority.issue('127.0.0.1');
const kinds = {
  rsa: () => generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  ec: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed25519: () => generateKeyPairSync('ed25519'),
};
const pem = (kind: keyof typeof kinds, passphrase?: string): string =>
  kinds[kind]().privateKey.export({ type: 'pkcs8', format: 'pem', ...(passphrase !== undefined && { cipher: 'aes-256-cbc', passphrase }) });
const check = (given: string, password?: string) =>
  checkTls({ certificate: Buffer.from(certificate), key: Buffer.from(given), password, clientCertificates: 'optional' });

describe('a key', () => {
  it('that belongs to its certificate is taken', () => {
    expect(check(key)).toEqual([]);
  });

  it.each([
    ['of another certificate', pem('rsa'), undefined, 'is not the key of the certificate in ZSCALER_MCP_TLS_CERTFILE'],
    ['of another kind', pem('ec'), undefined, 'is not the key of the certificate in ZSCALER_MCP_TLS_CERTFILE'],
    ['of a kind that certificates rarely have', pem('ed25519'), undefined, 'is not the key of the certificate in ZSCALER_MCP_TLS_CERTFILE'],
    [
      'that is encrypted, without its password',
      pem('rsa', 'right'),
      undefined,
      'is encrypted, and ZSCALER_MCP_TLS_KEYFILE_PASSWORD is not set',
    ],
    [
      'that is encrypted, with another password',
      pem('rsa', 'right'),
      'SENTINEL',
      'is encrypted with another password than that of ZSCALER_MCP_TLS_KEYFILE_PASSWORD',
    ],
    ['that is none', 'rubbish', undefined, 'holds no private key in PEM (ERR_OSSL_UNSUPPORTED)'],
    ['that is a certificate', certificate, undefined, 'holds no private key in PEM (ERR_OSSL_UNSUPPORTED)'],
  ])('%s is refused in words', (_what, given, password, words) => {
    expect(() => check(given, password)).toThrow(`ZSCALER_MCP_TLS_KEYFILE ${words}`);
    expect(() => check(given, password)).not.toThrow(/SENTINEL|error:|routines/);
  });
});
