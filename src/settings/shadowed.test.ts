import { describe, expect, it } from 'vitest';
import { describeProblem } from '../common/problem.ts';
import { describeShadowed, loadSettings, type SettingsInput } from './index.ts';

const PATH = '/srv/.env';

/** Every layer with what sets a setting in it, highest first. */
const layers = {
  flag: (name, value) => ({ flags: { [name]: value } }),
  file: (name, value) => ({ envFile: { path: PATH, entries: new Map([[name, { value, line: 3 }]]), problems: [] } }),
  secrets: (name, value) => ({ secrets: { [name]: value } }),
  environment: (name, value) => ({ boot: { [name]: value } }),
} satisfies Record<string, (name: string, value: string) => Partial<SettingsInput>>;

const places: Readonly<Record<keyof typeof layers, string>> = {
  flag: '--log-level',
  file: `${PATH}:3`,
  secrets: 'the secrets manager',
  environment: 'the environment of the start',
};

const kinds = Object.keys(layers) as (keyof typeof layers)[];
const pairs = kinds.flatMap((above, at) => kinds.slice(at + 1).map((below) => [above, below] as const));
const secretPairs = pairs.filter(([above]) => above !== 'flag');

const load = (...inputs: readonly Partial<SettingsInput>[]) =>
  loadSettings({ flags: {}, envFile: null, boot: {}, ...Object.assign({}, ...inputs) } as SettingsInput);
const told = (...inputs: readonly Partial<SettingsInput>[]) =>
  load(...inputs)
    .shadowed.map(describeShadowed)
    .map(describeProblem);

describe('a value below another one for the same setting', () => {
  it.each(pairs)('is named with both values: %s above %s', (above, below) => {
    const [line = '', ...more] = told(layers[above]('ZSCALER_MCP_LOG_LEVEL', 'warn'), layers[below]('ZSCALER_MCP_LOG_LEVEL', 'debug'));
    expect(line).toMatch(/^ZSCALER_MCP_LOG_LEVEL: /);
    expect(line).toContain(`debug in ${places[below]} has no effect: ${places[above]} stands above it with warn`);
    expect(more).toEqual([]);
  });

  it.each(secretPairs)('is named without a value if it is a secret: %s above %s', (above, below) => {
    const [line = '', ...more] = told(
      layers[above]('ZSCALER_CLIENT_SECRET', 'SENTINEL-1'),
      layers[below]('ZSCALER_CLIENT_SECRET', 'SENTINEL-2'),
    );
    expect(line).toContain(`the value in ${places[below]} differs and has no effect: ${places[above]} stands above it`);
    expect(line).not.toContain('SENTINEL');
    expect(more).toEqual([]);
  });

  it.each(pairs)('is not named if it is the same, however it is written: %s above %s', (above, below) => {
    expect(told(layers[above]('ZSCALER_MCP_LOG_LEVEL', 'warn'), layers[below]('ZSCALER_MCP_LOG_LEVEL', 'WARN'))).toEqual([]);
  });

  it.each(pairs)('is named if one of them is empty, which means the default: %s above %s', (above, below) => {
    const name = 'ZSCALER_MCP_LOG_LEVEL';
    expect(told(layers[above](name, ''), layers[below](name, 'debug'))[0]).toContain('with nothing (the default: info)');
    expect(told(layers[above](name, 'debug'), layers[below](name, ''))[0]).toContain('nothing (the default: info) in');
    expect(told(layers[above](name, 'info'), layers[below](name, ''))).toEqual([]);
  });

  it('is named once for every layer, and under the name that was used', () => {
    expect(
      told(
        layers.flag('ZSCALER_MCP_DEBUG', 'true'),
        layers.file('ZSCALER_MCP_LOG_LEVEL', 'warn'),
        layers.environment('ZSCALER_MCP_LOG_LEVEL', 'error'),
      ).map((line) => line.split(' (')[0]),
    ).toEqual([
      `ZSCALER_MCP_LOG_LEVEL: warn in ${PATH}:3 has no effect: --debug stands above it with debug`,
      'ZSCALER_MCP_LOG_LEVEL: error in the environment of the start has no effect: --debug stands above it with debug',
    ]);
  });

  it('is named if it is not valid, and where it has no effect', () => {
    expect(told(layers.file('ZSCALER_MCP_PORT', '1'), layers.environment('ZSCALER_MCP_PORT', 'http'))[0]).toContain(
      `a value that is not valid in the environment of the start has no effect: ${PATH}:3 stands above it with 1`,
    );
  });

  it('does not show a secret that it contains', () => {
    const lines = told(layers.file('ZSCALER_CLIENT_ID', 'a'), {
      boot: { ZSCALER_CLIENT_ID: 'x-SENTINEL', ZSCALER_CLIENT_SECRET: 'SENTINEL' },
    });
    expect(lines[0]).toContain('[redacted]');
    expect(lines.join()).not.toContain('SENTINEL');
  });

  it('is a secret file, too', () => {
    const boot = { ZSCALER_CLIENT_SECRET_FILE: '/nonexistent/secret' };
    expect(told(layers.file('ZSCALER_CLIENT_SECRET', 'x'), { boot })[0]).toContain(
      'the value in the environment of the start (ZSCALER_CLIENT_SECRET_FILE) differs',
    );
  });
});
