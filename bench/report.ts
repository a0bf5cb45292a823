/** The page that `npm run bench -- --write` makes of a run. */
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Beside, Comparison } from './beside.ts';

export type Row = readonly [what: string, figure: string, beside: string, aim: string];

/** What else ran beforehand; said on the page, since a busy machine makes every figure worse. */
export const loadBefore = (): string => (loadavg()[0] ?? 0).toFixed(1);

export function renderPage(rows: readonly Row[], { compared, skipped }: Beside, { now, load }: { now: Date; load: string }): string {
  return `# Benchmarks

Made by \`npm run bench -- --write\`; not edited by hand. Every figure stands beside what it is compared with, from one run
on one machine: ${machine()}, on ${now.toISOString().slice(0, 10)}, with a load average of ${load} before it.

## Restart beside others

An open-loop load of 100 requests a second, 30 in 100 over connections of their own and the others over 20 kept alive, is
answered while the server is restarted. Five restarts each, the same load generator for all. The generator does not send
again what failed, so a connection that is closed under a request counts, even where a patient client would have hidden it. In
five restarts, one or two failures more or less are chance. Figures in milliseconds are medians of the five.

${table(
  [
    'server',
    'what a restart renews',
    'longest time without an answer',
    'p99 quiet',
    'p99 with restart',
    'added to p99',
    'slowest',
    'failed',
  ],
  compared.map((one) => [
    one.name,
    one.renews,
    ms(one.gapMs),
    ms(one.quietP99Ms),
    ms(one.p99Ms),
    ms(addedMs(one)),
    ms(one.maxMs),
    failed(one),
  ]),
)}

${judge(compared)}

What is compared differs: nginx and HAProxy start new workers beside the old ones, which finish what they have; gunicorn
and puma run a trivial application in theirs; \`zscaler-mcp\` has one process, runs a tool against its demo tenant for each
request, and replaces itself, so its clients wait while the next generation is loaded. Versions: ${versions(compared)}.
${skipped.map((reason) => `\nNot compared: ${reason}.`).join('')}
## Figures of its own

${table(['what', 'figure', 'beside', 'aim'], rows)}
`;
}

const addedMs = ({ p99Ms, quietP99Ms }: Comparison): number => Math.max(0, p99Ms - quietP99Ms);

/** With what went wrong, and with what goes wrong when nothing is restarted at all. */
function failed({ failures, quietFailures, sent }: Comparison): string {
  const words = Object.entries(failures).map(([word, times]) => `${times} ${word}`);
  const quiet = total(quietFailures) === 0 ? [] : [`${total(quietFailures)} without a restart`];
  const details = [...words, ...quiet].join(', ');
  return `${total(failures)} of ${sent}${details ? ` (${details})` : ''}`;
}

const total = (failures: Readonly<Record<string, number>>): number => Object.values(failures).reduce((sum, times) => sum + times, 0);

/** Which peer is better in what, in words; ours is the first. */
function judge([ours, ...others]: readonly Comparison[]): string {
  if (!ours || others.length === 0) return 'There was nobody to compare with.';
  const better = (what: string, figure: (one: Comparison) => number) => {
    const names = others.filter((one) => figure(one) < figure(ours)).map(({ name }) => name);
    const same = others.filter((one) => figure(one) === figure(ours)).map(({ name }) => name);
    const equals = same.length === 0 ? '' : ` (the same: ${same.join('; ')})`;
    return `- ${what}: ${names.length === 0 ? 'nobody' : names.join('; ')}${equals}`;
  };
  return [
    'Better than `zscaler-mcp` in this run:',
    '',
    better('shorter time without an answer', ({ gapMs }) => gapMs),
    better('less added to the p99', addedMs),
    better('a faster slowest answer', ({ maxMs }) => maxMs),
    better('a smaller share of failed requests', (one) => total(one.failures) / one.sent),
  ].join('\n');
}

const versions = (compared: readonly Comparison[]): string =>
  [...new Set(compared.slice(1).map(({ version }) => version.replace(/ \d{4}\/.*$/, '').replace('nginx version: ', '')))].join(', ');

function machine(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 1_024 ** 3);
  return `${cores.length} cores (${cores[0]?.model.trim()}), ${memory} GiB, ${type()} ${release().split('-')[0]}, Node.js ${process.versions.node}`;
}

const ms = (value: number): string => value.toFixed(0);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
