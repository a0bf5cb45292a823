import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEnvFile } from './dotenv.ts';

type Case = readonly [
  input: string,
  entries: Record<string, string>,
  source: string,
  more?: { boot?: Record<string, string>; problemLines?: number[]; warningLines?: number[] },
];

// Sources: "parser" is tests/test_parser.py, "values" is test_dotenv_values_string_io, "comment" is
// test_dotenv_values_empty_value_with_inline_comment and "round trip" is test_set_key_round_trips of tests/test_main.py, all of
// python-dotenv; "grammar" follows from src/dotenv/parser.py or variables.py alone; "ours" differs on purpose and says why.
const cases: readonly Case[] = [
  ['', {}, 'parser'],
  ['a=b', { a: 'b' }, 'parser'],
  ["'a'=b", { a: 'b' }, 'parser'],
  ['[=b', { '[': 'b' }, 'parser'],
  [' a = b ', { a: 'b' }, 'parser'],
  ['export a=b', { a: 'b' }, 'parser'],
  [" export 'a'=b", { a: 'b' }, 'parser'],
  ['# a=b', {}, 'parser'],
  ['a=b#c', { a: 'b#c' }, 'parser'],
  ['a=b #c', { a: 'b' }, 'parser'],
  ['a= #c', { a: '' }, 'parser'],
  ['a=  # comment', { a: '' }, 'parser'],
  ['a=#b', { a: '#b' }, 'parser'],
  ['a=b\t#c', { a: 'b' }, 'parser'],
  ['a=b c', { a: 'b c' }, 'parser'],
  ['a=b\tc', { a: 'b\tc' }, 'parser'],
  ['a=b  c', { a: 'b  c' }, 'parser'],
  ['a=b\u00a0 c', { a: 'b\u00a0 c' }, 'parser'],
  ['a=b c ', { a: 'b c' }, 'parser'],
  ["a='b c '", { a: 'b c ' }, 'parser'],
  ['a="b c "', { a: 'b c ' }, 'parser'],
  ['export export_a=1', { export_a: '1' }, 'parser'],
  ['export port=8000', { port: '8000' }, 'parser'],
  ['a="b\nc"', { a: 'b\nc' }, 'parser'],
  ["a='b\nc'", { a: 'b\nc' }, 'parser'],
  ['a="b\\nc"', { a: 'b\nc' }, 'parser'],
  ["a='b\\nc'", { a: 'b\\nc' }, 'parser'],
  ['a="b\\"c"', { a: 'b"c' }, 'parser'],
  ["a='b\\'c'", { a: "b'c" }, 'parser'],
  ['a=à', { a: 'à' }, 'parser'],
  ['a="à"', { a: 'à' }, 'parser'],
  ['no_value_var', {}, 'ours: python-dotenv has a name without a value, which sets nothing', { problemLines: [1] }],
  ['a: b', {}, 'parser: a line in error, which it drops', { problemLines: [1] }],
  ['a=b\nc=d', { a: 'b', c: 'd' }, 'parser'],
  ['a=b\rc=d', { a: 'b', c: 'd' }, 'parser'],
  ['a=b\r\nc=d', { a: 'b', c: 'd' }, 'parser'],
  ['a=\nb=c', { a: '', b: 'c' }, 'parser'],
  ['\n\n', {}, 'parser'],
  ['a=b\n\nc=d', { a: 'b', c: 'd' }, 'parser'],
  ['a="\nb=c', { b: 'c' }, 'parser: the line with the open quote is in error, the next is read', { problemLines: [1] }],
  ['# comment\na="b\nc"\nd=e\n', { a: 'b\nc', d: 'e' }, 'parser'],
  ['a=b\n# comment 1', { a: 'b' }, 'parser'],
  ['# comment 1\n# comment 2', {}, 'parser'],
  ['uglyKey[%$="S3cr3t_P4ssw#rD" #\na=b', { 'uglyKey[%$': 'S3cr3t_P4ssw#rD', a: 'b' }, 'parser'],
  ['\ufeffa=b', { a: 'b' }, 'parser: the byte order mark is stripped'],
  ['\ufeffa=b\nc=d', { a: 'b', c: 'd' }, 'parser'],
  ['KEY= # comment', { KEY: '' }, 'comment'],
  ['KEY=val # comment', { KEY: 'val' }, 'comment'],
  ['KEY=a#b', { KEY: 'a#b' }, 'comment'],
  ['KEY=#novalue', { KEY: '#novalue' }, 'comment'],
  ['KEY=# # comment', { KEY: '#' }, 'comment'],
  ['KEY=\t# comment', { KEY: '' }, 'comment'],
  ['KEY= # comment\nOTHER=val', { KEY: '', OTHER: 'val' }, 'comment'],
  ['a=$b', { a: '$b' }, 'values', { boot: { b: 'c' } }],
  ['a=${b}', { a: 'c' }, 'values', { boot: { b: 'c' } }],
  ['a=${b:-d}', { a: 'c' }, 'values', { boot: { b: 'c' } }],
  ['b=c\na=${b}', { b: 'c', a: 'c' }, 'values'],
  ['a=${b}', { a: '' }, 'values; the warning is ours', { warningLines: [1] }],
  ['a=${b:-d}', { a: 'd' }, 'values'],
  ['a="${b}"', { a: 'c' }, 'values', { boot: { b: 'c' } }],
  ["a='${b}'", { a: 'c' }, 'values: single quotes do not protect', { boot: { b: 'c' } }],
  ['a=x${b}y', { a: 'xcy' }, 'values', { boot: { b: 'c' } }],
  ['a=${a}', { a: 'b' }, 'values', { boot: { a: 'b' } }],
  ['a=${a}', { a: '' }, 'values; the warning is ours', { warningLines: [1] }],
  ['a=${a:-c}', { a: 'b' }, 'values', { boot: { a: 'b' } }],
  ['a=${a:-c}', { a: 'c' }, 'values'],
  ['a=${{ secrets.B }}', { a: '${{ secrets.B }}' }, 'ours: python-dotenv leaves a brace'],
  ['a=${b}${b}', { a: 'cc' }, 'values', { boot: { b: 'c' } }],
  ['b=d\na=${b}', { b: 'd', a: 'd' }, 'values: an earlier line wins over the environment', { boot: { b: 'c' } }],
  ['a=b\na=c\nd=${a}', { a: 'c', d: 'c' }, 'values; the warning is ours', { warningLines: [2] }],
  ['a=b\nc=${a}\nd=e\nc=${d}', { a: 'b', c: 'e', d: 'e' }, 'values; the warning is ours', { warningLines: [4] }],
  ["a='C:\\\\Users\\\\'\nb='sentinel'", { a: 'C:\\Users\\', b: 'sentinel' }, 'round trip of C:\\Users\\'],
  ["a='\\\\d+'\nb='sentinel'", { a: '\\d+', b: 'sentinel' }, 'round trip of \\d+'],
  ["a='back\\\\'\nb='sentinel'", { a: 'back\\', b: 'sentinel' }, 'round trip of back\\'],
  ["a='a\\\\\\'b'\nb='sentinel'", { a: "a\\'b", b: 'sentinel' }, "round trip of a\\'b"],
  ['a=\'say "hi"\'', { a: 'say "hi"' }, 'round trip of say "hi"'],
  ["a=''", { a: '' }, 'round trip of nothing'],
  ["a='C:\\Users\\'", { a: 'C:\\Users\\' }, 'grammar: a quote that never closes ends at the last escaped one'],
  ['a="\\a\\b\\f\\n\\r\\t\\v\\\\\\\'\\""', { a: '\x07\b\f\n\r\t\v\\\'"' }, 'grammar: escapes between double quotes'],
  ['a="\\d\\x41"', { a: '\\d\\x41' }, 'grammar: other backslashes stay'],
  ['a="x" y', {}, 'grammar: something behind the quote is an error', { problemLines: [1] }],
  ['a="x"#c', { a: 'x' }, 'grammar: a comment may follow the quote at once'],
  ['a=b"c"', { a: 'b"c"' }, 'grammar: a quote in the middle is a character'],
  ['a=`b`', { a: '`b`' }, 'grammar: backticks are characters'],
  ['export\ta=b', { a: 'b' }, 'grammar: any blank after export'],
  ['exporta=b', { exporta: 'b' }, 'grammar: export wants a blank'],
  ['export', {}, 'ours: a name without a value, see no_value_var', { problemLines: [1] }],
  ['=b', {}, 'grammar: no name is an error', { problemLines: [1] }],
  ["''=b", {}, 'grammar: an empty quoted name is an error', { problemLines: [1] }],
  ['a#=b', {}, 'ours: a name without a value and a comment, see no_value_var', { problemLines: [1] }],
  ['a==b', { a: '=b' }, 'grammar: the first = divides'],
  ['a=b\\', { a: 'b\\' }, 'grammar: a backslash does not continue a line'],
  ['a=b\x0bc \x0b', { a: 'b\x0bc' }, 'grammar: vertical tab is a blank and ends no line'],
  ['a=b\u2028c=d', { a: 'b\u2028c=d' }, 'grammar: U+2028 ends no line'],
  ['a=b\x85#c', { a: 'b' }, 'grammar: U+0085 is a blank to Python and not to JavaScript'],
  ['a=\ufeffb', { a: '\ufeffb' }, 'grammar: a byte order mark elsewhere is a character'],
  ['a=${b:d}', { a: '${b:d}' }, 'grammar: a colon without - makes no reference', { boot: { b: 'c' } }],
  ['a=${b:d${c}', { a: '${b:dx' }, 'grammar: the search goes on behind what is no reference', { boot: { c: 'x' } }],
  ['a=${b', { a: '${b' }, 'grammar: an open reference is text'],
  ['a=${b:-x:y}', { a: 'x:y' }, 'grammar: a default may hold a colon'],
  ['a=${}', { a: '' }, 'grammar: the empty name; the warning is ours', { warningLines: [1] }],
  ['a=${b:-}', { a: '' }, 'grammar: the empty default'],
  ['a=${b:-d}', { a: '' }, 'grammar: an empty variable is set', { boot: { b: '' } }],
  ['b=\\${c}\na=${b}', { b: '\\x', a: '\\x' }, 'grammar: nothing escapes a reference', { boot: { c: 'x' } }],
  ["c='${d}'\na=${c}", { c: '${b}', a: '${b}' }, 'grammar: what comes in is not resolved again', { boot: { d: '${b}', b: 'x' } }],
  ['a=${toString:-none}', { a: 'none' }, 'ours: names of JavaScript are no variables'],
  ['a=b\0c', {}, 'ours: no environment can hold a NUL byte', { problemLines: [1] }],
  ['\n\n\na', {}, 'ours: the line is that of the name, not of the blank lines before it', { problemLines: [4] }],
  ['a=1\r\n"x\r\nb=2\r\n=\r\n', { a: '1', b: '2' }, 'ours: CR LF counts once, also behind an error', { problemLines: [2, 4] }],
  ['a="1\r\n2\r3"\nx', { a: '1\r\n2\r3' }, 'grammar: lines between quotes count', { problemLines: [4] }],
];

