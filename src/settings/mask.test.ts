import { expect, it } from 'vitest';
import { compareSettings, loadSettings, maskSecrets, parseEnvFile, secretValues } from './index.ts';

const load = (text: string) => loadSettings({ flags: {}, envFile: { path: '/.env', ...parseEnvFile(Buffer.from(text), {}) }, boot: {} });

it('a secret is masked wherever it stands, also inside another setting and in other forms', () => {
  const { settings } = load(
    `ZSCALER_CLIENT_SECRET='s3cret"with/marks'\nHTTPS_PROXY=http://user:pr0xy%20pass@proxy.example:8080\nZSCALER_MCP_REQUEST_STATE_KEYS=0123456789abcdefghijklmnopqrstuv,other-6789abcdefghijklmnopqrstuv`,
  );
  const secrets = secretValues(settings);
  for (const leak of [
    'ZSCALER_MCP_API_URL=https://x.example/s3cret"with/marks',
    JSON.stringify({ message: 's3cret"with/marks' }),
    'https://x.example/?q=s3cret%22with%2Fmarks',
    'the password is pr0xy pass',
    'key 0123456789abcdefghijklmnopqrstuv',
    'key other-6789abcdefghijklmnopqrstuv',
  ]) {
    expect(maskSecrets(leak, secrets)).toContain('[redacted]');
    expect(maskSecrets(leak, secrets)).not.toMatch(/s3cret|pr0xy|6789/);
  }
  expect(maskSecrets('nothing secret here', secrets)).toBe('nothing secret here');
});

it('a list of secrets that was empty reads unset', () => {
  const keys = `ZSCALER_MCP_REQUEST_STATE_KEYS=0123456789abcdefghijklmnopqrstuv`;
  expect(compareSettings(load(''), load(keys)).changes).toMatchObject([{ from: 'unset', to: 'set' }]);
  expect(compareSettings(load(keys), load(`${keys}x`)).changes).toMatchObject([{ from: 'changed', to: 'changed' }]);
});
