/** What another user's process may have written where commands read it: each must end with an exit code of its own, in words. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOperation, identify } from '../lifecycle/index.ts';
import type { Stage } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { run } from './run.ts';

/** Escape sequences of 7 and 8 bits, a title, a carriage return, a forged line, marks of direction, what has no width. */
const HOSTILE = 'x\u001B]0;owned\u0007\u001B[2J\u009B31m\r\nforged\u202Egpj.exe\u200B\u2066\u00AD\u{E0041}\u2028\u007F';
const MUTANTS: readonly unknown[] = [null, -1, 1e308, '', HOSTILE, true, [], {}, [HOSTILE], { x: HOSTILE }];
const FORBIDDEN = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;
const CODES: readonly number[] = exitCodes.map(({ code }) => code);

let folder: string;
let pidFile: string;
/** Takes requests and answers each with the content of the file `answer`; SIGTERM it ignores. */
let server: ChildProcess;
let beat: NodeJS.Timeout;

const SERVER = `
  const { readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } = require('node:fs');
  const answer = () => {
    for (const name of readdirSync('server.pid.d').filter((name) => name.startsWith('request-'))) {
      const { id } = JSON.parse(readFileSync('server.pid.d/' + name, 'utf8'));
      unlinkSync('server.pid.d/' + name);
      writeFileSync('answer.new', readFileSync('answer', 'utf8').replaceAll('THE-ID', id), { mode: 0o600 });
      renameSync('answer.new', 'server.pid.d/answer-' + id + '.json');
    }
  };
  for (const signal of ['SIGHUP', 'SIGUSR2']) process.on(signal, answer);
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
  console.log('ready');`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strangers-'));
  pidFile = join(folder, 'server.pid');
  mkdirSync(`${pidFile}.d`, { mode: 0o700 });
  server = spawn(process.execPath, ['-e', SERVER], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(server.stdout ?? server, 'data');
  // As a server that lives does.
  beat = setInterval(() => {
    try {
      utimesSync(pidFile, new Date(), new Date());
    } catch {
      // Between two of them.
    }
  }, 2);
});

