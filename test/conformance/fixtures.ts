/** Tools, prompts and resources that the official conformance suite expects and our server does not offer, for our HTTP stack. */
import { ResourceTemplate, type McpServer, type Tool } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Fixtures } from '../../src/mcp/index.ts';
import { contentTools, PIXEL, say, type FixtureTool } from './content.ts';
import { askContext, roundTools, stateCodec } from './rounds.ts';

const HINT = { ttlMs: 1_000, cacheScope: 'private' } as const;

/** `toolsChanged` notifies the server's clients that the list of tools has changed. */
export function createFixtures(toolsChanged: () => void): Fixtures {
  const tools: Readonly<Record<string, FixtureTool>> = {
    ...contentTools,
    ...roundTools,
    test_trigger_tool_change: {
      call() {
        toolsChanged();
        return say('Told.');
      },
    },
  };
  return {
    capabilities: { resources: { subscribe: true, listChanged: false }, prompts: { listChanged: false }, completions: {} },
    options: {
      requestState: { verify: (state, context) => stateCodec.verify(state, context) },
      cacheHints: { 'resources/list': HINT, 'resources/templates/list': HINT, 'resources/read': HINT, 'prompts/list': HINT },
    },
    tools: Object.entries(tools).map(([name, { inputSchema }]): Tool => ({
      name,
      description: `The fixture ${name}.`,
      inputSchema: inputSchema ?? { type: 'object' },
    })),
    call({ params }, context) {
      const tool = tools[params.name];
      return tool ? Promise.resolve(tool.call(context, params.arguments ?? {})) : null;
    },
    install(server) {
      addResources(server);
      addPrompts(server);
      server.server.setRequestHandler('completion/complete', ({ params: { argument } }) => ({
        completion: { values: ['paris', 'park', 'party'].filter((word) => word.startsWith(argument.value)), hasMore: false },
      }));
    },
  };
}

function addResources(server: McpServer): void {
  const texts: Readonly<Record<string, string>> = {
    'test://static-text': 'This is the content of the static text resource.',
    'test://watched-resource': 'This one may be watched.',
  };
  for (const [uri, text] of Object.entries(texts)) {
    const mimeType = 'text/plain';
    server.registerResource(uri, uri, { description: `The fixture ${uri}.`, mimeType }, () => ({ contents: [{ uri, mimeType, text }] }));
  }
  const uri = 'test://static-binary';
  const mimeType = 'image/png';
  server.registerResource(uri, uri, { description: 'One pixel.', mimeType }, () => ({ contents: [{ uri, mimeType, blob: PIXEL }] }));
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  server.registerResource('template', template, { description: 'A template.', mimeType: 'application/json' }, ({ href }, { id }) => ({
    contents: [
      { uri: href, mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }) },
    ],
  }));
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
}

function addPrompts(server: McpServer): void {
  const user = (text: string) => ({ role: 'user' as const, content: { type: 'text' as const, text } });
  server.registerPrompt('test_simple_prompt', { description: 'Simple.' }, () => ({
    messages: [user('This is a simple prompt for testing.')],
  }));
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'With arguments.', argsSchema: z.object({ arg1: z.string(), arg2: z.string() }) },
    ({ arg1, arg2 }) => ({ messages: [user(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)] }),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'With a resource.', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'resource',
            resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
          },
        },
        user('Please process the embedded resource above.'),
      ],
    }),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'With an image.' }, () => ({
    messages: [{ role: 'user', content: { type: 'image', data: PIXEL, mimeType: 'image/png' } }, user('Please analyze the image above.')],
  }));
  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks first.' }, async (context) => {
    const answer = await askContext(context);
    return typeof answer === 'string' ? { messages: [user(`Use this context: ${answer}`)] } : answer;
  });
}
