import { describe, expect, it } from 'vitest';
import { describeProblem } from '../common/problem.ts';
import { loadSettings, parseEnvFile, type EnvFileLayer, type SettingsInput } from './index.ts';

const PATH = '/etc/zscaler/.env';
const file = (text: string, boot: Record<string, string> = {}): EnvFileLayer => ({ path: PATH, ...parseEnvFile(Buffer.from(text), boot) });
const load = ({ text, ...input }: Partial<SettingsInput> & { text?: string } = {}) =>
  loadSettings({ flags: {}, envFile: text === undefined ? null : file(text), boot: {}, ...input });
const brief = (found: readonly { setting: string | null; line: number | null }[]) => found.map(({ setting, line }) => `${setting}:${line}`);

describe('layers', () => {
  const boot = { ZSCALER_MCP_PORT: '1' };
  const secrets = { ZSCALER_MCP_PORT: '2' };
  const text = 'ZSCALER_MCP_PORT=3\n';
  const flags = { ZSCALER_MCP_PORT: '4' };

  it.each([
    [{}, 8000, { origin: 'default' }],
    [{ boot }, 1, { origin: 'environment' }],
    [{ boot, secrets }, 2, { origin: 'secrets' }],
    [{ boot, secrets, text }, 3, { origin: 'file', file: PATH, line: 1 }],
    [{ boot, secrets, text, flags }, 4, { origin: 'flag' }],
  ] as const)('%j gives port %i', (input, port, origin) => {
    const { settings, origins, problems, warnings } = load(input);
    expect([settings.port, origins['ZSCALER_MCP_PORT'], problems, warnings]).toEqual([port, origin, [], []]);
  });

  it('lets a line that was removed fall back to the layer below', () => {
    expect(load({ boot, text: '#ZSCALER_MCP_PORT=3\n' }).settings.port).toBe(1);
  });

  it('takes a line with nothing behind the = for the default, and says so when that hides a value below', () => {
    const hiding = load({ boot, text: 'A_A=1\nZSCALER_MCP_PORT=\nZSCALER_CLIENT_SECRET="  "\n' });
    expect([hiding.settings.port, hiding.settings.clientSecret, hiding.problems]).toEqual([8000, undefined, []]);
    expect(hiding.shadowed).toMatchObject([
      {
        setting: 'ZSCALER_MCP_PORT',
        value: '1',
        from: 'the environment of the start',
        above: 'nothing (the default: 8000)',
        by: `${PATH}:2`,
      },
    ]);
    expect(load({ text: 'ZSCALER_MCP_PORT=\n' }).shadowed).toEqual([]);
    expect(load({ boot: { ZSCALER_MCP_TOOLSETS: '' } }).settings.toolsets).toEqual([]);
  });

  it('validates a line of the file that a flag shadows', () => {
    const { settings, problems } = load({ flags, text: 'ZSCALER_MCP_PORT=http\n' });
    expect([settings.port, brief(problems)]).toEqual([4, ['ZSCALER_MCP_PORT:1']]);
  });

  it('leaves out a value of the environment that the file shadows', () => {
    expect(load({ text, boot: { ZSCALER_MCP_PORT: 'http' } }).problems).toEqual([]);
  });

  it('is not reached by names of JavaScript', () => {
    const { settings } = loadSettings({
      flags: {},
      envFile: null,
      boot: Object.create({ ZSCALER_MCP_PORT: '1' }) as Record<string, string>,
    });
    expect(settings.port).toBe(8000);
  });

  it('does not count blanks around a value: a mounted secret often ends in a newline', () => {
    expect(load({ boot: { ZSCALER_CLIENT_SECRET: 's3cret\n', ZSCALER_MCP_PORT: ' 9 ' } }).settings).toMatchObject({
      clientSecret: 's3cret',
      port: 9,
    });
  });
});