afterAll(() => {
  clearInterval(beat);
  server.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const problem = { setting: 'A', file: '/f', line: 1, message: 'm', hint: 'h' };

const record = () => ({
  schema: 1,
  pid: server.pid ?? 0,
  startedAt: '2026-01-01T00:00:00.000Z',
  identity: identify(server.pid ?? 0),
  version: '0.1.0',
  interpreter: process.execPath,
  argv: ['/x/main.js', '--demo'],
  program: '/x/main.js',
  cwd: '/x',
  bootSettings: { ZSCALER_MCP_LOG_LEVEL: 'info' },
  codeDigest: 'd',
  codeTrace: 't',
  transport: 'streamable-http',
  host: '127.0.0.1',
  port: 1,
  url: 'http://127.0.0.1:1/mcp',
  dotenvPath: '/x/.env',
  envSource: 'live',
  envCandidates: ['/x/.env'],
  envFile: { digest: 'd', dev: 1, ino: 1, mountRoot: '/', loadedAt: '2026-01-01T00:00:00.000Z', discovered: true },
  secretSources: [{ kind: 'file', place: '/x/secret', settings: ['A'], readAt: '2026-01-01T00:00:00.000Z' }],
  state: 'ready',
  generation: 2,
  generationStartedAt: '2026-01-01T00:00:00.000Z',
  failedCount: 1,
  operationCounts: { reload: { applied: 1 } },
  config: { digest: 'd', loadedAt: '2026-01-01T00:00:00.000Z', pendingRestart: ['A'] },
  settings: [
    {
      setting: 'A',
      value: 'v',
      secret: false,
      origin: 'file',
      from: '/x/.env:1',
      waiting: { value: 'w', from: 'f' },
      shadowed: [{ value: 'b', from: 'c' }],
      ignored: 'because',
    },
  ],
  operations: [
    {
      id: 'i',
      kind: 'reload',
      askedBy: { uid: 0, pid: 1, by: 'watch' },
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:00:00.000Z',
      outcome: 'refused',
      message: 'm',
      changed: ['A'],
      errors: [problem],
      durationMs: 1,
    },
  ],
  demo: false,
  posture: { on: ['a'], off: ['b'], risks: [{ id: 'r', message: 'm' }] },
  faults: ['f'],
  handover: 'rebind',
  supervisor: 'systemd',
  interrupted: 0,
});

const answer = (kind: string) => ({
  ...describeOperation({
    id: 'THE-ID',
    kind,
    outcome: 'refused',
    exitCode: 4,
    message: 'm',
    changes: [{ setting: 'A', applies: 'reload', from: '1', to: '2' }],
    pendingRestart: ['A'],
    errors: [problem],
    warnings: ['w'],
    envSource: 'live',
    generation: 1,
    durationMs: 1,
  }),
  environment: '/x/.env (live)',
  interrupted: null,
  dryRun: false,
});

const lock = () => ({ pid: server.pid ?? 0, identity: identify(server.pid ?? 0), nonce: 'n' });

/** The value with each of its parts, at every depth, exchanged for each mutant, left out, and with its key made hostile. */
function* mutationsOf(value: unknown): Generator {
  yield* MUTANTS;
  if (Array.isArray(value)) {
    for (const item of mutationsOf(value[0])) yield [item, ...value.slice(1)];
    yield Array.from({ length: 50 }, () => value[0] as unknown);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      for (const mutation of mutationsOf(part)) yield { ...value, [key]: mutation };
      const rest = Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
      yield rest;
      yield { ...rest, [HOSTILE]: part };
    }
  }
}

const plant = (path: string, content: unknown) => {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
};

interface Ending {
  readonly code: number | undefined;
  readonly text: string;
}

async function runHere(words: readonly string[], hasColour = false): Promise<Ending> {
  const lines: string[] = [];
  const print = (text: string) => void lines.push(text);
  const stage = {
    launch: { argv: [...words, '--pid-file', pidFile], env: { HOME: folder }, cwd: folder, entry: 'main.js', main: 'main.js', manager: {} },
    isRehearsal: false,
    compileCacheRefusal: null,
    out: print,
    err: print,
    canvas: { width: hasColour ? 80 : null, hasColour },
    onSignals: () => undefined,
    releaseSignals: () => Promise.resolve(),
    exit: () => undefined,
    takeStderr: () => undefined,
  } as unknown as Stage;
  const code = await run(stage);
  return { code, text: lines.join('\n') };
}

/** What holds whatever was planted. */
async function judge(words: readonly string[], planted: unknown): Promise<Ending> {
  const ending = await runHere(words);
  const about = `${words.join(' ')} with ${JSON.stringify(planted).slice(0, 3_000)} ended ${ending.code}: ${JSON.stringify(ending.text)}`;
  if (!CODES.includes(ending.code ?? -1) || (ending.code === 1 && words[0] !== 'status')) expect.fail(about);
  if (
    FORBIDDEN.test(ending.text) ||
    /\n\s+at |TypeError|RangeError|undefined|\[object|SyntaxError|Cannot read|is not a function/.test(ending.text)
  )
    expect.fail(about);
  if (/^forged/m.test(ending.text)) expect.fail(about);
  return ending;
}

/** An empty folder beside the PID file: `stop` removes it. */
function clean(): void {
  mkdirSync(`${pidFile}.d`, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(`${pidFile}.d`)) rmSync(join(`${pidFile}.d`, name), { recursive: true, force: true });
}

describe.skipIf(process.platform !== 'linux')('what a stranger wrote', () => {
  it('into the record is shown without effect, or refused in words', async () => {
    for (const mutation of mutationsOf(record())) {
      plant(pidFile, mutation);
      for (const words of [['status'], ['status', '--json'], ['status', '--settings', '--all']]) await judge(words, mutation);
    }
  }, 300_000);

  it('into the record neither breaks a check nor makes it say something of another form', async () => {
    const endings = new Set<string>();
    for (const mutation of mutationsOf(record())) {
      plant(pidFile, mutation);
      endings.add((await judge(['check'], mutation)).text.split('\n')[0] ?? '');
    }
    // It does look into the record.
    expect(endings.size).toBeGreaterThan(5);
  }, 300_000);

  it('into the record neither misleads nor breaks a command that acts', async () => {
    plant(join(folder, 'answer'), answer('reload'));
    for (const mutation of mutationsOf({ ...record(), pid: 2 ** 22 + 1 })) {
      plant(pidFile, mutation);
      for (const words of [
        ['reload', '--timeout', '0'],
        ['restart', '--dry-run', '--timeout', '0', '--json'],
        ['stop', '--timeout', '0'],
      ])
        await judge(words, mutation);
    }
  }, 300_000);

  it.each(['reload', 'restart'])(
    'into the answer to a %s is shown without effect, or refused with what is wrong and what to do next',
    async (kind) => {
      let refused = 0;
      for (const mutation of mutationsOf(answer(kind))) {
        clean();
        plant(pidFile, record());
        plant(join(folder, 'answer'), mutation);
        const { code, text } = await judge([kind, '--timeout', '20'], mutation);
        if (text.includes('record-unusable')) {
          refused += 1;
          expect(code, text).toBe(4);
          expect(text).toMatch(/the answer of the server .* cannot be used: .*zscaler-mcp status/);
        }
      }
      expect(refused).toBeGreaterThan(100);
    },
    300_000,
  );

  it.each(['', '{', 'nonsense', '[1,2', '\u001B[2J', `{"id": ${'['.repeat(100_000)}`, 'x'.repeat(9 * 1024 * 1024)])(
    'that is not JSON, or is huge, is refused (%#)',
    async (text) => {
      clean();
      plant(pidFile, record());
      plant(join(folder, 'answer'), text);
      expect(await judge(['reload', '--timeout', '20'], '')).toMatchObject({ code: 4 });
      plant(pidFile, text);
      for (const words of [['status'], ['reload'], ['stop']]) expect(await judge(words, '')).toMatchObject({ code: 4 });
    },
  );

  it('into the lock is no holder, or one that is named by its number', async () => {
    for (const mutation of mutationsOf(lock())) {
      clean();
      plant(pidFile, record());
      plant(join(`${pidFile}.d`, 'lock'), mutation);
      await judge(['reload', '--timeout', '0'], mutation);
      plant(join(`${pidFile}.d`, 'lock'), mutation);
      plant(join(`${pidFile}.d`, `witness-x`), mutation);
      plant(join(`${pidFile}.d`, `waiting-${server.pid}`), mutation);
      await judge(['status'], mutation);
    }
  }, 300_000);

  it('takes no effect on a terminal with colours, where only our own are left', async () => {
    clean();
    plant(pidFile, { ...record(), version: HOSTILE, cwd: HOSTILE, faults: [HOSTILE, '\u001B[31mred'] });
    const { text } = await runHere(['status'], true);
    const foreign = text.replaceAll(new RegExp(String.raw`\u001B\[(?:1|2|22|31|32|33|39)m`, 'g'), '');
    expect(foreign).not.toMatch(FORBIDDEN);
    expect(text).toContain('⟦U+001B⟧[31mred');
  });

  it('in a folder that others may write is not read', async () => {
    clean();
    plant(pidFile, record());
    chmodSync(`${pidFile}.d`, 0o777);
    expect(await judge(['status'], '')).toMatchObject({ code: 4 });
    chmodSync(`${pidFile}.d`, 0o700);
  });
});
