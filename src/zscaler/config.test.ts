import { describe, expect, it } from 'vitest';
import { addressesOf, type CloudConfig } from './config.ts';

const config: CloudConfig = { vanityDomain: 'acme', cloud: '', requestTimeoutMs: 1_000, maxRetries: 0, answerLimit: 16_777_216 };

describe('addressesOf', () => {
  it.each([
    ['', 'https://acme.zslogin.net/oauth2/v1/token', 'https://api.zsapi.net'],
    ['production', 'https://acme.zslogin.net/oauth2/v1/token', 'https://api.zsapi.net'],
    ['PRODUCTION', 'https://acme.zslogin.net/oauth2/v1/token', 'https://api.zsapi.net'],
    ['beta', 'https://acme.zsloginbeta.net/oauth2/v1/token', 'https://api.beta.zsapi.net'],
    ['gov', 'https://acme.zidentitygov.net/oauth2/v1/token', 'https://api.zscalergov.net'],
    ['govus', 'https://acme.zidentitygov.us/oauth2/v1/token', 'https://api.zscalergov.us'],
  ])('knows the hosts of the cloud "%s"', (cloud, token, api) => {
    expect(addressesOf({ ...config, cloud })).toEqual({ token, api });
  });

  it.each(['evil.example/x?', 'acme.zslogin.net', 'a@b', 'a:b', '-a', 'a-', 'a b', 'a#', 'a\n', '', 'x'.repeat(64), '..'])(
    'refuses "%s" as a vanity domain, for it could name another host',
    (vanityDomain) => {
      expect(() => addressesOf({ ...config, vanityDomain })).toThrow(expect.objectContaining({ code: 'ERR_CLOUD_CONFIG' }) as Error);
    },
  );

  it.each(['evil', 'beta.evil', 'x.example/', '__proto__', 'constructor'])(
    'refuses "%s" as a cloud, for its domain could belong to anybody',
    (cloud) => {
      expect(() => addressesOf({ ...config, cloud })).toThrow(/the cloud must be one of production, .*govus/);
    },
  );

  it.each(['https://idp.example/token', 'http://127.0.0.1:9/token', 'http://localhost:9/token', 'http://[::1]:9/token'])(
    'takes %s as the address of the token endpoint',
    (tokenUrl) => {
      expect(addressesOf({ ...config, vanityDomain: undefined, tokenUrl }).token).toBe(tokenUrl);
    },
  );

  it.each([
    'http://idp.example/token',
    'http://127.0.0.1.example/token',
    'ftp://127.0.0.1/',
    'https://u:hidden@idp.example/',
    'https://idp.example/?q=hidden',
    'https://idp.example/#x',
    'nonsense',
  ])('refuses %s as an address, without repeating what it may hide', (apiUrl) => {
    expect(() => addressesOf({ ...config, apiUrl })).toThrow(/^the API address must be https, or http to this machine(?!.*hidden)/);
  });

  it('appends paths to an API address without doubling the slash', () => {
    expect(addressesOf({ ...config, apiUrl: 'https://gateway.example/zscaler/' }).api).toBe('https://gateway.example/zscaler');
  });
});