describe('a secret that stands in another setting too', () => {
  it.each([
    ['in force', 'ZSCALER_CLIENT_SECRET=SENTINEL'],
    ['one of several', 'ZSCALER_MCP_AUTH_API_KEY=other, SENTINEL'],
    ['refused', 'ZSCALER_MCP_REQUEST_STATE_KEYS=SENTINEL'],
    ['part of a URL', 'HTTPS_PROXY=http://user:SENTINEL@127.0.0.1'],
  ])('is not quoted with its wrong value: %s', (_, line) => {
    const { problems } = load({ text: `${line}\nZSCALER_MCP_PORT=SENTINEL\n` });
    expect(problems.find(({ setting }) => setting === 'ZSCALER_MCP_PORT')?.message).toContain('[redacted]');
    expect(JSON.stringify(problems)).not.toContain('SENTINEL');
  });

  it('is not quoted either if a higher layer shadows it', () => {
    const { problems } = load({
      boot: { ZSCALER_CLIENT_SECRET: 'SENTINEL' },
      text: 'ZSCALER_CLIENT_SECRET=x\nZSCALER_MCP_PORT=SENTINEL\n',
    });
    expect(JSON.stringify(problems)).not.toContain('SENTINEL');
  });
});

describe('other names', () => {
  it.each([
    [{ text: 'ZSCALER_MCP_DEBUG=true' }, 'debug'],
    [{ text: 'ZSCALER_MCP_DEBUG=false' }, 'info'],
    [{ text: 'ZSCALER_MCP_DEBUG=true\nZSCALER_MCP_LOG_LEVEL=warn' }, 'warn'],
    [{ text: 'ZSCALER_MCP_DEBUG=true\nZSCALER_MCP_LOG_LEVEL=' }, 'debug'],
    [{ text: 'ZSCALER_MCP_DEBUG=true', boot: { ZSCALER_MCP_LOG_LEVEL: 'warn' } }, 'debug'],
    [{ text: 'ZSCALER_MCP_DEBUG=false', boot: { ZSCALER_MCP_LOG_LEVEL: 'warn' } }, 'warn'],
    [{ text: 'ZSCALER_MCP_LOG_LEVEL=WARN', flags: { ZSCALER_MCP_DEBUG: 'true' } }, 'debug'],
  ] as const)('%j logs at %s', (input, level) => {
    const { settings, problems } = load(input);
    expect([settings.logLevel, problems]).toEqual([level, []]);
  });

  it('are validated too, under the name that was used', () => {
    expect(load({ text: 'ZSCALER_MCP_LOG_LEVEL=info\nZSCALER_MCP_DEBUG=perhaps' }).problems).toEqual([
      {
        setting: 'ZSCALER_MCP_DEBUG',
        file: PATH,
        line: 2,
        message: 'expected true or false, got "perhaps"',
        hint: `Correct or remove line 2 of ${PATH}.`,
      },
    ]);
  });

  it('give way to the own name of the setting, and are named when they differ', () => {
    const { settings, shadowed } = load({ boot: { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:2', ZSCALER_ZCELL_CUSTOMER_ID: '7' } });
    expect(settings).toMatchObject({ httpsProxy: 'http://a:1', zcellCustomerId: '7' });
    expect(shadowed).toMatchObject([{ setting: 'HTTPS_PROXY', from: 'the environment of the start (https_proxy)', value: null }]);
    expect(load({ boot: { NO_PROXY: 'x', no_proxy: 'x' } }).shadowed).toEqual([]);
  });
});

describe('quotes that came through docker run --env-file', () => {
  const key = '0123456789abcdefghijklmnopqrstuvwxyz';

  it.each([`"${key}"`, `'${key}'`])('are told of where they are taken as part of the value: %s', (text) => {
    const { settings, problems, warnings } = load({ boot: { ZSCALER_MCP_AUTH_API_KEY: text } });
    expect([settings.authApiKeys, problems]).toEqual([[text], []]);
    expect(warnings).toMatchObject([{ setting: 'ZSCALER_MCP_AUTH_API_KEY', hint: expect.stringMatching(/^Remove the quotes/) as string }]);
    expect(JSON.stringify(warnings)).not.toContain(key);
  });

  it('are told of where they make a value wrong', () => {
    const { problems } = load({ boot: { ZSCALER_MCP_LOG_LEVEL: '"warn"' } });
    expect(problems).toMatchObject([{ setting: 'ZSCALER_MCP_LOG_LEVEL', hint: expect.stringMatching(/^Remove the quotes/) as string }]);
  });

  it.each([
    { text: 'ZSCALER_MCP_LOG_LEVEL="warn"\n' },
    { boot: { ZSCALER_MCP_LOG_LEVEL: 'warn' } },
    { boot: { ZSCALER_MCP_AUTH_API_KEY: '"' } },
  ])('are no matter elsewhere: %j', (input) => {
    expect(load(input)).toMatchObject({ problems: [], warnings: [] });
  });
});

describe('a file with more that is wrong than anybody reads', () => {
  it.each([
    ['lines of something else', (at: number) => `this is line ${at}`, 'problems'],
    ['short lines', () => 'a', 'problems'],
    ['names that nobody knows', (at: number) => `ZSCALER_MCP_UNKNWN_${at}=1`, 'warnings'],
    ['names that are not shown', (at: number) => `a${at}=1`, 'warnings'],
    ['one name again and again', () => 'ZSCALER_MCP_PORTT=1', 'warnings'],
    ['variables of the loader', (at: number) => `LD_${at}=1`, 'problems'],
    ['references to nothing', (at: number) => `A${at}=\${B}`, 'warnings'],
  ] as const)('is told of in short: %s', (_, line, kind) => {
    const count = line(0) === 'a' ? 400_000 : 30_000;
    const before = process.threadCpuUsage();
    const loaded = load({ text: Array.from({ length: count }, (__, at) => line(at)).join('\n') });
    const { user, system } = process.threadCpuUsage(before);
    const told = [...loaded.problems, ...loaded.warnings].map(describeProblem).join('\n');
    expect(told.length).toBeLessThan(8_192);
    expect(loaded[kind].at(-1)?.message).toMatch(/^\d{5,6} more (?:problem|warning)s not listed here$/);
    // Half a minute where each was compared with every setting.
    expect((user + system) / 1_000).toBeLessThan(5_000);
  });
});

describe('problems', () => {
  it('are all reported at once, in the order of the file, each with its place and what to do', () => {
    const text =
      'ZSCALER_MCP_LOG_LEVEL=loud\n\nZSCALER_MCP_PORT=http\nZSCALER_VANITY_DOMAIN=evil.example/x?\nNODE_OPTIONS=--inspect\n"broken\nZSCALER_MCP_TLS_CERTFILE=/c\n';
    const { problems } = load({ text, flags: { ZSCALER_MCP_TRANSPORT: 'sse', ZSCALER_MCP_HOST: '0.0.0.0' } });
    expect(brief(problems)).toEqual([
      'ZSCALER_MCP_LOG_LEVEL:1',
      'ZSCALER_MCP_PORT:3',
      'ZSCALER_VANITY_DOMAIN:4',
      'NODE_OPTIONS:5',
      'null:6',
      'ZSCALER_MCP_TLS_CERTFILE:7',
      'ZSCALER_MCP_HOST:null',
      'ZSCALER_MCP_HOST:null',
    ]);
    expect(problems.every(({ file, line }) => file === (line === null ? null : PATH))).toBe(true);
    expect(problems.every(({ message, hint }) => message.length > 10 && hint.endsWith('.'))).toBe(true);
    expect(problems[0]?.message).toBe('expected one of debug, info, warn, error, silent, got "loud"');
  });

  it.each<[refused: string, value: string, others: Record<string, string>]>([
    ['ZSCALER_CLIENT_SECRET', 'op://vault/item/secret', { ZSCALER_CLIENT_ID: 'x', ZSCALER_VANITY_DOMAIN: 'acme' }],
    ['ZSCALER_CLIENT_SECRET_FILE', '/nonexistent/secret', { ZSCALER_CLIENT_ID: 'x', ZSCALER_VANITY_DOMAIN: 'acme' }],
    ['ZSCALER_MCP_AUTH_API_KEY', 'op://vault/item/key', { ZSCALER_MCP_TRANSPORT: 'streamable-http', ZSCALER_MCP_AUTH_ENABLED: 'true' }],
    [
      'ZSCALER_MCP_TLS_CERTFILE',
      '/nonexistent/cert.pem',
      { ZSCALER_MCP_TRANSPORT: 'streamable-http', ZSCALER_MCP_TLS_KEYFILE: import.meta.filename },
    ],
  ])('do not count a refused value as not set: %s', (refused, value, others) => {
    const { problems, warnings } = loadSettings({ flags: {}, envFile: null, boot: { ...others, [refused]: value } });
    expect(problems.map(({ setting }) => setting)).toEqual([refused]);
    expect(warnings).toEqual([]);
  });

  it('show a value shortened and without control characters', () => {
    const { problems } = load({ text: `ZSCALER_MCP_PORT="\\x1b[2J\x1b\u202e${'x'.repeat(100)}"` });
    expect(problems[0]?.message).toBe(`expected a whole number from 0 to 65535, got "\\x1b[2J\\u001b\\u202e${'x'.repeat(51)}..."`);
  });

  it.each([
    [
      'file',
      {
        text: 'HTTPS_PROXY=socks5://SENTINEL\nZSCALER_PRIVATE_KEY="-----BEGIN SENTINEL"\nZSCALER_MCP_API_URL=https://u:SENTINEL@h\nZSCALER_CLIENT_SECRET=a\u0001SENTINEL\n',
      },
    ],
    [
      'environment',
      { boot: { HTTPS_PROXY: 'socks5://SENTINEL', ZSCALER_MCP_TOKEN_URL: 'nonsense://x:SENTINEL@h', ZSCALER_PRIVATE_KEY: '{"SENTINEL"' } },
    ],
    ['secrets manager', { secrets: { ZSCALER_CLIENT_SECRET: 'SENT\u0007INEL SENTINEL', ZSCALER_CUSTOMER_ID: '-----BEGIN SENTINEL' } }],
  ])('never show a secret: %s', (_where, input) => {
    const { problems, warnings } = load(input);
    expect(problems.length).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify([problems, warnings])).not.toMatch(/SENT/);
  });

  it('never show what stands where a name should be, unless it is written like one', () => {
    const key = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7';
    const { problems, warnings } = load({
      text: `ZSCALER_PRIVATE_KEY=-----BEGIN PRIVATE KEY-----\n${key}\n${key}==\n-----END PRIVATE KEY-----\nUNKNOWN_NAME=1\n`,
    });
    expect(brief(problems)).toEqual(['ZSCALER_PRIVATE_KEY:1', 'null:2', 'null:4']);
    expect(brief(warnings)).toEqual(['null:3', 'UNKNOWN_NAME:5']);
    expect(JSON.stringify([problems, warnings])).not.toContain(key);
  });

  it('say where to correct them', () => {
    const hints = [
      { text: 'ZSCALER_MCP_PORT=x' },
      { boot: { ZSCALER_MCP_PORT: 'x' } },
      { flags: { ZSCALER_MCP_PORT: 'x' } },
      { secrets: { ZSCALER_MCP_PORT: 'x' } },
    ];
    expect(hints.map((input) => load(input).problems[0]?.hint)).toEqual([
      `Correct or remove line 1 of ${PATH}.`,
      'Correct or unset ZSCALER_MCP_PORT in the environment that the server is started with.',
      'Correct --port.',
      'Correct ZSCALER_MCP_PORT in the secrets manager.',
    ]);
  });

  it('name no line of a file that is gone: it is to be put back', () => {
    const envFile = { ...file('ZSCALER_MCP_PORT=x\nZSCALER_MCP_LOG_LEVEL=warn\n'), isGone: true } as const;
    const { problems, shadowed } = loadSettings({ flags: {}, envFile, boot: { ZSCALER_MCP_LOG_LEVEL: 'debug' } });
    expect(problems[0]?.hint).toBe(`Put ${PATH} back, with its line 1 corrected or removed.`);
    expect(shadowed[0]?.hint).toBe(`To use the value below it, put ${PATH} back without its line 2.`);
  });
});

describe('names in a file', () => {
  it.each([
    'NODE_OPTIONS',
    'NODE_PATH',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'DYLD_INSERT_LIBRARIES',
    'PATH',
    'PYTHONPATH',
    'OPENSSL_CONF',
    'BASH_ENV',
    'UV_THREADPOOL_SIZE',
  ])('%s controls the interpreter or the loader, and is refused', (name) => {
    expect(load({ text: `${name}=x` }).problems).toMatchObject([{ setting: name, line: 1 }]);
    expect(load({ boot: { [name]: 'x' } })).toMatchObject({ problems: [], warnings: [] });
  });

  it.each(['ZSCALER_MCP_PID_FILE', 'ZSCALER_MCP_DOTENV_PATH', 'NODE_EXTRA_CA_CERTS'])(
    '%s has no effect from there, with a warning',
    (name) => {
      const { settings, problems, warnings } = load({ text: `${name}=/x` });
      expect([settings.pidFile, settings.dotenvPath, problems]).toEqual([undefined, undefined, []]);
      expect(warnings).toMatchObject([{ setting: name, message: expect.stringContaining('has no effect in a file') as string }]);
    },
  );

  it('that are no setting draw a warning, with the name that was most likely meant', () => {
    const { warnings } = load({
      text: 'ZSCALER_CLEINT_ID=1\nzscaler_client_id=1\nNODE_ENV=production\nZSCALER_MCP_DEMO=true',
      boot: { ZSCALER_MCP_TOOLSTS: 'x', ZSCALER_MCP_DISABLE_FFI: '1', TERM: 'x' },
    });
    expect(warnings.map(({ setting, hint }) => `${setting}: ${hint}`)).toEqual([
      'ZSCALER_CLEINT_ID: Did you mean ZSCALER_CLIENT_ID?',
      'zscaler_client_id: Did you mean ZSCALER_CLIENT_ID?',
      'NODE_ENV: Remove it; docs/reference/settings.md lists all settings.',
      expect.stringMatching(/^ZSCALER_MCP_DEMO: /),
      'ZSCALER_MCP_TOOLSTS: Did you mean ZSCALER_MCP_TOOLSETS?',
    ]);
  });

  it('pass on what the parser warns of', () => {
    expect(load({ text: 'NO_PROXY=a\nNO_PROXY=b' }).warnings).toMatchObject([{ setting: null, file: PATH, line: 2 }]);
  });
});

describe('rules over several settings', () => {
  it('refuses to serve HTTP+SSE without sessions', () => {
    const text = 'ZSCALER_MCP_SESSIONS=stateless';
    const over = (transport: string) => load({ text, flags: { ZSCALER_MCP_TRANSPORT: transport } }).problems.map(({ setting }) => setting);
    expect([over('sse'), over('streamable-http'), over('stdio')]).toEqual([['ZSCALER_MCP_SESSIONS'], [], []]);
  });

  it.each(['127.0.0.1', '127.8.9.10', '::1', '[::1]', '0:0:0:0:0:0:0:1', 'localhost', 'LOCALHOST'])('HTTP may listen on %s', (host) => {
    expect(load({ flags: { ZSCALER_MCP_TRANSPORT: 'streamable-http', ZSCALER_MCP_HOST: host } }).problems).toEqual([]);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '::ffff:127.0.0.1', 'localhost.example', '127.0.0.1.example', '0'])(
    'HTTP may not listen on %s, unless clients are authenticated and plain HTTP is allowed',
    (host) => {
      for (const transport of ['streamable-http', 'sse']) {
        const problems = (rest: string) =>
          brief(load({ text: `ZSCALER_MCP_HOST=${host}\n${rest}`, flags: { ZSCALER_MCP_TRANSPORT: transport } }).problems);
        expect(problems('')).toEqual(['ZSCALER_MCP_HOST:1', 'ZSCALER_MCP_HOST:1']);
        expect(problems('ZSCALER_MCP_AUTH_API_KEY=k')).toEqual(['ZSCALER_MCP_HOST:1']);
        expect(problems('ZSCALER_MCP_ALLOW_HTTP=true')).toEqual(['ZSCALER_MCP_HOST:1']);
        expect(problems('ZSCALER_MCP_ALLOW_HTTP=true\nZSCALER_MCP_AUTH_API_KEY=k')).toEqual([]);
      }
    },
  );

  it('stdio listens nowhere, whatever the host says', () => {
    expect(load({ text: 'ZSCALER_MCP_HOST=0.0.0.0' }).problems).toEqual([]);
  });

  it.each([
    ['', []],
    ['ZSCALER_CLIENT_ID=a', ['ZSCALER_CLIENT_ID:1']],
    ['ZSCALER_CLIENT_SECRET=a', ['ZSCALER_CLIENT_SECRET:1']],
    ['ZSCALER_PRIVATE_KEY=/key.pem', ['ZSCALER_PRIVATE_KEY:1']],
    ['ZSCALER_CLIENT_ID=a\nZSCALER_CLIENT_SECRET=a', ['ZSCALER_CLIENT_ID:1']],
    ['ZSCALER_CLIENT_ID=a\nZSCALER_CLIENT_SECRET=a\nZSCALER_VANITY_DOMAIN=acme', []],
    ['ZSCALER_CLIENT_ID=a\nZSCALER_CLIENT_SECRET=a\nZSCALER_MCP_TOKEN_URL=http://127.0.0.1:1/', []],
    ['ZSCALER_CLIENT_ID=a\nZSCALER_CLIENT_SECRET=a\nZSCALER_VANITY_DOMAIN=acme\nZSCALER_PRIVATE_KEY=/k', ['ZSCALER_CLIENT_SECRET:2']],
    ['ZSCALER_MCP_WRITE_ENABLED=true', ['ZSCALER_MCP_WRITE_ENABLED:1']],
    ['ZSCALER_MCP_WRITE_TOOLS=zpa_create_*', ['ZSCALER_MCP_WRITE_TOOLS:1']],
    ['ZSCALER_MCP_WRITE_TOOLS=zpa_create_*\nZSCALER_MCP_WRITE_ENABLED=yes', []],
  ])('half of what belongs together starts with a warning: %j', (text, expected) => {
    const { problems, warnings } = load({ text });
    expect([problems, brief(warnings)]).toEqual([[], expected]);
  });

  it('a misspelt name in a list of what not to offer is refused, elsewhere it draws a warning', () => {
    const known = { products: ['zia', 'zpa'], toolsets: ['zia_locations', 'zpa_servers'] };
    const text =
      'ZSCALER_MCP_SERVICES=zia,zpb\nZSCALER_MCP_DISABLED_SERVICES=zap\nZSCALER_MCP_TOOLSETS=all,zia_location\nZSCALER_MCP_DISABLED_TOOLSETS=zpa_servers,nope';
    const { problems, warnings } = load({ text, known });
    expect(problems.map(({ setting, line, message, hint }) => [setting, line, message, hint])).toEqual([
      ['ZSCALER_MCP_DISABLED_SERVICES', 2, 'names "zap", which does not exist', 'Did you mean zpa?'],
      ['ZSCALER_MCP_DISABLED_TOOLSETS', 4, 'names "nope", which does not exist', 'Known names: zia_locations, zpa_servers.'],
    ]);
    expect(brief(warnings)).toEqual(['ZSCALER_MCP_SERVICES:1', 'ZSCALER_MCP_TOOLSETS:3']);
    expect(load({ text })).toMatchObject({ problems: [], warnings: [] });
  });
});

it('settings cannot be changed afterwards', () => {
  const { settings } = load({ text: 'ZSCALER_MCP_TOOLSETS=a,b' });
  expect(() => ((settings as { port: number }).port = 1)).toThrow(TypeError);
  expect(() => (settings.toolsets as string[]).push('c')).toThrow(TypeError);
});
