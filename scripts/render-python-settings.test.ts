import { describe, expect, it } from 'vitest';
import { rows, type Setting } from '../src/settings/index.ts';
import facts from './python-settings.json' with { type: 'json' };
import { renderPythonSettingsPage } from './render-python-settings.ts';

const read: readonly { env: string; flag?: string; differs?: string }[] = facts.read;
const names = rows.flatMap(([, row]: readonly [string, Setting<unknown>]) =>
  [{ env: row.env, flag: row.flag }, ...(row.aliases ?? [])].map(({ env, flag }) => ({ env, flag })),
);

describe('the page on the settings of the Python server', () => {
  it('has a row for each name, in each table once', () => {
    const page = renderPythonSettingsPage();
    for (const env of [...read.map((row) => row.env), ...facts.documentedOnly]) expect(page.split(`| \`${env}\` |`).length, env).toBe(2);
  });

  it.each(read.filter(({ flag }) => flag !== undefined))('is right that $env has the flag $flag here too', ({ env, flag }) => {
    expect(names).toContainEqual({ env, flag });
  });

  it('says what differs of settings that there are', () => {
    const known = new Set(names.map(({ env }) => env));
    expect(read.filter(({ env, differs }) => differs !== undefined && !known.has(env))).toEqual([]);
  });
});
