/** Products that the tenant does not have are not offered once its token says so. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCloud } from './cloud.ts';
import { makeFolder, runCommand, startServer, waitFor, type TestServer } from './harness.ts';
import { callTool, modern, textOf } from './mcp.ts';

async function productsOf({ url }: TestServer): Promise<Set<string>> {
  const { body } = await modern(url, 'tools/list');
  const tools = (body?.result?.['tools'] ?? []) as { name: string }[];
  return new Set(tools.map(({ name }) => name.split('_', 1)[0] ?? '').filter((first) => first !== 'zscaler' && first !== 'get'));
}

const isNarrowed = async (server: TestServer): Promise<boolean> => (await productsOf(server)).size === 2;

describe('the entitlement filter', () => {
  it('offers the products of the token alone, and calls of others are refused', async () => {
    const cloud = await startCloud({ products: ['ZIA', 'ZIAM', 'ZNEW'] });
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    await waitFor(() => isNarrowed(server));
    expect(await productsOf(server)).toEqual(new Set(['zia', 'zid']));
    expect((await callTool(server.url, 'zpa_list_segment_groups')).body?.error?.message).toContain('not offered');
    expect(server.log()).toContain('ZNEW');
  });

  it('asks for a client with a private key as well', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const cloud = await startCloud({
      products: ['ZDX', 'ZCC'],
      clientPublicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    });
    const path = join(makeFolder(), 'key.pem');
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const dotenv = cloud.dotenv({ ZSCALER_PRIVATE_KEY: path }).replace(/^ZSCALER_CLIENT_SECRET=.*\n/m, '');
    const server = await startServer({ demo: false, dotenv });
    await waitFor(() => isNarrowed(server));
    expect(await productsOf(server)).toEqual(new Set(['zdx', 'zcc']));
  });

  it('is what `tools` prints, with the reason', async () => {
    const cloud = await startCloud({ products: ['ZIA', 'ZIAM'] });
    const path = join(makeFolder(), '.env');
    writeFileSync(path, cloud.dotenv(), { mode: 0o600 });
    const { out } = await runCommand(['tools', '--json', '--dotenv-path', path]);
    const printed = JSON.parse(out) as { offered: { product: string }[]; withheld: { product: string; reason: string }[] };
    expect(new Set(printed.offered.map(({ product }) => product))).toEqual(new Set(['zia', 'zid']));
    expect(printed.withheld.find(({ product }) => product === 'zpa')?.reason).toContain('the tenant does not have zpa');
  });

  it('continues over a restart without a moment in which more is offered', async () => {
    const cloud = await startCloud({ products: ['ZIA', 'ZPA'] });
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    await waitFor(() => isNarrowed(server));
    expect(textOf(await callTool(server.url, 'zia_list_rule_labels'))).toContain('Crew Tablets');
    cloud.tenant.hold('/oauth2/v1/token');
    await server.ask('restart');
    expect(await productsOf(server)).toEqual(new Set(['zia', 'zpa']));
    // The token is handed on: no call of the next generation waits for another one.
    expect(textOf(await callTool(server.url, 'zia_list_rule_labels'))).toContain('Crew Tablets');
  });

  it('fails open with one warning when the token cannot be had, and is off when it is switched off', async () => {
    const cloud = await startCloud({ products: ['ZIA', 'ZPA'] });
    const wrong = await startServer({ demo: false, dotenv: cloud.dotenv({ ZSCALER_CLIENT_SECRET: 'wrong' }) });
    await waitFor(() => wrong.log().includes('the tools of all products are offered'));
    expect((await productsOf(wrong)).size).toBeGreaterThan(5);
    expect(wrong.log().split('the tools of all products are offered')).toHaveLength(2);
    const before = cloud.requests().length;
    const off = await startServer({ demo: false, dotenv: cloud.dotenv(), args: ['--no-entitlement-filter'] });
    expect((await productsOf(off)).size).toBeGreaterThan(5);
    expect(cloud.requests().length).toBe(before);
  });

  it('stems from the credentials at the start: others wait for a restart, and say so', async () => {
    const cloud = await startCloud({ products: ['ZIA', 'ZPA'] });
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    await waitFor(() => isNarrowed(server));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const path = join(server.folder, 'key.pem');
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    server.writeDotenv(cloud.dotenv({ ZSCALER_PRIVATE_KEY: path }));
    expect(await server.ask('reload')).toMatchObject({
      outcome: 'applied-restart-pending',
      pendingRestart: ['entitlement-filter'],
      exitCode: 3,
    });
    expect((await server.ask('status'))['config']).toMatchObject({ pendingRestart: ['entitlement-filter'] });
    server.writeDotenv(cloud.dotenv());
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied', pendingRestart: [] });
  });

  it('is asked again with changed credentials, and waits for a restart only if they are for other products', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const products = ['ZIA', 'ZPA'];
    const cloud = await startCloud({ products, clientPublicKey: publicKey.export({ type: 'spki', format: 'pem' }) });
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    await waitFor(() => isNarrowed(server));
    const path = join(server.folder, 'key.pem');
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    server.writeDotenv(cloud.dotenv({ ZSCALER_PRIVATE_KEY: path }));
    expect(await server.ask('reload', '--dry-run')).toMatchObject({ outcome: 'valid', pendingRestart: [], exitCode: 0 });
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied', pendingRestart: [], exitCode: 0 });
    expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged', exitCode: 0 });
    products.push('ZDX');
    server.writeDotenv(`${cloud.dotenv({ ZSCALER_PRIVATE_KEY: path })}ZSCALER_CLIENT_SECRET=\n`);
    const pending = await server.ask('reload');
    expect(pending).toMatchObject({ outcome: 'applied-restart-pending', pendingRestart: ['entitlement-filter'], exitCode: 3 });
    expect(pending.message).toContain('the list of offered tools (entitlement-filter)');
    expect(pending.warnings.join()).toContain('the tools offered are those of zia, zpa, and the new credentials are for zdx, zia, zpa');
  });
});