const read = (input: string | Uint8Array, boot: Record<string, string> = {}) =>
  parseEnvFile(typeof input === 'string' ? new TextEncoder().encode(input) : input, boot);

describe('a .env file', () => {
  it.each(cases.map(([input, entries, source, more = {}]) => ({ input, entries, source, ...more })))(
    '$input gives $entries ($source)',
    ({ input, entries, boot, problemLines = [], warningLines = [] }) => {
      const parsed = read(input, boot);
      expect(Object.fromEntries([...parsed.entries].map(([name, { value }]) => [name, value]))).toEqual(entries);
      expect(parsed.problems.map(({ line }) => line)).toEqual(problemLines);
      expect(parsed.warnings.map(({ line }) => line)).toEqual(warningLines);
    },
  );

  it('tells the line of each name', () => {
    const { entries } = read('\n# c\na=1\r\n\r\nb="x\ny"\rc=3\n');
    expect([...entries].map(([name, { line }]) => [name, line])).toEqual([
      ['a', 3],
      ['b', 5],
      ['c', 7],
    ]);
  });

  it('that is no UTF-8 is refused whole, with the line of the first invalid byte', () => {
    const bytes = Buffer.concat([Buffer.from('a=\ufffd\r\nb=à\n'), Buffer.from([0x63, 0x3d, 0xe0, 0x0a]), Buffer.from('d=1')]);
    expect(read(bytes)).toMatchObject({ entries: new Map(), problems: [{ line: 3, message: expect.stringContaining('UTF-8') as string }] });
  });

  it.each([
    ['little', [0xff, 0xfe, 0x61, 0x00]],
    ['big', [0xfe, 0xff, 0x00, 0x61]],
  ])('in UTF-16, %s endian, is called by its name', (_endian, bytes) => {
    expect(read(Uint8Array.from(bytes)).problems).toEqual([{ line: 1, message: 'the file is UTF-16; save it as UTF-8' }]);
  });

  it('whose values double each other is refused before memory ends', () => {
    const lines = ['v0=xxxxxxxxxxxxxxxx', ...Array.from({ length: 40 }, (_, at) => `v${at + 1}=\${v${at}}\${v${at}}`)];
    const { entries, problems } = read(lines.join('\n'));
    expect(problems[0]).toEqual({ line: 18, message: 'the value exceeds 1 MiB after its ${...} are replaced' });
    expect(entries.get('v16')?.value.length).toBe(1024 * 1024);
  });

  it('never shows a name or a value in a problem', () => {
    const { problems, warnings } = read(
      'SENTINEL\nSENTINEL: x\na="SENTINEL\nb="x" SENTINEL\nSENTINEL=SENTINEL\nSENTINEL=SENTINEL\nd=${SENTINEL_}\n=SENTINEL\0',
    );
    expect(problems.length).toBeGreaterThanOrEqual(4);
    expect(warnings.length).toBe(2);
    expect(JSON.stringify([problems, warnings])).not.toContain('SENTINEL');
  });

  it.each(['${', '${:', '#', ' #', "'", '"\\', "'\\\\", '\\"', ' ', 'a=\n', 'a="${x}\n', "a='\\'\n"])(
    'of 1 MiB of %j takes no time to speak of',
    (piece) => {
      const startedAt = process.cpuUsage().user;
      read(`a="${piece.repeat((1024 * 1024) / piece.length)}`);
      read(`a=${piece.repeat((1024 * 1024) / piece.length)}}`);
      read(`a=${piece.repeat((1024 * 1024) / piece.length)}:x}`);
      // A quadratic step would take hours of processor time, not seconds.
      expect(process.cpuUsage().user - startedAt).toBeLessThan(10_000_000);
    },
  );

  it('gives back whatever was put between quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!text.includes('\0') && !text.includes('${') && text.isWellFormed());
        const single = text.replace(/[\\']/g, '\\$&');
        const double = text.replace(/[\\"]/g, '\\$&');
        const { entries, problems } = read(`a='${single}'\nb="${double}" # c\n`);
        expect([problems, entries.get('a')?.value, entries.get('b')?.value]).toEqual([[], text, text]);
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void read(bytes)));
  });
});
