/** Each client snippet works: the command starts our server, and the URL with the header authenticates. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cleanEnv, entry, makeFolder, root, startServer } from '../process/harness.ts';
import { post } from '../process/mcp.ts';
import { blocksOf, readPage } from './pages.ts';

const KEY = 'a-key-for-the-tests-0123456789abcdef';
const blocks = blocksOf(readPage('docs/operations/clients.md'));
const clientsOnly = (kind: string) => blocks.filter(({ note }) => note === kind || note.startsWith(`${kind}: `));

interface Snippet {
  readonly command?: string;
  readonly args?: readonly string[];
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The one server that a snippet configures, in any client's form. */
function snippetOf({ language, text }: { language: string; text: string }): Snippet {
  if (language === 'sh') return commandOf(text.trim());
  const { mcpServers, servers } = JSON.parse(text) as Record<string, Record<string, Snippet> | undefined>;
  const [snippet] = Object.values(mcpServers ?? servers ?? {});
  if (!snippet) throw new Error(`no server is configured: ${text}`);
  return snippet;
}

/** `claude mcp add NAME -- COMMAND`, or `claude mcp add --transport http NAME URL --header "NAME: VALUE"`. */
function commandOf(line: string): Snippet {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain = '']) => quoted ?? plain);
  expect(words.slice(0, 3)).toEqual(['claude', 'mcp', 'add']);
  const at = words.indexOf('--');
  if (at !== -1) return { command: words[at + 1] ?? '', args: words.slice(at + 2) };
  const [name = '', value = ''] = (words[words.indexOf('--header') + 1] ?? '').split(': ');
  return { url: words.find((word) => word.startsWith('https:')) ?? '', headers: { [name]: value } };
}

/** The name and version of the server that answers over the pipes of a command. */
async function introduce({ command = '', args = [] }: Snippet): Promise<unknown> {
  const folder = makeFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(entry, join(bin, 'zscaler-mcp'));
  writeFileSync(join(folder, 'zscaler.env'), 'ZSCALER_MCP_LOG_LEVEL=warn\n', { mode: 0o600 });
  const here = (text: string) => text.replace('/path/to/zscaler-mcp', root).replace('/path/to/zscaler.env', join(folder, 'zscaler.env'));
  const child = spawn(here(command), args.map(here), {
    cwd: folder,
    env: {
      ...cleanEnv(),
      PATH: [bin, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
      HOME: folder,
      ZSCALER_MCP_PID_FILE: join(folder, 'server.pid'),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  child.stdin.end();
  await once(child, 'exit');
  return (JSON.parse(line) as { result: { serverInfo: unknown } }).result.serverInfo;
}

describe('a snippet for a client', () => {
  it('is there for each client, in each way that it knows', () => {
    expect(['stdio', 'http', 'bridge'].map((kind) => clientsOnly(kind).length)).toEqual([6, 3, 1]);
    expect(blocks.filter(({ language, note }) => language === 'json' && note === '')).toEqual([]);
  });

  it.each(clientsOnly('stdio').map((block) => [block.text.replaceAll(/\s+/g, ' ').slice(0, 90), block] as const))(
    'starts this server: %s',
    async (_, block) => {
      expect(await introduce(snippetOf(block))).toMatchObject({ name: 'zscaler-mcp' });
    },
  );

  it.each(clientsOnly('http').map((block) => [block.text.replaceAll(/\s+/g, ' ').slice(0, 90), block] as const))(
    'is let in with its header, and not without: %s',
    async (_, block) => {
      const server = await startServer({ dotenv: `ZSCALER_MCP_AUTH_API_KEY=${KEY}\n` });
      const { url = '', headers = {} } = snippetOf(block);
      const { pathname } = new URL(url);
      const filled = Object.entries(headers).map(([name, value]) => [name, value.replace(/<the key>|\$\{\w+:[\w-]+\}/, KEY)]);
      const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
      const ask = (with_: Record<string, string>) =>
        post(new URL(pathname, server.url).href, { id: 1, method: 'initialize', params }, with_);
      expect((await ask(Object.fromEntries(filled) as Record<string, string>)).status).toBe(200);
      expect((await ask({})).status).toBe(401);
    },
  );

  it('that needs a bridge names the variable that it sets', () => {
    for (const block of clientsOnly('bridge')) {
      const { args = [], env = {} } = snippetOf(block) as Snippet & { env?: Record<string, string> };
      for (const name of Object.keys(env)) expect(args.join(' ')).toContain(`\${${name}}`);
    }
  });
});
