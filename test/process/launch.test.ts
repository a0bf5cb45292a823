/** What runs is recognised however it was launched: a restart repeats the launch, and `status` sees that the program on disk has changed. */
import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LifecycleRecord } from '../../src/lifecycle/index.ts';
import { cleanEnv, makeFolder, missing, root, runCommand, startServer, waitFor, type ServerOptions } from './harness.ts';

/** A copy of the built program that a test may change, below a folder whose name has a space. */
function install(): { readonly folder: string; readonly main: string } {
  const folder = join(makeFolder(), 'a folder');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['node_modules', 'package.json']) symlinkSync(join(root, name), join(folder, name));
  return { folder, main: join(folder, 'dist/main.js') };
}

/** What pm2's lib/ProcessContainerFork.js does: `argv[1]` is this file, and a variable names the program. */
const PM2_FORK = `
process.title = 'node ' + process.env.pm_exec_path;
if (process.connected && process.send) process.send({ node_version: process.versions.node });
import(require('url').pathToFileURL(process.env.pm_exec_path));
process.mainModule = process.mainModule || {};
process.mainModule.loaded = false;
require.main = process.mainModule;
`;

type Way = (installed: { readonly folder: string; readonly main: string }) => ServerOptions;

const write = (path: string, text: string): string => {
  writeFileSync(path, text);
  return path;
};

const ways: Readonly<Record<string, Way>> = {
  'an absolute path': ({ main }) => ({ program: main }),
  'a relative path': ({ folder }) => ({ program: 'dist/main.js', cwd: folder }),
  'a path without its ending': ({ folder }) => ({ program: 'dist/main', cwd: folder }),
  'a link, as npm makes it in node_modules/.bin': ({ folder, main }) => {
    symlinkSync(main, join(folder, 'bin/zscaler-mcp'));
    return { program: join(folder, 'bin/zscaler-mcp') };
  },
  'its first line': ({ folder, main }) => {
    symlinkSync(main, join(folder, 'bin/zscaler-mcp'));
    return { interpreter: join(folder, 'bin/zscaler-mcp'), program: null };
  },
  'a shell script that execs, as pnpm makes it': ({ folder, main }) => {
    const script = write(join(folder, 'bin/zscaler-mcp'), `#!/bin/sh\nexec node "${main}" "$@"\n`);
    return { interpreter: '/bin/sh', program: script };
  },
  'node --import': ({ folder, main }) => ({
    execArgv: ['--import', write(join(folder, 'before.mjs'), 'globalThis.before = 1;\n')],
    program: main,
  }),
  'node --require': ({ folder, main }) => ({
    execArgv: ['-r', write(join(folder, 'before.cjs'), 'globalThis.before = 1;\n')],
    program: main,
  }),
  'a wrapper that imports it': ({ folder }) => ({ program: write(join(folder, 'wrapper.mjs'), "import './dist/main.js';\n") }),
  'node --eval': ({ main }) => ({ execArgv: ['--eval', `import(${JSON.stringify(main)})`], program: '--' }),
  'pm2 in fork mode': ({ folder, main }) => ({
    program: write(join(folder, 'ProcessContainerFork.cjs'), PM2_FORK),
    env: { pm_exec_path: main },
  }),
};

describe('a server that was started by', () => {
  it.skipIf(missing('linux')).each(Object.entries(ways))('%s restarts the same way, and its changed program is seen', async (_, way) => {
    const installed = install();
    const server = await startServer(way(installed));
    const isChanged = async () => (await server.ask('status'))['codeChanged'];
    expect(await isChanged()).toBe(false);
    appendFileSync(installed.main, '\n// changed\n');
    expect(await isChanged()).toBe(true);
    expect(await server.ask('restart', '--dry-run')).toMatchObject({ outcome: 'valid' });
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
    expect(server.record().pid).toBe(server.pid);
    expect(await isChanged()).toBe(false);
  });
});

it('in a cluster, such as the cluster mode of pm2, is refused with the mode to use: 2', async () => {
  const { folder, main } = install();
  const primary = write(
    join(folder, 'primary.cjs'),
    `const cluster = require('node:cluster');
cluster.setupPrimary({ exec: ${JSON.stringify(main)}, args: process.argv.slice(2) });
cluster.fork().on('exit', (code) => process.exit(code));
`,
  );
  const args = ['--demo', '--transport', 'streamable-http', '--port', '0', '--pid-file', join(folder, 'pid')];
  const { code, err } = await runCommand(args, { program: primary });
  expect([code, err]).toEqual([2, expect.stringMatching(/cluster mode of pm2\), which is not supported[^]*Use fork mode/)]);
});

