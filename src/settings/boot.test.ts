import { describe, expect, it } from 'vitest';
import { publishBoot } from './boot.ts';
import { loadSettings } from './load.ts';

const publish = (boot: Record<string, string>) => publishBoot(boot, loadSettings({ flags: {}, envFile: null, boot }).settings);

describe('what is published of an environment', () => {
  it.each([
    ['a value that is no secret', { ZSCALER_CLOUD: 'beta' }, { ZSCALER_CLOUD: 'beta' }],
    ['a secret', { ZSCALER_CLIENT_SECRET: 'hush-hush' }, { ZSCALER_CLIENT_SECRET: null }],
    ['the file of a secret', { ZSCALER_CLIENT_SECRET_FILE: '/run/secret' }, { ZSCALER_CLIENT_SECRET_FILE: '/run/secret' }],
    ['a secret in the name of its file', { ZSCALER_CLIENT_SECRET_FILE: 'hush-hush' }, { ZSCALER_CLIENT_SECRET_FILE: null }],
    ['a URL with a password', { HTTPS_PROXY: 'http://u:hush-hush@proxy:1' }, { HTTPS_PROXY: null }],
    ['a URL with a user alone', { HTTPS_PROXY: 'http://hush-hush@proxy:1' }, { HTTPS_PROXY: null }],
    [
      'another value that contains a secret',
      { ZSCALER_CLIENT_SECRET: 'hush-hush', ZSCALER_MCP_AUDIT_FILE: '/log/hush-hush' },
      { ZSCALER_CLIENT_SECRET: null, ZSCALER_MCP_AUDIT_FILE: null },
    ],
    ['a variable of another program', { EDITOR: 'vi', AWS_SECRET_ACCESS_KEY: 'hush-hush' }, {}],
  ])('%s', (_, boot, published) => {
    expect(publish(boot as unknown as Record<string, string>)).toEqual(published);
  });
});
