/** Sessions whose IDs a server does not know: it goes on with them if it has the key, and for the caller that opened them. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { startServer, type TestServer } from './harness.ts';
import { openSession, post } from './mcp.ts';

const newKey = (): string => randomBytes(32).toString('base64');
const sealedWith = (...keys: readonly string[]): string => `ZSCALER_MCP_REQUEST_STATE_KEYS=${keys.join(',')}\n`;

const status = async ({ url }: Pick<TestServer, 'url'>, id: string, headers: Record<string, string> = {}): Promise<number> =>
  (await post(url, { id: 1, method: 'tools/list' }, { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25', ...headers })).status;

async function kill(server: TestServer): Promise<void> {
  server.child.kill('SIGKILL');
  await server.ended;
}

const end = async ({ url }: TestServer, id: string): Promise<number> =>
  (await fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' } })).status;

it.each(['2025-03-26', '2025-06-18', '2025-11-25'])(
  'a session of revision %s goes on after kill -9, at a server with the same key',
  async (revision) => {
    const dotenv = sealedWith(newKey());
    const first = await startServer({ dotenv });
    const { id } = await openSession(first.url, revision);
    expect(id.length).toBeLessThan(512);
    await kill(first);
    const second = await startServer({ dotenv, folder: first.folder });
    const headers = { 'mcp-session-id': id, 'mcp-protocol-version': revision };
    for (let round = 0; round < 2; round++) {
      const call = { id: round, method: 'tools/call', params: { name: 'zia_list_rule_labels', arguments: {} } };
      const reply = await post(second.url, call, headers);
      expect([reply.status, reply.body?.error, reply.body?.result?.['isError'] ?? false]).toEqual([200, undefined, false]);
    }
    expect((await second.ask('restart')).message).toContain('1 MCP session continues');
    expect(await status(second, id)).toBe(200);
  },
);

it('many requests at once bring a session back once', async () => {
  const dotenv = sealedWith(newKey());
  const [first, second] = [await startServer({ dotenv }), await startServer({ dotenv })];
  const { id } = await openSession(first.url);
  expect(await Promise.all(Array.from({ length: 10 }, () => status(second, id)))).toEqual(Array(10).fill(200));
  expect((await second.ask('restart')).message).toContain('1 MCP session continues');
});

it('a server with other keys, or a random one, answers 404; a rotated key opens as long as it is listed', async () => {
  const [old, young] = [newKey(), newKey()];
  const server = await startServer({ dotenv: sealedWith(old) });
  const { id } = await openSession(server.url);
  const rows: [dotenv: string, expected: number][] = [
    [sealedWith(old), 200],
    [sealedWith(young, old), 200],
    [sealedWith(young), 404],
    ['\n', 404],
  ];
  for (const [dotenv, expected] of rows) expect(await status(await startServer({ dotenv }), id), dotenv).toBe(expected);
});

it('an ended session stays ended: by its client, or by the operator, and through a restart', async () => {
  const server = await startServer({ dotenv: sealedWith(newKey()) });
  const [ended, other] = [await openSession(server.url), await openSession(server.url)];
  expect(await end(server, ended.id)).toBe(200);
  const found = async (): Promise<number[]> => [await status(server, ended.id), await status(server, other.id)];
  expect(await found()).toEqual([404, 200]);
  await server.ask('restart');
  expect(await found()).toEqual([404, 200]);
  await server.ask('restart', '--end-sessions');
  expect(await found()).toEqual([404, 404]);
  const { id } = await openSession(server.url);
  await server.ask('restart');
  expect([...(await found()), await status(server, id)]).toEqual([404, 404, 200]);
});

it('of one caller is never that of another', async () => {
  const keys = ['a'.repeat(40), 'b'.repeat(40)] as const;
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const dotenv = `${sealedWith(newKey())}ZSCALER_MCP_AUTH_API_KEY=${keys.join(',')}\n`;
  const [first, second] = [await startServer({ dotenv }), await startServer({ dotenv })];
  const { id } = await openSession(first.url, '2025-11-25', bearer(keys[0]));
  const open = await startServer({ dotenv: dotenv.split('\n')[0] ?? '' });
  expect(await status(second, id, bearer(keys[1]))).toBe(404);
  expect(await status(open, id)).toBe(404);
  expect(await status(second, id, bearer(keys[0]))).toBe(200);
  expect(await status(second, id, bearer(keys[1]))).toBe(404);
  const anonymous = await openSession(open.url);
  expect(await status(second, anonymous.id, bearer(keys[0]))).toBe(404);
});

it('what is no ID of this server gets 404', async () => {
  const dotenv = sealedWith(newKey());
  const [first, second] = [await startServer({ dotenv }), await startServer({ dotenv })];
  const { id } = await openSession(first.url);
  const flip = (at: number): string => `${id.slice(0, at)}${id[at] === 'A' ? 'B' : 'A'}${id.slice(at + 1)}`;
  const rows = {
    'the former kind': '8f14e45f-ceea-467f-a8b0-4d3c1e0d9f11',
    'a changed version': flip(0),
    'a changed key name': flip(3),
    'a changed nonce': flip(10),
    'changed content': flip(60),
    'a changed tag': flip(id.length - 4),
    'a cut one': id.slice(0, -1),
    'a longer one': `${id}A`,
    twice: id + id,
    padded: `${id}==`,
    'an oversized one': 'A'.repeat(8_000),
    'not base64url': '!"§'.replace('§', '$'),
    'an object': '{"id":1}',
  };
  for (const [what, wrong] of Object.entries(rows)) expect(await status(second, wrong), what).toBe(404);
  expect(await status(second, id)).toBe(200);
});
