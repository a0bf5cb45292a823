/** Guarantees that scripts and operators rely on: output streams, loaded modules, fields that are always present. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startCloud } from './cloud.ts';
import { freePort, makeFolder, missing, root, runCommand, startServer, waitFor } from './harness.ts';
import { callTool, openSession } from './mcp.ts';

describe('the commands', () => {
  it('load no catalogue, no MCP and no schemas: they are fast, and work whatever is wrong with those', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    const spy = join(server.folder, 'spy.mjs');
    writeFileSync(
      spy,
      `import { registerHooks } from 'node:module';
       const seen = [];
       registerHooks({ load(url, context, next) { seen.push(url); return next(url, context); } });
       process.on('exit', () => process.stderr.write('LOADED ' + seen.map((url) => url.split('/').pop()).join(' ')));`,
    );
    const loadedBy = async (...words: string[]) => {
      const { err } = await runCommand(words, { env: { NODE_OPTIONS: `--import=${spy}` } });
      return /LOADED (.*)/.exec(err)?.[1]?.split(' ') ?? [];
    };
    const heavy = /^(app|tools|coerce|demo|sse|settings|configuration)-|koffi|undici/;
    for (const word of ['status', 'reload', 'restart', 'stop']) {
      const loaded = await loadedBy(word, '--pid-file', server.pidFile);
      expect(loaded, word).toContain('main.js');
      expect(
        loaded.filter((name) => heavy.test(name)),
        word,
      ).toEqual([]);
    }
    expect(
      (await loadedBy('check')).some((name) => heavy.test(name)),
      'the spy sees what is loaded',
    ).toBe(true);
  });

  it('say verdicts on stdout, errors and warnings on stderr', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=warn\nZSCALER_MCP_LOG_LEVELS=1\n');
    const good = await server.command('reload');
    expect(good.out).toMatch(
      /^reload: applied: .*\n +ZSCALER_MCP_LOG_LEVEL +info -> warn +in force\nenvironment: .*\(live\), read at .*\n$/,
    );
    expect(good.err).toMatch(/^warning: .*ZSCALER_MCP_LOG_LEVELS/);
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=loud\nZSCALER_MCP_TOOLSETS=nothing\n');
    const bad = await server.command('reload');
    expect(bad.out).toBe('');
    expect(bad.err).toMatch(/^reload: refused: /);
    expect(bad.err).toContain(`${server.dotenvPath}:1: ZSCALER_MCP_LOG_LEVEL`);
    expect(bad.err).toContain(`${server.dotenvPath}:2: ZSCALER_MCP_TOOLSETS`);
  });

  it('restart takes the same conditions as reload, from any directory', async () => {
    const server = await startServer();
    expect(await server.ask('restart', '--expect-generation', '2')).toMatchObject({ outcome: 'refused', exitCode: 4, generation: 1 });
    const { code, out } = await runCommand(['restart', '--expect-generation', '1', '--no-wait', '--pid-file', server.pidFile], {
      cwd: '/',
    });
    expect([code, out]).toEqual([0, expect.stringContaining('not confirmed')]);
    await waitFor(() => server.record().generation === 2 && server.record().state === 'ready');
    expect(server.record().operations).toMatchObject([{ kind: 'restart', outcome: 'restarted', askedBy: { uid: process.getuid?.() } }]);
  });

  it('a named PID file is the only one looked at', async () => {
    const server = await startServer();
    for (const [word, code] of [
      ['reload', 7],
      ['restart', 7],
      ['status', 3],
      ['stop', 0],
    ] as const)
      expect(
        (await runCommand([word, '--pid-file', `${server.pidFile}.other`], { env: { ZSCALER_MCP_PID_FILE: server.pidFile } })).code,
      ).toBe(code);
    expect((await runCommand(['status'], { env: { ZSCALER_MCP_PID_FILE: server.pidFile } })).code).toBe(0);
    expect(server.isAlive()).toBe(true);
  });
});

describe('the record', () => {
  it('keeps the last twenty operations, and of what failed the reasons, until status is asked', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=loud\n', waitForReady: false }).then(async (broken) => {
      expect((await broken.ended).code, 'a bad file starts no server').toBe(4);
      return startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    });
    for (let round = 0; round < 21; round++) {
      const last = server.record().operations.at(-1)?.id;
      process.kill(server.pid, 'SIGHUP');
      await waitFor(() => server.record().operations.at(-1)?.id !== last && server.record().state === 'ready');
    }
    server.writeDotenv('\nZSCALER_MCP_LOG_LEVEL=loud\n');
    expect((await server.ask('reload')).exitCode).toBe(4);
    const { operations, failedCount } = (await server.ask('status')) as unknown as ReturnType<typeof server.record>;
    expect(operations).toHaveLength(20);
    expect(failedCount).toBe(1);
    expect(operations.at(-1)).toMatchObject({
      kind: 'reload',
      outcome: 'refused',
      askedBy: { uid: process.getuid?.(), pid: expect.any(Number) as number },
      errors: [{ setting: 'ZSCALER_MCP_LOG_LEVEL', file: server.dotenvPath, line: 2, hint: expect.any(String) as string }],
    });
    const lines = server
      .log()
      .split('\n')
      .filter((line) => line.includes('"operation"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines, 'one structured line for each').toHaveLength(22);
    expect(lines.at(-1)).toMatchObject({ level: 'error', kind: 'reload', outcome: 'refused', generation: 1, errors: [{ line: 2 }] });
    expect(operations.map(({ id }) => id)).toEqual(lines.slice(-20).map(({ operation }) => operation));
  });

  it('is there before the first connection is accepted', async () => {
    const port = await freePort();
    const server = await startServer({ anyPort: false, args: ['--port', String(port)], waitForReady: false });
    let accepted = false;
    while (!accepted) accepted = await canConnect(port);
    expect(existsSync(server.pidFile)).toBe(true);
    expect(server.record()).toMatchObject({ pid: server.pid, identity: { uid: process.getuid?.() } });
  });

  it('is never missing, nor half-written, through reloads and restarts', async () => {
    const server = await startServer({ dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    const watcher = spawn(
      process.execPath,
      [
        '-e',
        `const { readFileSync } = require('node:fs'); let looks = 0, wrong = 0, isOver = false; process.stdin.resume().on('end', () => { isOver = true; });
         const look = () => { for (let i = 0; i < 50; i++) { looks++; try { JSON.parse(readFileSync(process.argv[1], 'utf8')).pid; } catch { wrong++; } } isOver ? console.log(looks + ' ' + wrong) : setTimeout(look, 1); }; look();`,
        server.pidFile,
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    let text = '';
    watcher.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    const over = new Promise<void>((resolve) => watcher.once('close', () => resolve()));
    for (let round = 0; round < 3; round++) {
      server.writeDotenv(`ZSCALER_MCP_LOG_LEVEL=${round % 2 === 0 ? 'warn' : 'info'}\n`);
      expect((await server.ask('reload')).exitCode).toBe(0);
      expect((await server.ask('restart')).exitCode).toBe(0);
    }
    watcher.stdin.end();
    await over;
    const [looks = 0, wrong] = text.trim().split(' ').map(Number);
    expect(looks).toBeGreaterThan(1_000);
    expect(wrong).toBe(0);
  });

  it.skipIf(missing('linux'))('of a zombie is the record of a dead server', async () => {
    const folder = makeFolder();
    // The shell never waits for its child.
    const shell = await startServer({ folder, through: ['sh', '-c', '"$@" & exec sleep 300', 'sh'] });
    process.kill(shell.pid, 'SIGKILL');
    await waitFor(() => readFileSync(`/proc/${shell.pid}/stat`, 'utf8').includes(') Z '));
    const codes = [];
    for (const word of ['status', 'reload', 'restart', 'stop', 'status']) codes.push((await shell.command(word)).code);
    expect(codes).toEqual([1, 7, 7, 0, 3]);
  });
});

describe('the rehearsal', () => {
  it.skipIf(missing('linux'))('is first in line when memory runs out, and is gone before the next generation', async () => {
    const cloud = await startCloud();
    const server = await startServer({ demo: false, dotenv: cloud.dotenv() });
    const childrenOf = () => readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const scores = new Set<string>();
    // The child is short-lived, and a busy machine may miss it.
    for (let round = 0; round < 5 && !scores.has('1000'); round++) {
      const looking = setInterval(() => childrenOf().forEach((pid) => scores.add(scoreOf(pid))), 2);
      const restart = server.ask('restart').finally(() => clearInterval(looking));
      expect(await restart).toMatchObject({ outcome: 'restarted' });
    }
    expect([...scores]).toContain('1000');
    expect(childrenOf()).toEqual([]);
    expect(scoreOf(server.pid)).not.toBe('1000');
  });
});

describe('the rehearsal, too,', () => {
  it.skipIf(missing('linux'))('is first in line before it has loaded anything: its parent sees to it', async () => {
    const waits = `
      import { readFileSync } from 'node:fs';
      const isFirst = () => readFileSync('/proc/self/oom_score_adj', 'utf8').trim() === '1000';
      const until = Date.now() + 10_000;
      while (process.env.ZSCALER_MCP_REHEARSAL && !isFirst())
        if (Date.now() > until) process.exit(9);
        else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);`;
    const server = await startServer({ execArgv: [`--import=data:text/javascript,${encodeURIComponent(waits)}`] });
    expect(await server.ask('restart', '--dry-run')).toMatchObject({ outcome: 'valid' });
  });
});

describe('without koffi installed', () => {
  it('everything works; status and the verdict say what a restart costs, and sessions can be kept all the same', async () => {
    const folder = makeFolder();
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"type":"module","version":"0.0.1"}');
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(root, 'node_modules/undici'), join(folder, 'node_modules/undici'));
    const server = await startServer({ program: join(folder, 'dist/main.js'), dotenv: 'ZSCALER_MCP_LOG_LEVEL=info\n' });
    const session = await openSession(server.url);
    expect((await server.ask('status'))['handover']).toBe('rebind');
    expect((await server.command('status')).out).toContain('connections are refused for a moment');
    server.writeDotenv('ZSCALER_MCP_LOG_LEVEL=warn\n');
    expect(await server.ask('reload')).toMatchObject({ outcome: 'applied' });
    expect(await server.ask('restart')).toMatchObject({
      outcome: 'restarted',
      message: expect.stringMatching(/1 MCP session continues; .*bound again, because the FFI \(koffi\) could not be loaded/) as string,
    });
    expect(server.record()).toMatchObject({ pid: server.pid, url: server.url, generation: 2, handover: 'rebind' });
    expect((await session.send('tools/list')).status).toBe(200);
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
    expect(
      readdirSync(`${server.pidFile}.d`).filter((name) => name.startsWith('handover')),
      'what was handed over was deleted as it was read',
    ).toEqual([]);
    expect(await server.ask('stop')).toMatchObject({ outcome: 'stopped' });
  });
});

describe('SIGTERM', () => {
  it.skipIf(missing('linux'))('at any moment of a restart ends the server cleanly, or is repeated by `stop` until it does', async () => {
    for (const afterMs of [0, 40, 80, 120, 160, 200, 240, 280]) {
      const server = await startServer();
      process.kill(server.pid, 'SIGUSR2');
      await sleep(afterMs);
      const { code, out, err } = await server.command('stop');
      expect(code, `${afterMs} ms: ${out}${err}`).toBe(0);
      expect(await server.ended, `${afterMs} ms: ${server.log()}`).toEqual({ code: 0, signal: null });
      expect([existsSync(server.pidFile), existsSync(`${server.pidFile}.d`)]).toEqual([false, false]);
    }
  });
});

function scoreOf(pid: string | number): string {
  try {
    return readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim();
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true))).once('error', () => resolve(false));
  });
}
