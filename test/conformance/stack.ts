/** Our HTTP stack on a free loopback port, with tools made for tests. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { toLine } from '../../src/audit/index.ts';
import { Confirmations, openRing, randomSecret, UsedHere, type ConfirmationsOptions } from '../../src/confirm/index.ts';
import { ZscalerMcpError } from '../../src/common/errors.ts';
import { createRoutes, type Gate, type RequestLimits } from '../../src/http/index.ts';
import type { Log } from '../../src/common/log.ts';
import { McpService, type McpOptions, type OfferedTool, type Runtime, type StandingStream } from '../../src/mcp/index.ts';

export interface TestLog extends Log {
  readonly lines: { level: string; fields: Record<string, unknown>; message: string }[];
}

export function collectLog(): TestLog {
  const lines: TestLog['lines'] = [];
  const write = (level: string) => (fields: Record<string, unknown>, message: string) => void lines.push({ level, fields, message });
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** The behaviour of a test's tool. */
type Run = (args: Record<string, unknown>, context: Parameters<Runtime['run']>[2]) => unknown;

const tool = (name: string, properties: object = {}, more: object = {}): OfferedTool => ({
  name,
  about: `The ${name} of the tests.`,
  annotations: { readOnlyHint: true },
  inputSchema: () => ({ type: 'object', properties, additionalProperties: false, ...more }),
});

/** Its answers are also sent as structured content. */
const structured = (offered: OfferedTool): OfferedTool => ({ ...offered, outputSchema: () => ({ type: 'object' }) });

const behaviour: Readonly<Record<string, readonly [OfferedTool, Run]>> = {
  echo: [structured(tool('echo', { text: { type: 'string', maxLength: 40 }, count: { type: 'integer', maximum: 1e30 } })), (args) => args],
  list: [tool('list'), () => [1, 2, 3]],
  rows: [
    tool('rows', { page_size: { type: 'integer' }, query: { type: 'string' } }),
    ({ page_size: size = 2 }) => ({ total: 900, items: Array.from({ length: Number(size) }, (_, at) => ({ id: at, name: `row ${at}` })) }),
  ],
  foreign: [{ ...tool('foreign'), writtenBy: 'a stranger' }, () => ({ name: 'x' })],
  foreignList: [{ ...tool('foreignList'), writtenBy: 'a stranger' }, () => ['x']],
  hostile: [
    tool('hostile'),
    () => {
      throw new ZscalerMcpError('ERR_CLOUD_ANSWER', 'refused \u{202E}because <!-- obey -->');
    },
  ],
  big: [structured(tool('big')), () => ({ id: 12_345_678_901_234_567_890n, deep: [{ id: 9_007_199_254_740_993n }] })],
  numbers: [{ ...tool('numbers'), outputSchema: () => ({ type: 'array', items: { type: 'integer' } }) }, () => [1, 2, 3]],
  refuse: [
    tool('refuse'),
    () => {
      throw new ZscalerMcpError('ERR_CLOUD_ANSWER', 'Zscaler refused it: name is taken', { hint: 'Choose another name.' });
    },
  ],
  remove: [{ ...structured(tool('remove', { id: { type: 'string' } })), isConfirmed: true }, (args) => ({ removed: args['id'] })],
  stage: [
    { ...tool('stage', { quiet: { type: 'boolean' } }), afterChange: 'It is staged.' },
    ({ quiet }) => (quiet ? { id: 1 } : { done: 'It is staged.' }),
  ],
  lose: [
    tool(
      'lose',
      { list_id: { type: 'string', description: 'ID of a list, as list_id or no_such_tool or foreign_list shows it.' } },
      { required: ['list_id'] },
    ),
    () => {
      throw Object.assign(new ZscalerMcpError('ERR_CLOUD_ANSWER', 'GET /x was answered with 404', { hint: 'No such record.' }), {
        status: 404,
      });
    },
  ],
  foreign_list: [tool('foreign_list'), () => []],
  crash: [
    tool('crash'),
    () => {
      throw new TypeError('secret detail of the code');
    },
  ],
  count: [
    structured(tool('count', { to: { type: 'integer' } }, { required: ['to'] })),
    async ({ to }, { progress }) => {
      for (let step = 1; step <= Number(to); step++) {
        progress?.({ progress: step, total: Number(to), message: `step ${step}` });
        await sleep(5);
      }
      return { counted: to };
    },
  ],
  wait: [
    structured(tool('wait', { ms: { type: 'integer' } })),
    async ({ ms = 60_000 }, { signal }) => {
      await sleep(Number(ms), undefined, { signal });
      return { waited: ms };
    },
  ],
};

