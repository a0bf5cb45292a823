/** Measures the cost of the catalogue: lines of source, and time and memory when all tools are offered. */
import { readFileSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue } from '../src/tools/index.ts';
import { modern, openSession } from '../test/process/mcp.ts';
import { median, startServer } from './server.ts';

export interface CatalogueFigures {
  readonly tools: number;
  /** Lines of source below `src/tools/` without tests; comments and blank lines count. */
  readonly linesPerTool: number;
  /** Number of tools offered with write access to everything. */
  readonly offered: number;
  readonly bootMs: number;
  readonly rssMiB: number;
  readonly listBytes: number;
  /** CPU time of the server for one `tools/list` after the first. */
  readonly listCpuMs: number;
  readonly listWallMs: number;
  readonly sessions: number;
  readonly sessionsRssMiB: number;
}

const everything = ['--enable-write-tools', '--write-tools', '*'];
const LISTS = 300;
const SESSIONS = 1_000;
const REST_MS = 25_000;

export async function measureCatalogue(): Promise<CatalogueFigures> {
  const boots: number[] = [];
  for (let round = 0; round < 11; round++) {
    const server = await startServer({ args: everything });
    boots.push(server.readyAfterMs);
    await server.stop();
  }
  const server = await startServer({ args: everything });
  const list = () => modern(server.url, 'tools/list');
  const first = await list();
  const tools = first.body?.result?.['tools'] as { name: string }[];
  const rssMiB = server.rssMiB();
  const walls: number[] = [];
  const cpuBefore = server.cpuMs();
  for (let round = 0; round < LISTS; round++) {
    const startedAt = performance.now();
    await list();
    walls.push(performance.now() - startedAt);
  }
  const listCpuMs = (server.cpuMs() - cpuBefore) / LISTS;
  await server.stop();
  return {
    tools: catalogue.length,
    linesPerTool: countLines() / catalogue.length,
    offered: tools.length,
    bootMs: median(boots),
    rssMiB,
    listBytes: JSON.stringify(first.body).length,
    listCpuMs,
    listWallMs: median(walls),
    ...(await measureSessions()),
  };
}

/** Idle sessions of revision 2025-11-25, after initialization and one `tools/list`. */
async function measureSessions(): Promise<Pick<CatalogueFigures, 'sessions' | 'sessionsRssMiB'>> {
  const server = await startServer();
  for (let opened = 0; opened < SESSIONS; opened++) {
    const { send } = await openSession(server.url);
    await send('tools/list');
  }
  // An idle server returns the memory used for opening the sessions.
  await sleep(REST_MS);
  const sessionsRssMiB = server.rssMiB();
  await server.stop();
  return { sessions: SESSIONS, sessionsRssMiB };
}

function countLines(): number {
  const root = join(import.meta.dirname, '../src/tools');
  const files = globSync('**/*.ts', { cwd: root }).filter((file) => !/\.test(-d)?\.ts$/.test(file));
  return files.reduce((sum, file) => sum + readFileSync(join(root, file), 'utf8').split('\n').length - 1, 0);
}
