import { chmodSync, copyFileSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, missing, startServer } from './harness.ts';
import { install } from './install.ts';
import { callTool, openSession } from './mcp.ts';

/** Changes of the program that pass the rehearsal and then prevent it from serving. */
const twoFaced = [
  {
    title: 'cannot be loaded',
    says: 'could not be loaded: out of sorts',
    spoil: (text: string) => `if (process.env.ZSCALER_MCP_HANDOVER) throw new Error('out of sorts');\n${text}`,
  },
  {
    title: 'fails while it gets ready',
    says: 'could not get ready: out of sorts',
    spoil: (text: string) => text.replace('service.announcePosture();', "throw new Error('out of sorts');"),
  },
  {
    title: 'crashes beside what gets it ready',
    says: 'could not get ready: out of sorts',
    spoil: (text: string) =>
      text.replace(
        /async function openDemo\([^)]*\) \{/,
        "$& setImmediate(() => { throw new Error('out of sorts'); }); await new Promise(() => undefined);",
      ),
  },
];

describe('a new version behind a moved link', () => {
  it.skipIf(missing('linux')).each(twoFaced)(
    'that passes its rehearsal and then $title gives way to the version before it',
    async ({ says, spoil }) => {
      const folder = makeFolder();
      for (const [name, version] of Object.entries({ one: '1.1.1', two: '2.2.2', three: '3.3.3' })) install(join(folder, name), version);
      const app = readdirSync(join(folder, 'two/dist')).find((name) => name.startsWith('start-')) ?? '';
      const path = join(folder, 'two/dist', app);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, spoil(text));
      expect(readFileSync(path, 'utf8')).not.toBe(text);
      const point = (version: string) => {
        symlinkSync(version, join(folder, 'next'));
        renameSync(join(folder, 'next'), join(folder, 'current'));
      };
      point('one');
      const server = await startServer({ program: join(folder, 'current/dist/main.js') });
      const session = await openSession(server.url);
      point('two');
      expect(await server.ask('restart')).toMatchObject({
        outcome: 'rolled-back',
        exitCode: 5,
        generation: 1,
        message: expect.stringContaining(says) as string,
      });
      expect(server.record()).toMatchObject({ pid: server.pid, version: '1.1.1', generation: 1, state: 'ready', failedCount: 1 });
      expect((await session.send('tools/list')).status).toBe(200);
      expect((await server.ask('status'))['codeChanged'], 'the link still leads to the other version').toBe(true);
      point('three');
      expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted', generation: 2 });
      expect(server.record()).toMatchObject({
        version: '3.3.3',
        argv: expect.arrayContaining([join(folder, 'current/dist/main.js')]) as string[],
      });
    },
  );
});

describe('a restart after', () => {
  it('the `current` link moved loads the version it leads to, and `status` says beforehand that it will', async () => {
    const folder = makeFolder();
    install(join(folder, 'one'), '1.1.1');
    install(join(folder, 'two'), '2.2.2');
    symlinkSync('one', join(folder, 'current'));
    const server = await startServer({ program: join(folder, 'current/dist/main.js') });
    expect(server.record().version).toBe('1.1.1');
    expect((await server.ask('status'))['codeChanged']).toBe(false);
    symlinkSync('two', join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'current'));
    expect((await server.ask('status'))['codeChanged']).toBe(true);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(server.record()).toMatchObject({ pid: server.pid, version: '2.2.2' });
    expect((await server.ask('status'))['codeChanged']).toBe(false);
    expect((await callTool(server.url, 'zia_list_rule_labels')).status).toBe(200);
  });

  it('the package was replaced on disk loads the new one', async () => {
    const folder = makeFolder();
    install(join(folder, 'app'), '1.1.1');
    install(join(folder, 'new'), '2.2.2');
    const server = await startServer({ program: join(folder, 'app/dist/main.js') });
    renameSync(join(folder, 'app'), join(folder, 'old'));
    renameSync(join(folder, 'new'), join(folder, 'app'));
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(server.record()).toMatchObject({ pid: server.pid, version: '2.2.2' });
  });

  it.skipIf(missing('linux'))('Node.js itself was replaced runs the new binary', async () => {
    const interpreter = join(makeFolder(), 'node');
    copyFileSync(process.execPath, interpreter);
    chmodSync(interpreter, 0o755);
    const server = await startServer({ interpreter });
    const inode = () => statSync(`/proc/${server.pid}/exe`).ino;
    expect(inode()).toBe(statSync(interpreter).ino);
    copyFileSync(process.execPath, `${interpreter}.new`);
    chmodSync(`${interpreter}.new`, 0o755);
    renameSync(`${interpreter}.new`, interpreter);
    expect(inode()).not.toBe(statSync(interpreter).ino);
    expect((await server.ask('status'))['codeChanged']).toBe(true);
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(inode()).toBe(statSync(interpreter).ino);
    expect((await server.ask('status'))['codeChanged']).toBe(false);
  });

  it('a file rewritten with the same content is not another program; with other content it is', async () => {
    const folder = makeFolder();
    install(join(folder, 'app'), '1.1.1');
    const program = join(folder, 'app/dist/main.js');
    utimesSync(program, 1_000_000, 1_000_000);
    const server = await startServer({ program });
    const text = readFileSync(program, 'utf8');
    writeFileSync(program, text);
    expect((await server.ask('status'))['codeChanged']).toBe(false);
    writeFileSync(program, text.replace('The entry.', 'The ENTRY.'));
    utimesSync(program, 1_000_000, 1_000_000);
    expect((await server.ask('status'))['codeChanged'], 'as long and as old as before').toBe(true);
    const { codeDigest } = server.record();
    expect(await server.ask('restart')).toMatchObject({ outcome: 'restarted' });
    expect(server.record().codeDigest).not.toBe(codeDigest);
    expect((await server.ask('status'))['codeChanged']).toBe(false);
  });
});
