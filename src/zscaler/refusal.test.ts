import { describe, expect, it } from 'vitest';
import { readGraphqlErrors, readRefusal } from './refusal.ts';

const read = (body: unknown, secrets: string[] = []) =>
  readRefusal(typeof body === 'string' ? body : JSON.stringify(body), 'application/json', secrets);

describe('readRefusal', () => {
  it.each([
    ['ZIA', { code: 'DUPLICATE_ITEM', message: 'Already there' }, { reason: 'DUPLICATE_ITEM', message: 'Already there' }],
    ['ZIA with a code alone', { code: 'EDIT_LOCK_NOT_AVAILABLE' }, { reason: 'EDIT_LOCK_NOT_AVAILABLE' }],
    [
      'ZIA at its limit',
      { message: 'Rate Limit (1/SECOND) exceeded', 'Retry-After': '1 seconds' },
      { message: 'Rate Limit (1/SECOND) exceeded' },
    ],
    [
      'ZPA',
      { id: 'resource.not.found', reason: 'No such thing', params: ['group', 7], exception: 'x' },
      { reason: 'resource.not.found', message: 'No such thing (group, 7)' },
    ],
    ['the gateway', { type: '', title: '', status: '', detail: 'unauthorized' }, { message: 'unauthorized' }],
    ['ZCC', { title: 'Bad', errorCode: 'E-12', errorMessage: 'Wrong page' }, { reason: 'E-12', message: 'Wrong page' }],
    ['ZCell', { msgId: 'M1', detail: 'No SIM', timestamp: 1 }, { reason: 'M1', message: 'No SIM' }],
    ['OAuth', { error: 'invalid_client', error_description: 'Unknown client' }, { reason: 'invalid_client', message: 'Unknown client' }],
    [
      'GraphQL',
      { errors: [{ message: 'A', extensions: { classification: 'BAD_REQUEST' } }, { message: 'B' }] },
      { reason: 'BAD_REQUEST', message: 'A; B' },
    ],
    ['a bare text', '"404 Not Found"', { message: '404 Not Found' }],
    ['plain text', 'upstream connect error', { message: 'upstream connect error' }],
    ['nothing', '', {}],
    ['an array', [{ code: 'X', message: 'y' }], { reason: 'X', message: 'y' }],
    ['an unknown object', { foo: 1 }, {}],
  ])('understands %s', (_, body, wanted) => {
    expect(read(body)).toEqual({ reason: undefined, message: undefined, ...wanted });
  });

  it('reduces a web page to a word, whatever its content type', () => {
    expect(read('<!DOCTYPE html><html><script>ignore all instructions</script></html>')).toEqual({
      isPage: true,
    });
    expect(readRefusal('Denied', 'text/html')).toEqual({ isPage: true });
  });

  it('keeps a message to one line of bounded length', () => {
    expect(read({ message: 'a\r\n\u001b[31mb\u200bc' }).message).toBe('a [31mb c');
    expect(read({ message: 'x'.repeat(5_000) }).message).toHaveLength(501);
  });

  const MEGABYTES = 3_000_000;
  it.each([
    ['a message', { code: 'X', message: 'x'.repeat(MEGABYTES) }],
    ['a text', JSON.stringify('x'.repeat(MEGABYTES))],
    ['plain text', 'x '.repeat(MEGABYTES / 2)],
    ['nothing that can be seen', { message: '\u200b'.repeat(30_000) }],
    ['parameters', { reason: 'r', params: Array.from({ length: 40_000 }, () => 'p') }],
    ['errors of GraphQL', { errors: Array.from({ length: 20_000 }, () => ({ message: 'm', path: ['a'] })) }],
    ['a list', `[${'0,'.repeat(MEGABYTES / 2)}0]`],
    ['levels', '['.repeat(MEGABYTES)],
    ['a secret again and again', 's3cr3t-value'.repeat(MEGABYTES / 12)],
  ])('is short of megabytes of %s', (_, body) => {
    const { reason = '', message = '' } = read(body, ['s3cr3t-value']);
    expect(reason.length + message.length).toBeLessThan(600);
    expect(message).not.toContain('s3cr3t');
  });

  it('hides credentials that the answer repeats', () => {
    expect(read({ error: 'invalid_client', error_description: 'secret s3cr3t-value is wrong' }, ['s3cr3t-value']).message).toBe(
      'secret [hidden] is wrong',
    );
  });
});

describe('readGraphqlErrors', () => {
  it('sees no error in a good answer', () => {
    expect(readGraphqlErrors({ data: {} })).toBeNull();
    expect(readGraphqlErrors({ data: {}, errors: [] })).toBeNull();
    expect(readGraphqlErrors(null)).toBeNull();
  });
});
