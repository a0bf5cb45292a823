import { describe, expect, it } from 'vitest';
import { loadSettings, parseEnvFile, reserved, rows } from '../src/settings/index.ts';
import { renderEnvExample, renderSettingsPage } from './render-settings.ts';

describe('the example of a .env', () => {
  it('is what a server without one runs with, once every setting in it is uncommented', () => {
    const text = renderEnvExample().replace(/^#(?=[A-Za-z_]+=)/gm, '');
    const parsed = parseEnvFile(Buffer.from(text), {});
    const loaded = loadSettings({ flags: {}, envFile: { path: '.env', ...parsed }, boot: {} });
    expect([loaded.problems, loaded.warnings]).toEqual([[], []]);
    expect(loaded.settings).toEqual(loadSettings({ flags: {}, envFile: null, boot: {} }).settings);
    expect([...parsed.entries.keys()].sort()).toEqual(
      rows
        .filter(([, { applies }]) => applies !== 'boot')
        .map(([, { env }]) => env)
        .sort(),
    );
  });

  it('sets nothing as it is', () => {
    expect(parseEnvFile(Buffer.from(renderEnvExample()), {})).toEqual({ entries: new Map(), problems: [], warnings: [] });
  });
});

it('the reference page names every setting, every other name of it, every flag and every reserved name', () => {
  const page = renderSettingsPage();
  const names = rows
    .flatMap(([, { env, flag, aliases = [] }]) => [env, flag, ...aliases.flatMap((alias) => [alias.env, alias.flag])])
    .filter((name) => name !== undefined);
  expect([...names, ...reserved.flatMap((row) => row.names)].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
