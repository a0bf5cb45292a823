/** A whole server in this process with all tools enabled and the demo tenant, and a real MCP client. */
import { Client, StreamableHTTPClientTransport, type CallToolResult, type Tool } from '@modelcontextprotocol/client';
import { Configuration } from '../../src/server/configuration.ts';
import { startDemoTenant, type DemoTenant } from '../../src/demo/index.ts';
import { captureLaunch } from '../../src/lifecycle/index.ts';
import type { RootLog } from '../../src/common/log.ts';
import { ServerService } from '../../src/server/service.ts';

export interface WholeServer extends AsyncDisposable {
  readonly tenant: DemoTenant;
  /** URL of its MCP endpoint. */
  readonly url: URL;
  readonly tools: readonly Tool[];
  /** Logged errors and warnings. */
  readonly logged: readonly string[];
  call(name: string, input: Readonly<Record<string, unknown>>): Promise<CallToolResult>;
}

export async function openWholeServer(): Promise<WholeServer> {
  const { log, logged } = collect();
  const tenant = await startDemoTenant({ log });
  const { configuration, problems } = await Configuration.read({
    launch: { ...captureLaunch(import.meta.filename), env: { ZSCALER_MCP_WRITE_ENABLED: 'true', ZSCALER_MCP_WRITE_TOOLS: '*' } },
    flags: { ZSCALER_MCP_TRANSPORT: 'streamable-http', ZSCALER_MCP_PORT: '0' },
  });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const service = new ServerService({ configuration, log, demo: tenant, generation: 1 });
  const { port } = await service.listen(null);
  service.entered('ready');
  const client = openClient();
  const url = new URL(`http://127.0.0.1:${port}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url));
  const { tools } = await client.listTools();
  return {
    tenant,
    url,
    tools,
    logged,
    call: (name, input) => client.callTool({ name, arguments: input }),
    async [Symbol.asyncDispose]() {
      await client.close();
      await service.shutdown(1_000);
    },
  };
}

/** Confirms every question: the first choice of each field is to proceed. */
function openClient(): Client {
  const client = new Client(
    { name: 'test', version: '1' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: 'legacy' } },
  );
  client.setRequestHandler('elicitation/create', ({ params }) => {
    const { properties } = (params as { requestedSchema: { properties: Record<string, { enum?: string[] }> } }).requestedSchema;
    return {
      action: 'accept',
      content: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, field.enum?.[0] ?? ''])),
    };
  });
  return client;
}

function collect(): { log: RootLog; logged: string[] } {
  const logged: string[] = [];
  const silent = () => undefined;
  const note = (fields: Record<string, unknown>, message: string) => {
    const { err } = fields as { err?: Error };
    logged.push(`${message} ${err?.stack ?? ''}`.trim());
  };
  const write = { debug: silent, info: silent, warn: note, error: note };
  return { logged, log: { ...write, level: 'silent', format: 'json', isText: false, mask: (text) => text, line: silent, flush: silent } };
}
