import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from './json.ts';

describe('JSON of the cloud', () => {
  it('keeps integers beyond 2^53 digit by digit, both ways', () => {
    const wire = '{"idpId":216196257331285825,"n":-9007199254740993,"small":42,"text":"216196257331285825","list":[216196257331285827]}';
    const value = parseJson(wire) as Record<string, unknown>;
    expect(value).toEqual({
      idpId: 216196257331285825n,
      n: -9007199254740993n,
      small: 42,
      text: '216196257331285825',
      list: [216196257331285827n],
    });
    expect(stringifyJson(value)).toBe(wire);
  });

  it('leaves fractions and exponents to ordinary numbers', () => {
    expect(parseJson('[0.1234567890123456789, 1e400, 1234567890123456]')).toEqual([0.12345678901234568, Infinity, 1234567890123456]);
  });

  it('reads integers of up to a thousand digits', () => {
    const most = '9'.repeat(1_000);
    expect(parseJson(most)).toBe(BigInt(most));
    expect(() => parseJson(`{"id":${'9'.repeat(4_000_000)}}`)).toThrow('a number has 4000000 digits; at most 1000 are read');
  });

  it('writes nothing as null', () => {
    expect(stringifyJson(undefined)).toBe('null');
  });
});
