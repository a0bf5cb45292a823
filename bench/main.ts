/** `npm run bench`: measures each figure together with its reference in one run on one machine. `--write` writes docs/benchmarks.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLoad, type Ledger } from '../test/process/load.ts';
import { callTool, modern } from '../test/process/mcp.ts';
import { compareRestarts } from './beside.ts';
import { measureCatalogue } from './catalogue.ts';
import { loadBefore, renderPage, type Row } from './report.ts';
import { median, run, startServer, type BenchServer } from './server.ts';

const load = loadBefore();
const rows: Row[] = [];
const show = (what: string, figure: string, beside = '', aim = ''): void => {
  rows.push([what, figure, beside, aim]);
  console.error(`${what}: ${figure}${beside ? ` (${beside})` : ''}`);
};
const ms = (value: number): string => `${value.toFixed(1)} ms`;

await boot();
await commands();
await gap();
await memory();
await calls();
await wholeCatalogue();
const beside = await compareRestarts((line) => console.error(line));

const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
console.error('');
for (const row of rows)
  process.stdout.write(
    `${row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()}\n`,
  );

if (process.argv.includes('--write'))
  writeFileSync(join(import.meta.dirname, '../docs/benchmarks.md'), renderPage(rows, beside, { now: new Date(), load }));

async function boot(): Promise<void> {
  const floor = median(Array.from({ length: 15 }, () => run(['-e', '0'], []).wallMs));
  const http: number[] = [];
  const demo: number[] = [];
  for (let round = 0; round < 11; round++) {
    http.push(await readyAfter(false));
    demo.push(await readyAfter(true));
  }
  show('boot to ready, HTTP', ms(median(http)), `node -e 0: ${ms(floor)}`, 'aim: under 150 ms');
  show('boot to ready, HTTP with the demo tenant', ms(median(demo)), `node -e 0: ${ms(floor)}`);
}

async function readyAfter(demo: boolean): Promise<number> {
  const server = await startServer({ demo });
  await server.stop();
  return server.readyAfterMs;
}

async function commands(): Promise<void> {
  const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_TOOL_CALLS=false\n' });
  const floor = median(Array.from({ length: 15 }, () => run(['-e', '0'], []).wallMs));
  const status = median(Array.from({ length: 15 }, () => timed(() => server.ask('status'))));
  show('status, wall', ms(status), `node -e 0: ${ms(floor)}, ratio ${(status / floor).toFixed(2)}`, 'aim: ratio under 2');
  const verdicts: number[] = [];
  const walls: number[] = [];
  for (let round = 0; round < 15; round++) {
    writeFileSync(server.dotenvPath, `ZSCALER_MCP_LOG_TOOL_CALLS=${round % 2 === 0}\n`);
    walls.push(timed(() => verdicts.push(server.ask('reload').durationMs)));
  }
  show('reload, in the server', ms(median(verdicts)));
  show('reload, command wall', ms(median(walls)), `node -e 0: ${ms(floor)}`);
  await server.stop();
}

function timed(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

/** Longest time without an accepted answer at a fixed rate: restart in place compared with stop and start. */
async function gap(): Promise<void> {
  const restarts = await gapOf(async (server) => {
    await server.askBeside('restart');
    return server;
  });
  const naive = await gapOf(async (server) => {
    await server.stop();
    return startServer({ port: server.port });
  });
  show('restart gap', ms(median(restarts.gaps)), `stop and start: ${ms(median(naive.gaps))}`, 'aim: under 250 ms');
  show(
    'requests that failed in 5 restarts',
    String(failures(restarts.ledgers)),
    `in 5 stop-and-starts: ${failures(naive.ledgers)}`,
    'aim: 0',
  );
}

async function gapOf(replace: (server: BenchServer) => Promise<BenchServer>): Promise<{ gaps: number[]; ledgers: Ledger[] }> {
  const gaps: number[] = [];
  const ledgers: Ledger[] = [];
  for (let round = 0; round < 5; round++) {
    let server = await startServer();
    const load = startLoad({ url: server.url, perSecond: 100, freshShare: 0.3, keptAlive: 20 });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    load.ledger.longestGapMs = 0;
    server = await replace(server);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const ledger = await load.stop();
    gaps.push(ledger.longestGapMs);
    ledgers.push(ledger);
    await server.stop();
  }
  return { gaps, ledgers };
}

async function memory(): Promise<void> {
  const server = await startServer();
  await callTool(server.url, 'zia_list_rule_labels');
  const idle = server.rssMiB();
  for (let round = 0; round < 100; round++) {
    writeFileSync(server.dotenvPath, `ZSCALER_MCP_LOG_TOOL_CALLS=${round % 2 === 0}\n`);
    server.ask('reload');
  }
  const reloaded = server.rssMiB();
  for (let round = 0; round < 30; round++) server.ask('restart');
  await callTool(server.url, 'zia_list_rule_labels');
  const restarted = server.rssMiB();
  show('RSS idle', `${idle.toFixed(0)} MiB`);
  show('RSS after 100 reloads', `${reloaded.toFixed(0)} MiB`, `idle: ${idle.toFixed(0)} MiB`, 'aim: no growth');
  show('RSS after 30 restarts more', `${restarted.toFixed(0)} MiB`, `idle: ${idle.toFixed(0)} MiB`, 'aim: no growth');
  await server.stop();
}

async function calls(): Promise<void> {
  const server = await startServer();
  const base = server.url.replace('/mcp', '/healthz');
  const health = await medianOf(500, () => fetch(base).then((response) => response.text()));
  const list = await medianOf(500, () => modern(server.url, 'tools/list'));
  const call = await medianOf(500, () => callTool(server.url, 'zia_list_rule_labels'));
  show('tools/list, one at a time', ms(list), `GET /healthz: ${ms(health)}`);
  show('tools/call against the demo tenant, one at a time', ms(call), `GET /healthz: ${ms(health)}`);
  await server.stop();
}

async function wholeCatalogue(): Promise<void> {
  const figures = await measureCatalogue();
  const { tools, linesPerTool, offered, bootMs, rssMiB, listBytes, listCpuMs, listWallMs, sessions, sessionsRssMiB } = figures;
  show('lines of source per tool', linesPerTool.toFixed(1), `${tools} tools`);
  show('boot to ready, all tools offered', ms(bootMs), `${offered} tools`);
  show('RSS, all tools offered and listed', `${rssMiB.toFixed(0)} MiB`);
  show(
    'tools/list of all, processor time after the first',
    `${listCpuMs.toFixed(2)} ms`,
    `${(listBytes / 1_024).toFixed(0)} KiB, wall ${ms(listWallMs)}`,
    'aim: under 1 ms',
  );
  show(`RSS with ${sessions} idle sessions`, `${sessionsRssMiB.toFixed(0)} MiB`, '', 'aim: under 150 MiB in all');
}

async function medianOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < count; round++) {
    const startedAt = performance.now();
    await work();
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

function failures(ledgers: readonly Ledger[]): number {
  return ledgers.reduce((sum, { failed, answered }) => sum + failed.size + [...answered.values()].filter(({ ok }) => !ok).length, 0);
}
