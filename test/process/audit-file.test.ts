/** The audit file while log rotation works on it, and the one end of each call. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startCloud, type Cloud } from './cloud.ts';
import { makeFolder, missing, root, startServer, waitFor, type TestServer } from './harness.ts';
import { callTool } from './mcp.ts';

const list = (server: TestServer, search = 'x'): Promise<unknown> => callTool(server.url, 'zia_list_rule_labels', { search });
const linesOf = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []);
const auditTo = (path: string) => `ZSCALER_MCP_LOG_TOOL_CALLS=true\nZSCALER_MCP_AUDIT_FILE=${path}\n`;

/** Each leaves the former lines in `audit.log.1`. */
const rotations: Readonly<Record<string, (path: string) => void>> = {
  'rename and create': (path) => {
    renameSync(path, `${path}.1`);
    closeSync(openSync(path, 'wx', 0o600));
  },
  rename: (path) => renameSync(path, `${path}.1`),
  copytruncate: (path) => {
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  },
};

describe('log rotation', () => {
  for (const [kind, rotate] of Object.entries(rotations)) {
    it(`by ${kind} needs no command, and loses no line`, async () => {
      const path = join(makeFolder(), 'audit.log');
      const server = await startServer({ dotenv: auditTo(path) });
      await list(server);
      rotate(path);
      await waitFor(async () => {
        await list(server);
        return linesOf(path).length > 0;
      });
      const calls = [...linesOf(path), ...linesOf(`${path}.1`)].map((line) => /\[TOOL (\w+)\]/.exec(line)?.[1]);
      expect(calls.filter((word) => word === 'CALL').length).toBe(calls.filter((word) => word === 'OK').length);
      expect(calls.length).toBeGreaterThanOrEqual(4);
      const report = await server.ask('status');
      expect(report['faults']).toEqual([]);
    });
  }

  it('by the lines of the page needs no command', async () => {
    const page = readFileSync(join(root, 'docs/operations/audit-logging.md'), 'utf8');
    const lines = /```\n(\/var\/log\/zscaler-mcp\/audit\.log \{[^`]*)```/.exec(page)?.[1] ?? '';
    expect(lines).toContain('create 0600');
    expect(lines).not.toMatch(/postrotate|reload/);
    if (!hasLogrotate()) return;
    const folder = makeFolder(0o700);
    const path = join(folder, 'audit.log');
    const server = await startServer({ dotenv: auditTo(path) });
    await list(server);
    const user = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
    const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
    const config = join(folder, 'logrotate.conf');
    writeFileSync(config, lines.replace('/var/log/zscaler-mcp/audit.log', path).replace('zscaler-mcp zscaler-mcp', `${user} ${group}`), {
      mode: 0o600,
    });
    execFileSync('logrotate', ['--force', '--state', join(folder, 'state'), config]);
    await waitFor(async () => {
      await list(server);
      return linesOf(path).length > 0;
    });
    expect(linesOf(`${path}.1`).length).toBeGreaterThanOrEqual(2);
  });

  it.skipIf(missing('linux', 'root', 'setpriv'))(
    'that leaves a file which the server may not write is a fault in status and in every verdict',
    async () => {
      const folder = makeFolder(0o755);
      const logs = join(folder, 'logs');
      mkdirSync(logs);
      chownSync(logs, 65_534, 65_534);
      chownSync(folder, 65_534, 65_534);
      const path = join(logs, 'audit.log');
      const server = await startServer({
        folder,
        dotenv: auditTo(path),
        through: ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'],
      });
      await list(server);
      // As logrotate does it with `create` and no name: the next file is root's.
      renameSync(path, `${path}.1`);
      writeFileSync(path, '', { mode: 0o600 });
      chmodSync(path, 0o600);
      await waitFor(() => server.record().faults.length > 0);
      await list(server, 'kept');
      expect(linesOf(`${path}.1`).at(-2)).toContain('kept');
      const words =
        /the audit log goes to the former file: \S+ cannot be opened: this user has no access \(EACCES\); give the file to the user of the server/;
      expect((await server.ask('status'))['faults']).toEqual([expect.stringMatching(words)]);
      expect((await server.command('status')).err).toMatch(words);
      for (const command of ['reload', 'restart'])
        expect((await server.ask(command, '--dry-run')).warnings.concat((await server.ask(command)).warnings), command).toContainEqual(
          expect.stringMatching(words),
        );
      chownSync(path, 65_534, 65_534);
      await waitFor(() => server.record().faults.length === 0);
      await list(server, 'new');
      expect(linesOf(path).at(-2)).toContain('new');
      expect(await server.ask('reload')).toMatchObject({ outcome: 'unchanged', warnings: [] });
    },
  );
});

function hasLogrotate(): boolean {
  try {
    execFileSync('logrotate', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Ending {
  readonly server: TestServer;
  readonly cloud: Cloud;
  readonly release: () => void;
  /** The client of the call goes away. */
  readonly leave: () => void;
}

/** Each ends a call that is waiting for the cloud. */
const endings: Readonly<Record<string, (ending: Ending) => Promise<unknown>>> = {
  'an answer': async ({ release }) => release(),
  'a restart that cuts it': ({ server }) => server.ask('restart'),
  'a stop that cuts it': ({ server }) => server.ask('stop'),
  'a second SIGTERM': async ({ server }) => {
    process.kill(server.pid, 'SIGTERM');
    await waitFor(() => server.record().state === 'stopping');
    process.kill(server.pid, 'SIGTERM');
    await server.ended;
  },
  'an error that nobody catches': async ({ server }) => {
    process.kill(server.pid, 'SIGWINCH');
    await server.ended;
  },
  'a client that goes away': async ({ leave }) => leave(),
  'the time limit of a call': async () => undefined,
};

describe('a call that has begun has one end in the audit log, after', () => {
  for (const [ending, end] of Object.entries(endings)) {
    it(ending, async () => {
      const path = join(makeFolder(), 'audit.log');
      const cloud = await startCloud();
      const release = cloud.hold();
      const server = await startServer({
        demo: false,
        execArgv: ['--import', 'data:text/javascript,process.on("SIGWINCH",()=>{throw new Error("boom")})'],
        dotenv: `${auditTo(path)}ZSCALER_MCP_AUDIT_FORMAT=json\n${cloud.dotenv({
          ZSCALER_MCP_DRAIN_TIMEOUT: ending === 'a second SIGTERM' ? '60' : '0',
          ...(ending.startsWith('the time limit') && { ZSCALER_REQUEST_TIMEOUT: '1', ZSCALER_MAX_RETRIES: '0' }),
        })}`,
      });
      const client = new AbortController();
      const calls = Array.from({ length: 3 }, () => cutOff(server, client.signal));
      await waitFor(() => cloud.inFlight() === 3);
      await end({ server, cloud, release, leave: () => client.abort() });
      await Promise.all(calls);
      const events = () => linesOf(path).map((line) => JSON.parse(line) as { event: string; call: string; type?: string });
      const idsOf = (isMeant: (event: string) => boolean) =>
        events()
          .filter(({ event }) => isMeant(event))
          .map(({ call }) => call)
          .sort();
      await waitFor(
        () => idsOf((event) => event !== 'call').length >= 3,
        () => JSON.stringify(events()),
      );
      expect(idsOf((event) => event === 'call')).toHaveLength(3);
      expect(idsOf((event) => event !== 'call')).toEqual(idsOf((event) => event === 'call'));
      const types = new Set(events().flatMap(({ type }) => type ?? []));
      if (/cuts it|second|nobody/.test(ending)) expect([...types]).toEqual(['outcome unknown']);
    });
  }
});

/** A call whose client can go away. */
async function cutOff(server: TestServer, signal: AbortSignal): Promise<unknown> {
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
  return fetch(server.url, {
    method: 'POST',
    signal,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'zia_list_rule_labels',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'zia_list_rule_labels', arguments: {}, _meta: meta },
    }),
  })
    .then((response) => response.text())
    .catch(() => null);
}
