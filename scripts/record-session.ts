/**
 * `npm run record`: runs a real server, load and commands in a terminal and draws docs/reload-and-restart.svg from the recording.
 * Every figure and word in the picture comes from that run.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { complaints, startLoad } from '../test/process/load.ts';
import { openSession } from '../test/process/mcp.ts';
import { drawSession, type Sample, type Step } from './session-picture.ts';

const root = join(import.meta.dirname, '..');
const COLUMNS = 96;
const PER_SECOND = 100;
const SESSIONS = 20;
/** Pause before each command, during which the picture types it. */
const TYPING_MS = 1_500;

const commands: readonly (readonly [line: string, mark: string])[] = [
  ['echo ZSCALER_MCP_LOG_LEVEL=warn >> .env && zscaler-mcp reload', 'reload'],
  ['echo ZSCALER_MCP_SERVICES=zia,zpa >> .env && zscaler-mcp reload', 'reload'],
  ['zscaler-mcp restart', 'restart'],
  ['echo ZSCALER_MCP_PORT=eighty >> .env && zscaler-mcp reload', 'refused'],
  ['zscaler-mcp status | head -4', 'status'],
];

// A short path, since it appears in the picture. It must not exist beforehand: it is removed at the end.
const folder = join(tmpdir(), 'zscaler-mcp-demo');
mkdirSync(folder, { mode: 0o700 });
try {
  const svg = await record();
  writeFileSync(join(root, 'docs/reload-and-restart.svg'), svg);
  console.error(`wrote docs/reload-and-restart.svg, ${(Buffer.byteLength(svg) / 1_024).toFixed(0)} KiB`);
} finally {
  rmSync(folder, { recursive: true });
}

async function record(): Promise<string> {
  const server = await startServer();
  try {
    const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => openSession(server.url)));
    const load = startLoad({
      url: server.url,
      perSecond: PER_SECOND,
      freshShare: 0.3,
      keptAlive: 20,
      sessions: sessions.map(({ id }) => id),
    });
    const startedAt = performance.now();
    const now = () => performance.now() - startedAt;
    const steps: Step[] = [];
    for (const [line, mark] of commands) {
      const typedAtMs = now();
      await sleep(TYPING_MS);
      const startedAtMs = now();
      const output = await runOnTerminal(line);
      steps.push({ line, mark, typedAtMs, startedAtMs, endedAtMs: now(), output });
    }
    await sleep(TYPING_MS);
    const lengthMs = now();
    const ledger = await load.stop();
    const trouble = complaints(ledger);
    for (const complaint of trouble) console.error(complaint);
    const replies = await Promise.all(sessions.map(({ send }) => send('tools/list')));
    const { pid } = readRecord();
    return drawSession({
      columns: COLUMNS,
      steps,
      lengthMs,
      samples: [...ledger.answered].map(([n, { ms, ok }]): Sample => ({ atMs: (n / PER_SECOND) * 1_000, ms, ok })),
      perSecond: PER_SECOND,
      sent: ledger.sent.length,
      failed: trouble.length,
      sessions: SESSIONS,
      sessionsLost: replies.filter(({ status }) => status !== 200).length,
      isSameProcess: pid === server.pid,
    });
  } finally {
    await server.stop();
  }
}

async function startServer(): Promise<{ url: string; pid: number; stop(): Promise<void> }> {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(join(root, 'dist/main.js'), join(bin, 'zscaler-mcp'));
  writeFileSync(join(folder, '.env'), '');
  chmodSync(join(folder, '.env'), 0o600);
  const args = ['--demo', '--transport', 'streamable-http', '--port', '0', '--dotenv-path', join(folder, '.env')];
  const child = spawn(process.execPath, [join(root, 'dist/main.js'), ...args], { cwd: folder, env: environment(), stdio: 'ignore' });
  while (!existsSync(join(folder, 'server.pid')) || readRecord().state !== 'ready') {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    await sleep(20);
  }
  return {
    url: readRecord().url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

function readRecord(): { url: string; pid: number; state: string } {
  return JSON.parse(readFileSync(join(folder, 'server.pid'), 'utf8')) as { url: string; pid: number; state: string };
}

function environment(): Record<string, string> {
  return {
    HOME: folder,
    PATH: [join(folder, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    TERM: 'xterm-256color',
    // The last command is a pipeline.
    FORCE_COLOR: '1',
    ZSCALER_MCP_PID_FILE: join(folder, 'server.pid'),
  };
}

/** The output as in a terminal, with colours. */
function runOnTerminal(line: string): Promise<string> {
  const child = spawn('script', ['-qec', `stty cols ${COLUMNS}; ${line}`, '/dev/null'], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(output.replaceAll('\r\n', '\n')));
  });
}
