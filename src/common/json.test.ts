import { describe, expect, it } from 'vitest';
import { MOST_LEVELS, MOST_VALUES, parseAnswer, parseJson, parseMessage, stringifyJson, TooComplex } from './json.ts';

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

  it.each([
    ['at the top', '216196257331285825'],
    ['beside texts that look like them', String.raw`["216196257331285825","\"216196257331285825,",216196257331285825]`],
    ['under a strange name', '{"__proto__":216196257331285825,"a":{"__proto__":[-216196257331285825]}}'],
    ['at the end of a text with a backslash', String.raw`["\\",216196257331285825,"\""]`],
  ])('keeps an integer %s', (_, text) => expect(stringifyJson(parseJson(text))).toBe(text));

  it.each(['0216196257331285825', '[216196257331285825 1]', '{216196257331285825:1}', '216196257331285825x', '--216196257331285825'])(
    'refuses what is no JSON although it has such an integer: %s',
    (text) => expect(() => parseJson(text)).toThrow(SyntaxError),
  );

  it('reads fractions and exponents of many digits as JSON.parse does', () => {
    for (const text of [
      '1.2161962573312858',
      '2161962573312858251e2',
      '-2161962573312858251.5',
      '1e+0000000000000000001',
      '9007199254740991',
    ])
      expect(parseJson(text)).toBe(JSON.parse(text));
  });

  it('writes nothing as null', () => {
    expect(stringifyJson(undefined)).toBe('null');
  });
});

describe('a message of a peer', () => {
  it('is read as any JSON', () => {
    const text = String.raw`{"a":[1,{"b":"],[,{\",,,"}],"c":216196257331285825}`;
    expect(parseMessage(text)).toEqual(parseJson(text));
  });

  it('has a limited number of values, whose texts may hold anything', () => {
    expect(parseMessage(`[${'0,'.repeat(MOST_VALUES - 2)}0]`)).toHaveLength(MOST_VALUES - 1);
    expect(parseMessage(JSON.stringify([',[{'.repeat(100_000)]))).toHaveLength(1);
    for (const part of ['0,', '[],', '{},', '{"a":0},', '"",'])
      expect(() => parseMessage(`[${part.repeat(MOST_VALUES)}0]`)).toThrow(TooComplex);
  });

  it('has a limited number of levels', () => {
    const nested = (levels: number) => '[{"a":'.repeat(levels / 2) + '0' + '}]'.repeat(levels / 2);
    expect(() => parseMessage(nested(MOST_LEVELS))).not.toThrow();
    expect(() => parseMessage(nested(MOST_LEVELS + 2))).toThrow('it is nested more than 200 levels deep');
    expect(() => parseMessage('['.repeat(4_000_000))).toThrow(TooComplex);
  });

  it('has few members in a large object, each of which takes the time of ten values', () => {
    const object = (members: number) => JSON.stringify(Object.fromEntries(Array.from({ length: members }, (_, at) => [`k${at}`, 0])));
    expect(Object.keys(parseMessage(object(5_800)) as object)).toHaveLength(5_800);
    expect(() => parseMessage(object(6_000))).toThrow(
      /more than 50000 values; in an object of more than 1000 members each further one counts as 10$/,
    );
    const rows = `[${`${object(900)},`.repeat(40)}0]`;
    expect(parseMessage(rows)).toHaveLength(41);
  });

  it('is read to the right end of each text', () => {
    for (const text of ['a', '"', '\\', '\\"', 'a\\\\', '\\\\"', '"'.repeat(5), '\\'.repeat(9), ''])
      for (const value of [[text, text], { [text]: text }, { a: { [text]: [text] } }])
        expect(parseMessage(JSON.stringify(value))).toEqual(value);
  });

  it('is refused as before where it is no JSON', () => {
    for (const text of ['', '{', '"', '"\\', '{"a"', ']]]']) expect(() => parseMessage(text)).toThrow(SyntaxError);
  });
});

describe('an answer of the cloud', () => {
  it('may have 800,000 values', () => {
    expect(parseAnswer(`[${'0,'.repeat(799_998)}0]`)).toHaveLength(799_999);
    expect(() => parseAnswer(`[${'0,'.repeat(800_000)}0]`)).toThrow('it has more than 800000 values');
  });

  it('may repeat names of members as often as it likes, and have twenty thousand different ones', () => {
    const rows = (different: number) => `[${Array.from({ length: 30_000 }, (_, at) => `{"k${at % different}" : 0}`).join()}]`;
    expect(parseAnswer(rows(20_000))).toHaveLength(30_000);
    expect(() => parseAnswer(rows(20_001))).toThrow('it has more than 20000 names of members');
  });

  it('may have fifty thousand integers beyond 2^53', () => {
    const integers = (count: number) => `[${'12345678901234567890,'.repeat(count - 1)}12345678901234567890]`;
    expect(parseAnswer(integers(50_000))).toHaveLength(50_000);
    expect(() => parseAnswer(integers(50_001))).toThrow('it has more than 50000 integers beyond 2^53');
  });
});
