/** Cancellation, progress and queries: the requests that reach the cloud, through real clients of both eras of the protocol. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { waitFor } from '../wait.ts';
import { openWholeServer } from './whole-server.ts';

const server = await openWholeServer();
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => server.tenant.reset());

const USERS = '/zia/api/v1/users';
const LABELS = '/zia/api/v1/ruleLabels';

async function connect(mode: 'legacy' | '2026-07-28'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: mode === 'legacy' ? 'legacy' : { pin: mode } } });
  await client.connect(new StreamableHTTPClientTransport(server.url));
  onTestFinished(() => client.close());
  return client;
}

const read = async (client: Client, name: string, input: Record<string, unknown> = {}) => {
  const { content, isError, structuredContent } = await client.callTool({ name, arguments: input });
  const [block] = content;
  return { text: block?.type === 'text' ? block.text : '', isError, structuredContent };
};

describe.each(['legacy', '2026-07-28'] as const)('a call of a client of the %s era', (mode) => {
  it('ends its request to the cloud when it is cancelled', async () => {
    const client = await connect(mode);
    const before = server.tenant.waiting(LABELS);
    server.tenant.hold(LABELS);
    const cancel = new AbortController();
    const call = client
      .callTool({ name: 'zia_list_rule_labels', arguments: {} }, { signal: cancel.signal })
      .catch((error: unknown) => error);
    await waitFor(() => server.tenant.waiting(LABELS) === before + 1);
    expect(server.tenant.dropped(LABELS)).toBe(0);
    cancel.abort();
    await waitFor(() => server.tenant.dropped(LABELS) === 1);
    expect(await call).toBeInstanceOf(Error);
  });

  it('asks for no further page when it is cancelled between two', async () => {
    const client = await connect(mode);
    const cancel = new AbortController();
    const options = { signal: cancel.signal, onprogress: () => cancel.abort() };
    server.tenant.delay(USERS, 100);
    const call = client
      .callTool({ name: 'get_zia_users', arguments: { all: true, page_size: 1 } }, options)
      .catch((error: unknown) => error);
    expect(await call).toBeInstanceOf(Error);
    // Long enough for further pages to be requested; the second may already be in flight.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(server.tenant.count('GET', USERS)).toBeLessThanOrEqual(2);
  });

  it('receives progress for every page, when requested', async () => {
    const client = await connect(mode);
    const told: unknown[] = [];
    await client.callTool({ name: 'get_zia_users', arguments: { all: true, page_size: 2 } }, { onprogress: (step) => told.push(step) });
    const pages = server.tenant.count('GET', USERS);
    expect(pages).toBeGreaterThan(2);
    expect(told.length).toBeGreaterThan(1);
    expect(told[0]).toMatchObject({ progress: 2, message: 'page 1: 2 rows so far' });
  });

  it('with half of a character in what becomes part of an address is wrong input, and no fault of the server', async () => {
    const { text, isError } = await read(await connect(mode), 'zia_list_rule_labels', { search: 'a\ud800b' });
    expect([isError, text]).toEqual([true, expect.stringMatching(/cannot be called like this: .*half of a character/)]);
    expect(server.logged.join()).not.toContain('failed unexpectedly');
  });

  it('gets what its query found, as text alone', async () => {
    const client = await connect(mode);
    const { text, structuredContent } = await read(client, 'zia_list_rule_labels', { query: 'sort_by(@, &name)[:2].{id: id, name: name}' });
    expect(text).toMatch(/^id,name\n\d+,[^\n]+\n\d+,[^\n]+$/);
    expect(structuredContent).toBeUndefined();
  });

  it('receives errors in its query before a request is sent to the cloud', async () => {
    const client = await connect(mode);
    const { text, isError } = await read(client, 'zia_list_rule_labels', { query: '[?name == x' });
    expect(isError).toBe(true);
    expect(text).toMatch(/it ends where \] was expected, at character 12\n\[\?name == x\n {11}\^\n/);
    expect(server.tenant.count('GET', LABELS)).toBe(0);
  });
});
