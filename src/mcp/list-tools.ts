/** The answer to `tools/list`, made once per configuration. */
import type { Tool } from '@modelcontextprotocol/server';
import { TOKEN } from './confirm-call.ts';
import type { OfferedTool, Runtime } from './runtime.ts';

const lists = new WeakMap<readonly OfferedTool[], Tool[]>();

/** The tools of one caller in the form of the protocol; the same array for the same tools. */
export function listTools(runtime: Runtime, callerKey: string): Tool[] {
  const tools = runtime.listFor(callerKey);
  const known = lists.get(tools);
  if (known) return known;
  const list = Array.from(tools, toTool);
  lists.set(tools, list);
  return list;
}

function toTool(tool: OfferedTool): Tool {
  const outputSchema = tool.outputSchema?.();
  return {
    name: tool.name,
    ...(tool.title !== undefined && { title: tool.title }),
    description: tool.about,
    inputSchema: (tool.isConfirmed ? withToken(tool.inputSchema()) : tool.inputSchema()) as Tool['inputSchema'],
    ...(outputSchema && { outputSchema: outputSchema as Tool['outputSchema'] }),
    annotations: tool.annotations,
  };
}

/** Adds the argument for the token, which is removed before the tool sees its arguments. */
const withToken = (schema: { readonly properties?: object }): object => ({
  ...schema,
  properties: {
    ...schema.properties,
    [TOKEN]: {
      type: 'string',
      description: 'Only when an earlier call was answered with such a token: that token, once a person has agreed.',
    },
  },
});