it.each([
  ['bun', 'Bun'],
  ['deno', 'Deno'],
])('on another runtime says which it needs: %s', async (key, name) => {
  const folder = makeFolder();
  const pretend = write(
    join(folder, 'pretend.mjs'),
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, ${key}: '9.9.9' } });\n`,
  );
  const { code, err } = await runCommand(['--version'], {
    through: [process.execPath, '--import', pretend],
    interpreter: join(root, 'dist/main.js'),
    program: '--',
  });
  expect([code, err]).toEqual([1, expect.stringContaining(`zscaler-mcp needs Node.js 24 or newer; this is ${name} 9.9.9`)]);
});

describe('a server that npm runs', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const servers = Object.entries(scripts)
    .filter(([, line]) => line.includes('run.ts'))
    .map(([name]) => name);

  it('is each that serves', () => {
    expect(servers).toEqual(['demo', 'zscaler-mcp', 'start']);
    expect(Object.values(scripts).filter((line) => line.includes('dist/main.js'))).toEqual([]);
  });

  it.skipIf(missing('linux')).each(servers)('ends with npm: npm run %s', async (name) => {
    const pidFile = join(makeFolder(), 'server.pid');
    const args = ['--demo', '--transport', 'streamable-http', '--port', '0', '--pid-file', pidFile];
    const npm = spawn('npm', ['run', name, '--', ...args], {
      cwd: root,
      env: cleanEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let log = '';
    for (const stream of [npm.stdout, npm.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text));
    const ended = new Promise((resolve) => npm.once('exit', resolve));
    onTestFinished(async () => {
      if (npm.exitCode === null && npm.signalCode === null) process.kill(-(npm.pid ?? 0), 'SIGKILL');
      await ended;
    });
    const record = () => JSON.parse(readFileSync(pidFile, 'utf8')) as LifecycleRecord;
    await waitFor(
      () => existsSync(pidFile) && record().state === 'ready',
      () => `the server did not get ready:\n${log}`,
      () => npm.exitCode !== null,
    );
    expect(
      readFileSync(`/proc/${record().pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')[1],
      'its parent',
    ).toBe(String(npm.pid));
    npm.kill('SIGTERM');
    await ended;
    await waitFor(
      () => !existsSync(pidFile),
      () => `the server runs on:\n${log}`,
    );
  });
});

describe('a program that is gone for a while', () => {
  it('is named by status and check, and keeps its way to restart when it is back', async () => {
    const { folder, main } = install();
    const server = await startServer({ program: main, cwd: folder });
    renameSync(join(folder, 'dist'), join(folder, 'away'));
    // Of a program that has been moved, too, the commands that run it say so.
    const status = await server.command('status');
    expect(status.out).toContain('the program is gone from disk: until it is back, a restart is refused');
    expect(await server.ask('status')).toMatchObject({ codeChanged: true, codeGone: true });
    const problem = { file: main, message: 'the program of the server is not there any more' };
    expect(await server.ask('check')).toMatchObject({ outcome: 'refused', exitCode: 4, errors: [problem] });
    expect(await server.ask('restart')).toMatchObject({ outcome: 'refused', exitCode: 4 });
    renameSync(join(folder, 'away'), join(folder, 'dist'));
    expect(await server.ask('status')).toMatchObject({ codeChanged: false, codeGone: false });
    expect(await server.ask('check')).toMatchObject({ outcome: 'valid' });
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', message: 'generation 2 serves' });
  });

  it('with its directory and its libraries, is refused in one sentence, and costs no later restart its socket', async () => {
    const { folder, main } = install();
    const server = await startServer({ program: main, cwd: folder });
    const before = (await server.ask('status'))['handover'];
    renameSync(folder, `${folder} away`);
    const { message } = await server.ask('restart');
    expect(message).toBe(
      `the program cannot be started: the working directory ${folder} is not there any more; put it back; nothing was changed`,
    );
    renameSync(`${folder} away`, folder);
    expect((await server.ask('status'))['handover']).toBe(before);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', message: 'generation 2 serves' });
  });
});

describe('a program that could not be started again', () => {
  it('is refused by check, a dry run and a restart with the one thing that is in the way, and shown by status', async () => {
    const { folder, main } = install();
    const [cwd, node] = [join(folder, 'work'), join(folder, 'bin', 'node')];
    mkdirSync(cwd);
    cpSync(process.execPath, node);
    const server = await startServer({ program: main, interpreter: node, cwd });
    const text = readFileSync(main, 'utf8');
    const move = (path: string) => [() => renameSync(path, `${path}.away`), () => renameSync(`${path}.away`, path)] as const;
    const write = (text: string) => () => writeFileSync(main, text);
    const cases: [spoil: () => void, mend: () => void, sentence: RegExp, file: string][] = [
      [
        ...move(node),
        /^the program cannot be started: the Node\.js \S.*node is not there any more; put it back; nothing was changed$/,
        node,
      ],
      [() => chmodSync(node, 0o644), () => chmodSync(node, 0o755), /Node\.js .* may not be executed; run chmod a\+x .*node; nothing/, node],
      [...move(cwd), /the working directory .*work is not there any more; put it back; nothing was changed$/, cwd],
      [...move(main), /the program .*main\.js is not there any more; put it back; nothing was changed$/, main],
      [write('no program ('), write(text), /SyntaxError: .*main\.js:1\); the program on disk is damaged: install it again; nothing/, main],
    ];
    for (const [spoil, mend, sentence, file] of cases) {
      spoil();
      // The commands are those of the repository: the program of the server may be what is damaged.
      const check = await server.ask('check');
      expect(check).toMatchObject({ outcome: 'refused', exitCode: 4, errors: [{ file }] });
      for (const words of [['restart', '--dry-run'], ['restart']]) {
        const { outcome, message } = await server.ask(...words);
        expect([outcome, message]).toEqual(['refused', expect.stringMatching(sentence)]);
        expect(message).not.toMatch(/ or the |spawn |ENOENT/);
      }
      const status = await server.ask('status');
      expect(status['restartObstacle'] !== null || status['codeChanged']).toBe(true);
      mend();
    }
    expect(await server.ask('check')).toMatchObject({ outcome: 'valid' });
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
  });
});
