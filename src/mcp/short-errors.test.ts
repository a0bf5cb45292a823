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

  it('with the report of a schema library says it in words', () => {
    const issues = [
      { expected: 'string', code: 'invalid_type', path: ['params', 'cursor'], message: 'Invalid input: expected string, received null' },
      { expected: 'object', code: 'invalid_type', path: ['params', 'name'], message: 'Invalid input: expected object, received undefined' },
    ];
    const words = 'params.cursor: expected string, received null; params.name: expected object, and it is missing';
    const report = JSON.stringify(issues, null, 2);
    for (const [message, code, said] of [
      [report, -32_603, `Invalid params: ${words}`],
      [`Invalid tools/call request: ${report}`, -32_602, `Invalid tools/call request: ${words}`],
    ] as const) {
      const wanted = { jsonrpc: '2.0', id: 1, error: { code: -32_602, message: said } };
      const given = { jsonrpc: '2.0', id: 1, error: { code, message } };
      expect(shortenError(given)).toEqual(wanted);
      expect(JSON.parse(shortenSentError(Buffer.from(JSON.stringify(given))).toString())).toEqual(wanted);
    }
    for (const message of ['see [1]', '[{"path":"a"}]', `${report}.`, '[]'])
      expect(shortenError({ error: { code: -32_603, message } })).toEqual({ error: { code: -32_603, message } });
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