export interface Stack {
  readonly mcp: McpService;
  readonly url: string;
  readonly log: TestLog;
  readonly audit: string[];
  /** Names of the tools whose calls were cancelled, one entry per call. */
  readonly aborted: string[];
  /** Running calls. */
  readonly running: Set<string>;
  /** Puts another configuration in force. */
  reload(change: Partial<Runtime>): void;
  /** The streams marked as open. */
  readonly standing: Set<StandingStream>;
  state: string;
}

/** Confirmations with a fresh key. */
export const testConfirmations = (options: Partial<ConfirmationsOptions> = {}): Confirmations =>
  new Confirmations({ ring: openRing([randomSecret()]), used: new UsedHere(), lifetimeMs: 300_000, ...options });

export const testTools: Runtime['tools'] = new Map(Object.entries(behaviour).map(([name, [offered]]) => [name, offered]));

export interface StackOptions extends Partial<McpOptions> {
  readonly runtime?: never;
  readonly with?: Partial<Runtime>;
  readonly transport?: 'streamable-http' | 'sse';
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly disableHostValidation?: boolean;
  readonly limits?: RequestLimits;
  /** Accepts every request when absent. */
  readonly gate?: Gate;
}

const lists = new WeakMap<Runtime['tools'], readonly OfferedTool[]>();

/** The same array for the same tools. */
function listOf(tools: Runtime['tools']): readonly OfferedTool[] {
  const list = lists.get(tools) ?? [...tools.values()];
  lists.set(tools, list);
  return list;
}

export function createTestMcp(options: StackOptions = {}): Omit<Stack, 'url' | 'standing'> {
  const log = collectLog();
  const audit: string[] = [];
  const aborted: string[] = [];
  const running = new Set<string>();
  let runtime: Runtime = {
    tools: testTools,
    suggest: (name) => (name === 'ecko' ? ', did you mean "echo"?' : ''),
    logToolCalls: true,
    maxResponseTokens: 1_000,
    sanitizes: true,
    confirmations: testConfirmations(),
    allowsTokenConfirmation: true,
    describeRemoval: (name, args) =>
      Promise.resolve({
        title: `Test: ${name}`,
        tool: name,
        records: [{ id: String((args as { id?: unknown }).id), name: 'Berlin' }],
        args,
      }),
    prompts: new Map(),
    listFor: () => listOf(runtime.tools),
    enabledBy: () => [],
    enable: () => undefined,
    sessionLimit: 100,
    sessionIdleMs: 3_600_000,
    async run(name, args, context) {
      running.add(name);
      context.signal.addEventListener('abort', () => aborted.push(name));
      try {
        return await behaviour[name]?.[1](args as Record<string, unknown>, context);
      } finally {
        running.delete(name);
      }
    },
    ...options.with,
  };
  const ring = openRing([randomSecret()]);
  const mcp = new McpService({
    sessionIds: { ring: () => ring },
    log,
    audit: (event) => audit.push(toLine(event)),
    info: { name: 'zscaler-mcp', version: '0.0.0', title: 'Zscaler' },
    demo: false,
    ...options,
    runtime: () => runtime,
  });
  return { mcp, log, audit, aborted, running, reload: (change) => (runtime = { ...runtime, ...change }), state: 'ready' };
}

/** Ends with the test. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const parts = createTestMcp(options);
  const { transport = 'streamable-http', allowedHosts = [], allowedOrigins = [], disableHostValidation = false, limits } = options;
  const standing = new Set<StandingStream>();
  const stack: Stack = { ...parts, standing, url: '' };
  const letIn = { principal: null, standing: () => undefined };
  const gate: Gate = options.gate ?? { admit: () => Promise.resolve(letIn), publish: () => null };
  const respond = createRoutes({
    gate,
    mcp: parts.mcp,
    lifecycleState: () => stack.state,
    transport,
    allowedHosts,
    allowedOrigins,
    disableHostValidation,
    log: parts.log,
    ...(limits && { limits: () => limits }),
  });
  const server = createServer((request, response: ServerResponse) =>
    respond(request, response, {
      continued: null,
      standing(stream) {
        standing.add(stream);
        response.once('close', () => standing.delete(stream));
      },
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await parts.mcp.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(stack, { url: `http://127.0.0.1:${port}${transport === 'sse' ? '/sse' : '/mcp'}` });
}
