import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEvent } from './event.ts';
import { formatCall, formatFailure, formatQuery, formatSuccess, shortHash } from './index.ts';

const caller = { session: 'a session', client: 'tester 1', address: '10.0.0.1' };
const suffix = ` | session: ${shortHash('a session')} | client: tester 1 | from: 10.0.0.1`;

describe('a line of the audit log', () => {
  it('of a call shows tool and arguments, secrets left out, and who called', () => {
    const args = { search: 'x', id: 12_345_678_901_234_567_890n, nested: { clientSecret: 'hush' } };
    expect(formatCall('zia_list_rule_labels', args, caller)).toBe(
      `[TOOL CALL] zia_list_rule_labels | args: {"search":"x","id":12345678901234567890,"nested":{"clientSecret":"[redacted]"}}${suffix}`,
    );
  });

  it.each([
    [[1, 2, 3], '3 items'],
    [{ a: 1, b: 2 }, 'object of 2 fields'],
    ['text', 'text of 4 characters'],
    [undefined, 'nothing'],
    [null, 'nothing'],
    [5, 'number'],
  ])('of a success sums up %j as %s', (result, summary) => {
    expect(formatSuccess('t', 12.6, result, {})).toBe(`[TOOL OK]   t | 13ms | ${summary}`);
  });

  it('of a failure shows what kind it was', () => {
    expect(formatFailure('t', { ms: 5, type: 'ERR_CLOUD_ANSWER', message: 'no such thing' }, caller)).toBe(
      `[TOOL ERR]  t | 5ms | ERR_CLOUD_ANSWER: no such thing${suffix}`,
    );
  });

  it('gives no session away', () => {
    expect(formatCall('t', {}, { session: 'secret-session-id' })).not.toContain('secret-session-id');
  });

  it.each(['\u200B', '\u00AD', '\uFE0F', '\u3164', '\u{E0041}', '\u{E0101}', '\u2060', '\u202E', '\u0007'])(
    'shows %j, which nobody sees, by its number in both formats',
    (character) => {
      const text = `a${character}b`;
      const event = { event: 'call', call: 'c', tool: text, args: { [text]: text }, caller: { client: text, principal: text } } as const;
      for (const format of ['line', 'json'] as const) {
        const line = formatEvent(event, format, 'T');
        expect(line).not.toContain(character);
        expect(line.match(/a(?:\\u[\da-f]{4}){1,2}b/g)).toHaveLength(5);
      }
    },
  );

  it('cannot be forged with a line break, a separator or a mark that reorders text', () => {
    const forged = 'x\n[TOOL OK]   zia_delete | 1ms | done\r\u2028\u202E | session: 00000000';
    for (const line of [
      formatCall('t', { forged }, {}),
      formatFailure('t', { ms: 1, type: forged, message: forged }, {}),
      formatCall(forged, {}, { client: forged }),
    ]) {
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
    }
    expect(formatFailure('t', { ms: 1, type: 'E', message: forged }, {}).split(' | ')).toHaveLength(3);
    expect(formatCall(forged, { [forged]: forged }, { client: forged }).split(' | ')).toHaveLength(3);
    expect(formatQuery('t', `' | 1 -> 2 rows${forged}`, { before: 3, after: 1 }, {}).split(' | ')).toHaveLength(3);
  });

  it('keeps arguments readable as JSON', () => {
    const args = { 'a|b': 'x | principal: root\n', search: '\u202E' };
    const [, json = ''] = formatCall('t', args, {}).split(' | args: ');
    expect(JSON.parse(json)).toEqual(args);
  });

  it('of a query shows the expression, and the rows before and after', () => {
    expect(formatQuery('zia_list_rule_labels', "[?name=='x']", { before: 12, after: 1 }, caller)).toBe(
      `[QUERY]     zia_list_rule_labels | '[?name=='x']' | 12 -> 1 rows${suffix}`,
    );
  });

  it('stays of bounded length', () => {
    expect(formatCall('t', { text: 'x'.repeat(1_000_000) }, {}).length).toBeLessThan(4_200);
    expect(formatFailure('t', { ms: 1, type: 'E', message: 'x'.repeat(1_000_000) }, {}).length).toBeLessThan(700);
  });

  it('is one line, whatever the arguments are', () => {
    fc.assert(
      fc.property(fc.object({ withBigInt: true, withNullPrototype: false }), fc.string({ unit: 'binary' }), (args, client) => {
        expect(formatCall('t', args, { client })).toMatch(/^\[TOOL CALL\] t \| args: [^\p{Cc}\p{Zl}\p{Zp}]*$/u);
      }),
    );
  });
});
