/** A file that a setting names vanishes between the rehearsal and the take-over: what is said of both generations is true. */
import { rmSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeAuthority } from '../certificates.ts';
import { startCloud } from './cloud.ts';
import { makeFolder, startServer, waitFor, type TestServer } from './harness.ts';
import { callTool } from './mcp.ts';

/** Restarts while a call drains, and does something in between. */
async function restartAround(server: TestServer, cloud: Awaited<ReturnType<typeof startCloud>>, meanwhile: () => void) {
  const release = cloud.hold();
  const slow = callTool(server.url, 'zia_list_rule_labels');
  await waitFor(() => cloud.inFlight() === 1);
  const verdict = server.ask('restart', '--timeout', '90');
  await waitFor(() => server.record().state === 'draining');
  meanwhile();
  release();
  await slow;
  return verdict;
}

it('a key that both generations need: the former is back, serves, and says that it lacks it as well', async () => {
  const key = join(makeFolder(), 'key.pem');
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(key, privateKey);
  const cloud = await startCloud({ clientPublicKey: publicKey });
  const dotenv = cloud.dotenv({ ZSCALER_MCP_DRAIN_TIMEOUT: '60', ZSCALER_PRIVATE_KEY: key });
  const server = await startServer({ demo: false, dotenv });
  const verdict = await restartAround(server, cloud, () => rmSync(key));
  expect(verdict).toMatchObject({ outcome: 'rolled-back', exitCode: 5, generation: 1 });
  expect(verdict.message).toMatch(/generation 2 could not get ready: .*; generation 1 is back with its configuration/);
  expect(verdict.warnings).toContainEqual(expect.stringMatching(/^generation 1 is back with the same problem: the private key /));
  expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
  writeFileSync(key, privateKey);
  expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
});

it('a certificate and its key: handed over as they were rehearsed, so the next generation serves', async () => {
  const authority = await makeAuthority('the authority of the servers');
  const { certificate, key } = await authority.issue('127.0.0.1');
  const folder = makeFolder();
  const [certificateFile, keyFile] = [join(folder, 'server.pem'), join(folder, 'server.key')];
  writeFileSync(certificateFile, certificate);
  writeFileSync(keyFile, key, { mode: 0o600 });
  const dotenv = `ZSCALER_MCP_TLS_CERTFILE=${certificateFile}\nZSCALER_MCP_TLS_KEYFILE=${keyFile}\n`;
  const server = await startServer({ folder, dotenv });
  const restart = server.ask('restart', '--timeout', '90');
  await waitFor(() => ['draining', 'executing', 'starting'].includes(server.record().state) || server.record().generation === 2);
  for (const path of [certificateFile, keyFile]) rmSync(path);
  expect(await restart).toMatchObject({ outcome: 'restarted', generation: 2 });
  // A file that is gone is a reason not to reload, and changes nothing.
  expect(await server.ask('reload')).toMatchObject({ outcome: 'refused', exitCode: 4 });
  expect(server.record()).toMatchObject({ generation: 2, state: 'ready' });
});
