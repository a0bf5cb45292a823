/** How long each piece of work holds the event loop at the largest input that is let in: `node bench/blocking.ts`. */
import { formatEvent } from '../src/audit/event.ts';
import { MOST_VALUES, parseAnswer, parseMessage, stringifyJson } from '../src/common/json.ts';
import { nearest } from '../src/common/nearest.ts';
import { canonicalJson } from '../src/confirm/canonical.ts';
import { restore, sanitize } from '../src/sanitize/index.ts';
import { bound, openQuery, writeText } from '../src/shape/index.ts';

const MIB = 1_048_576;
const LARGEST = 4 * MIB;
const budget = { maxTokens: 20_000, inputs: ['query'] };
const list = (part: string, count: number): string => `[${`${part},`.repeat(count - 2)}${part}]`;
const text = (part: string, length = LARGEST - 100): string => JSON.stringify([part.repeat(Math.floor(length / Buffer.byteLength(part)))]);

const hex = (number: number): string => number.toString(16).toUpperCase();

/** Bodies as large as a message may be. */
const bodies: Readonly<Record<string, string>> = {
  'one text': text('a'),
  'texts of 80 characters': list(`"${'a'.repeat(80)}"`, MOST_VALUES),
  numbers: list('12345678901234567890', MOST_VALUES),
  objects: list('{}', MOST_VALUES / 2),
  'an object of many members': JSON.stringify(Object.fromEntries(Array.from({ length: 5_800 }, (_, at) => [`key ${at}`, at]))),
  'marks of hidden characters': text('⟦U+200B⟧'),
  'marks of different characters': JSON.stringify([Array.from({ length: 400_000 }, (_, at) => `⟦U+${hex(0x1_00_00 + at)}⟧`).join('')]),
  'parts of tokens': text('eyJ.'),
};

/** The one row of an answer, with a text as long as the cloud may send. */
const row = (part: string): unknown => [{ id: 1, name: part.repeat((4 * LARGEST) / (JSON.stringify(part).length - 2) - 20) }];

/** Values of the cloud, of 4 MiB or as many values or names as are let in. */
const answers: Readonly<Record<string, unknown>> = {
  rows: Array.from({ length: 20_000 }, (_, id) => ({ id, name: `name of ${id}`, description: 'd'.repeat(120), tags: ['a', 'b'] })),
  'hidden characters': '\u200B'.repeat(LARGEST / 3),
  'rows of hidden characters': Array.from({ length: 1_000 }, () => ({ name: '\u200B'.repeat(1_000) })),
  markup: '<a '.repeat(LARGEST / 3),
  'rows without a common field': Array.from({ length: 9_900 }, (_, at) => ({ [`a${at}`]: 0, [`b${at}`]: 0 })),
  'as many values as are let in': Array.from({ length: 399_000 }, () => ({ a: 1 })),
  'a row with one text': row('a'),
  'a row with one text of quotes': row('"'),
  'a row with one text of hidden characters': row('\u200B'),
  'a row with one text of markup': row('<a '),
  'an object with one text of markup': { id: 1, of: row('<a ') },
  'large objects': Array.from({ length: 16 }, () => Object.fromEntries(Array.from({ length: 5_800 }, (_, at) => [`key ${at}`, at]))),
};

function cpuMs(run: () => unknown): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** The shortest of three: the others paid for the compiler or the collector. */
const measure = (run: () => unknown): number => Math.min(cpuMs(run), cpuMs(run), cpuMs(run));

const report = (what: string, ms: number): void => void process.stdout.write(`${ms.toFixed(0).padStart(6)} ms  ${what}\n`);

for (const [name, body] of Object.entries(bodies)) {
  const value = parseMessage(body);
  report(
    `parse a message: ${name}`,
    measure(() => parseMessage(body)),
  );
  report(
    `restore its arguments: ${name}`,
    measure(() => restore(value)),
  );
  report(
    `write them to the audit log: ${name}`,
    measure(() => formatEvent({ event: 'call', call: '', tool: 't', caller: {}, args: value }, 'json', '')),
  );
  report(
    `write them canonically: ${name}`,
    measure(() => canonicalJson(value)),
  );
}
function reportRefusal(what: string, parse: (text: string) => unknown, json: string): void {
  // Flat: a text put together from parts is copied when it is first read.
  const flat = Buffer.from(json).toString('latin1');
  report(
    `refuse ${what}`,
    measure(() => {
      try {
        parse(flat);
      } catch {
        // Too many values.
      }
    }),
  );
}

for (const part of ['0,', '[],', '{},'])
  reportRefusal(`an answer of ${JSON.stringify(part)}, 16 MiB`, parseAnswer, `[${part.repeat((4 * LARGEST) / part.length)}`);
for (const part of ['0,', '{},', '{"a":0},', '[[],'])
  reportRefusal(`a message of ${JSON.stringify(part)}`, parseMessage, `[${part.repeat(LARGEST / part.length)}`);
for (const [name, value] of Object.entries(answers)) {
  const json = stringifyJson(value);
  report(
    `parse an answer of the cloud: ${name}, ${(json.length / MIB).toFixed(1)} MiB`,
    measure(() => parseAnswer(json)),
  );
  report(
    `bound, sanitize and write it: ${name}`,
    measure(() => {
      const { value: part, ...whole } = bound(value, budget);
      return writeText(sanitize(part), { ...budget, whole });
    }),
  );
}
const names = Array.from({ length: 400 }, (_, at) => `zia_list_some_long_name_of_a_tool_${at}`);
report(
  'suggest a name',
  measure(() => nearest('zia_list_some_lnog_name_of_a_toool'.repeat(3), names)),
);
const rows = answers['rows'];
for (const expression of ['sort_by(@, &description)', `${'[@,@][]|'.repeat(60)}@`, '[].to_string(@)', `map(&(${'@|'.repeat(300)}@), @)`]) {
  const query = await openQuery({ query: expression });
  report(
    `a query: ${expression.slice(0, 40)}`,
    measure(() => {
      try {
        query?.(rows);
      } catch {
        // It was given up.
      }
    }),
  );
}
