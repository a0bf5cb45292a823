import { describe, expect, it } from 'vitest';
import { shortenError, shortenSentError } from './short-errors.ts';

const long = 'x'.repeat(100_000);
const error = { jsonrpc: '2.0', id: 1, error: { code: -32_603, message: long, data: { issues: [long] } } };
const result = {
  jsonrpc: '2.0',
  id: 1,
  result: { structuredContent: { error: { code: 1, message: long } }, id: 216_196_257_331_285_825n },
};
const written = (message: object) => JSON.stringify(message, (_, value: unknown) => (typeof value === 'bigint' ? 'n' : value));

describe('an answer', () => {
  it('that is an error is sent in short', () => {
    for (const [before, after] of [
      ['', ''],
      ['event: message\nid: a-1\ndata: ', '\n\n'],
    ]) {
      const sent = shortenSentError(Buffer.from(`${before}${written(error)}${after}`)).toString();
      expect(sent.length).toBeLessThan(2_200);
      expect(sent.slice(before?.length, sent.length - (after?.length ?? 0))).toBe(written(shortenError(error)));
      expect(JSON.parse(written(shortenError(error)))).toMatchObject({ id: 1, error: { code: -32_603 } });
    }
  });

  it('that is none stays, whatever it holds', () => {
    const sent = Buffer.from(written(result));
    expect(shortenSentError(sent)).toBe(sent);
    expect(shortenError(result)).toBe(result);
  });

  it('that is a short error keeps its data', () => {
    const short = { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no', data: { supported: ['a'] } } };
    expect(shortenError(short)).toEqual(short);
  });
});
