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

describe('what is large', () => {
  const size = (value: unknown) => JSON.stringify(redact(value)).length;

  it.each([
    ['a list', Array.from({ length: 400_000 }, () => 0)],
    ['an object', Object.fromEntries(Array.from({ length: 400_000 }, (_, at) => [`k${at}`, 0]))],
    ['a text', 'a'.repeat(4_000_000)],
    ['many texts', Array.from({ length: 4_000 }, () => 'a'.repeat(1_000))],
    ['long names', Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${'k'.repeat(40_000)}${at}`, 0]))],
    ['lists of lists', Array.from({ length: 2_000 }, () => Array.from({ length: 200 }, () => []))],
  ])('is shown in part: %s', (_, value) => {
    expect(size(value)).toBeLessThan(250_000);
    expect(size({ before: [value], after: value })).toBeLessThan(250_000);
  });

  it('says how much there was', () => {
    expect(redact('a'.repeat(4_000_000))).toMatch(/^a{100000}\.\.\. \(4000000 characters\)$/);
    expect((redact(Array.from({ length: 20_000 }, () => 0)) as unknown[]).at(-1)).toBe('[and 10000 more]');
  });

  it('shows no half of a secret where it is cut', () => {
    const url = 'https://operator:correct-horse-battery@host ';
    for (let shift = 0; shift < url.length; shift += 1) {
      // Blocks that shrink bring the place of the cut into what is shown.
      const block = `-----BEGIN X-----${'a'.repeat(120_000)}-----END X----- `;
      const text = redactText(block + ' '.repeat(shift) + url.repeat(4_000));
      expect(text).not.toContain('correct');
    }
  });
});
