/** Checks the pages on secrets and on security against the table of settings and the sources. */
import { describe, expect, it } from 'vitest';
import { fileNameOf, loadSettings, parseEnvFile, rows, secretsPlaceOf } from '../../src/settings/index.ts';
import { blocksOf, codeIn, readPage, readSources, section, tableRows } from './pages.ts';

const secrets = readPage('docs/operations/secrets.md');
const security = readPage('SECURITY.md');

const names = new Set(
  rows.flatMap(([, { env, secret, aliases = [] }]) => [env, ...aliases.map((alias) => alias.env), ...(secret ? [fileNameOf(env)] : [])]),
);
const unknown = (page: string) =>
  [...page.matchAll(/\b(?:ZSCALER|ZCELL|OIDCPROXY|VAULT|GCP)_[A-Z0-9_]+/g)].map(([name]) => name).filter((name) => !names.has(name));

describe('the page on secrets', () => {
  it('names no setting that there is not', () => {
    expect(unknown(secrets)).toEqual([]);
  });

  it('names the second name of each secret', () => {
    const named = codeIn(section(secrets, 'Files').replaceAll(/```[\s\S]*?```/g, '')).filter(
      (word) => /^[A-Z_]+_FILE$/.test(word) && word !== 'NAME_FILE',
    );
    const there = rows.filter(([, { secret }]) => secret).map(([, { env }]) => fileNameOf(env));
    expect(new Set(named)).toEqual(new Set(there));
  });

  it.each([
    ['HashiCorp Vault, OpenBao', 'vault'],
    ['AWS Secrets Manager', 'aws'],
    ['GCP Secret Manager', 'gcp'],
  ])('shows settings that lead to a manager: %s', (heading, kind) => {
    const [block] = blocksOf(section(secrets, heading));
    const { entries, problems } = parseEnvFile(Buffer.from((block?.text ?? '').replace(/^npm .*$/m, '')), {});
    expect(problems).toEqual([]);
    const boot = Object.fromEntries([...entries].map(([name, { value }]) => [name, value]));
    const { VAULT_TOKEN_FILE: token, ...others } = boot;
    const loaded = loadSettings({ flags: {}, envFile: null, boot: { ...others, ...(token && { VAULT_TOKEN: 't' }) } });
    expect(loaded.problems).toEqual([]);
    expect(secretsPlaceOf(loaded.settings)?.kind).toBe(kind);
  });

  it('names what is looked for in GCP Secret Manager', () => {
    const { settings } = loadSettings({ flags: {}, envFile: null, boot: { ZSCALER_MCP_GCP_SECRET_MANAGER: 'true', GCP_PROJECT_ID: 'p' } });
    const place = secretsPlaceOf(settings);
    const byRule = new Set(rows.filter(([, { secret, group }]) => secret || group === 'tenant').map(([, { env }]) => env));
    const [, sentence = ''] =
      /Without it the server looks for the([\s\S]*?)and takes those/.exec(section(secrets, 'GCP Secret Manager')) ?? [];
    const others = place?.kind === 'gcp' ? place.names.filter((name) => !byRule.has(name)) : [];
    expect(codeIn(sentence).toSorted()).toEqual(others.toSorted());
  });

  it('lists messages that the program has', () => {
    const sources = readSources();
    const messages = tableRows(section(secrets, 'When something is wrong'))
      .flatMap(([cell = '']) => codeIn(cell))
      .filter((text) => text !== 'NAME_FILE');
    const parts = messages.flatMap((message) =>
      message
        .split('...')
        .map((part) => part.trim())
        .filter(Boolean),
    );
    expect(parts.length).toBeGreaterThan(6);
    const has = (part: string) => part.split(': ').every((piece) => sources.includes(piece));
    expect(parts.filter((part) => !has(part))).toEqual([]);
  });
});

describe('the page on security', () => {
  it('names no setting and no risk that there is not', () => {
    expect(unknown(security)).toEqual([]);
    const ids = [...readPage('src/server/posture.ts').matchAll(/^ +'([a-z-]+)',$|\[[^\n]*, '([a-z-]+)', /gm)].map(
      ([, one, other]) => one ?? other,
    );
    expect(ids).toContain('readable-secrets');
    expect([...security.matchAll(/the risk\s+`([a-z-]+)`/g)].map(([, id]) => id).filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('says what is installed with the server', () => {
    const { dependencies, optionalDependencies, peerDependenciesMeta } = JSON.parse(readPage('package.json')) as Record<
      string,
      Record<string, unknown>
    >;
    const installed = [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {})];
    const [, sentence = ''] = /^- Two packages([^.]*)\./m.exec(security) ?? [];
    expect(codeIn(sentence).toSorted()).toEqual(installed.toSorted());
    expect(Object.values(peerDependenciesMeta ?? {})).toEqual([{ optional: true }, { optional: true }]);
  });

  it('says what waits for a restart, as the table does', () => {
    const waits = (name: string, from: unknown, to: unknown) => {
      const row = rows.find(([key]) => key === name)?.[1];
      return row?.applies === 'restart' || row?.waitsWhen?.(from, to) === true;
    };
    expect([
      waits('trustPlatformAuth', false, true),
      waits('allowHttp', false, true),
      waits('disableOutputSanitization', false, true),
      waits('allowedSources', ['10.0.0.0/8'], []),
      waits('writeEnabled', false, true),
      waits('writeTools', [], ['*']),
      waits('confirmationFallback', 'refuse', 'token'),
    ]).toEqual([true, true, true, true, true, true, true]);
  });
});
