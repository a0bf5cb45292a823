import { describe, expect, it } from 'vitest';
import { bindCall } from './bind-call.ts';
import { count, encoded, onWire, optional, text, unsent } from './fields.ts';
import { Page } from './paging.ts';
import { query } from './query.ts';
import type { Product } from './tool.ts';

const zms: Product<'zms'> = { id: 'zms', title: 'ZMS', root: '/zms', base: '/zms', paging: { kind: 'array', usualSize: 1 } };
const document =
  'query Find($customerId: ID!, $filter: F) { zones(customerId: $customerId, filter: $filter) { nodes { id } pageInfo { totalCount } } }';
const tool = query(zms, 'list_zones', {
  toolset: 'zms',
  about: 'x',
  input: {
    name: onWire('filter.zoneName.contains', optional(text('x'))),
    kind: onWire(
      'filter.kind.equals',
      encoded(optional(text('x')), (value) => value.toUpperCase()),
    ),
    page_num: optional(count('x')),
    days: unsent(optional(count('x'))),
  },
  document,
  answer: 'zones',
  returns: { kind: 'pages', items: 'nodes', counters: 'pageInfo', total: 'totalCount', pages: 'totalPages', input: 'page_num' },
  variables: ({ days }) => (days === undefined ? {} : { startTime: 7 - days }),
  tell: ({ startTime }) => ({ startTime }),
});

async function ask(input: unknown, answer: unknown, customerId: string | undefined = '7'): Promise<{ sent: unknown; result: unknown }> {
  let sent: unknown;
  const send = async (request: unknown): Promise<unknown> => {
    sent = request;
    return answer;
  };
  const result = await tool.run(bindCall(tool, send, { customerId }), tool.parse(input));
  return { sent, result };
}

const answer = { data: { zones: { nodes: [{ id: 'a', more: 1 }], pageInfo: { totalCount: 21, totalPages: 2 } } } };

describe('a GraphQL tool', () => {
  it('posts its document and only the variables that were given', async () => {
    const { sent } = await ask({ name: 'web', kind: 'x', days: 2 }, answer);
    expect(sent).toMatchObject({ method: 'POST', path: '/zms/graphql', query: undefined, isRead: true });
    expect((sent as { body: unknown }).body).toEqual({
      query: document,
      variables: { customerId: '7', filter: { zoneName: { contains: 'web' }, kind: { equals: 'X' } }, startTime: 5 },
    });
    expect((await ask({}, answer)).sent).toMatchObject({ body: { variables: { customerId: '7' } } });
    expect(Object.keys((await ask({}, answer)).sent as object)).not.toContain('filter');
  });
  it('returns the rows whole, with the next page and what is told of the variables', async () => {
    const { result } = await ask({ days: 2 }, answer);
    expect(result).toBeInstanceOf(Page);
    expect(result).toMatchObject({ items: [{ id: 'a', more: 1 }], total: 21, next: { page_num: 2 }, envelope: { startTime: 5 } });
  });
  it('takes null for nothing, and refuses an answer without the field', async () => {
    expect((await ask({}, { data: { zones: null } })).result).toMatchObject({ items: [] });
    await expect(ask({}, { data: {} })).rejects.toMatchObject({ code: 'ERR_CLOUD_ANSWER', message: 'the answer has no data.zones' });
    await expect(ask({}, 'hello')).rejects.toMatchObject({ code: 'ERR_CLOUD_ANSWER' });
  });
  it('says which setting is missing when the customer is not configured', async () => {
    const call = bindCall(tool, async () => answer, {});
    await expect(tool.run(call, {})).rejects.toMatchObject({
      code: 'ERR_CLOUD_CONFIG',
      hint: expect.stringContaining('ZSCALER_CUSTOMER_ID') as string,
    });
  });
});
