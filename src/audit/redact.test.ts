import { describe, expect, it } from 'vitest';
import { redact, redactText } from './index.ts';

describe('a value', () => {
  it.each([
    'secret',
    'client_secret',
    'clientSecret',
    'password',
    'userPassword',
    'passphrase',
    'token',
    'access-token',
    'api_key',
    'key',
    'privateKey',
    'private_key_pem',
    'cert_blob',
    'certBlob',
    'preSharedKey',
    'psk',
    'Authorization',
    'cookie',
    'provisioning_key',
    'credentials',
    'otp',
    'secret_id',
    'tokenValue',
    'private_key_id_and_all',
  ])('under the name %s is taken out, at any depth', (name) => {
    const hidden = redact({ [name]: 'hush', list: [{ deep: { [name]: ['hush'] } }] });
    expect(hidden).toEqual({ [name]: '[redacted]', list: [{ deep: { [name]: '[redacted]' } }] });
  });

  it.each([
    'name',
    'description',
    'keyword',
    'monkeys',
    'certificateId',
    'passed',
    'compassion',
    'credential_id',
    'credentialIds',
    'credential_type',
    'token_id',
    'private_ipv4',
  ])('under the name %s stays', (name) => {
    expect(redact({ [name]: 'shown' })).toEqual({ [name]: 'shown' });
  });

  it('that is a flag or nothing stays, whatever its name', () => {
    expect(redact({ password_required: true, token: null })).toEqual({ password_required: true, token: null });
  });

  it('that is a number under a secret name is taken out, a large one, too', () => {
    expect(redact({ secret: 1234, otp: 12_345_678_901_234_567_890n })).toEqual({ secret: '[redacted]', otp: '[redacted]' });
  });

  it('is copied, never changed', () => {
    const value = { secret: 'hush', list: [1n, 'a'] };
    expect(redact(value)).toEqual({ secret: '[redacted]', list: [1n, 'a'] });
    expect(value).toEqual({ secret: 'hush', list: [1n, 'a'] });
  });

  it('nested without end costs no stack', () => {
    let value: unknown = 'bottom';
    for (let depth = 0; depth < 100_000; depth++) value = [value];
    expect(JSON.stringify(redact(value))).toContain('nested too deeply');
  });
});

describe('a text', () => {
  const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA PRIVATE KEY-----';

  it.each([
    ['a PEM block', `before ${pem} after`, 'before [redacted] after'],
    ['a PEM block that was cut off', `before ${pem.slice(0, 40)}`, 'before [redacted]'],
    ['two PEM blocks', `${pem} and ${pem}`, '[redacted] and [redacted]'],
    ['a JSON web token', 'got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln here', 'got [redacted] here'],
    ['bearer credentials', 'Authorization: Bearer abcdefgh.12345', 'Authorization: Bearer [redacted]'],
    ['a password in an address', 'via http://user:pass@proxy.example:8080/', 'via http://[redacted]@proxy.example:8080/'],
    ['nothing secret', 'a bearer of news at https://example.com/a@b', 'a bearer of news at https://example.com/a@b'],
  ])('with %s', (_name, text, expected) => {
    expect(redactText(text)).toBe(expected);
    expect(redact({ value: text })).toEqual({ value: expected });
  });

  it.each([
    ['two tokens', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.', '[redacted] [redacted]'],
    ['a token behind a word', 'jwt-eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'jwt-[redacted]'],
    [
      'a token in a chain',
      'a.b.eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln.x.eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
      'a.b.[redacted].x.[redacted]',
    ],
    ['host names and numbers', 'api.example.com 1.2.3.4 v1.eyJ.x', 'api.example.com 1.2.3.4 v1.eyJ.x'],
  ])('with %s', (_name, text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  // As long as arguments may be: what takes its time here stops the server for everybody.
  it.each(['eyJ-', 'a-', 'a://', 'eyJaaaaa.', 'basic ', '-----BEGIN a', '-----END a-----', 'a.', '.', '@', '://x', '-', ' '])(
    'is looked through in one go, also when it is %j again and again',
    (piece) => {
      const text = piece.repeat(Math.floor(1_000_000 / piece.length));
      expect(redactText(`${text}-----BEGIN x-----${text}`).length).toBeGreaterThan(5);
    },
  );
});
