/** The requests that each tool sends to the demo tenant, with placeholders for IDs. */
import { bindCall, catalogue, type Tool } from '../../src/tools/index.ts';
import { findTool, openDemo, type Demo } from './demo.ts';
import { shapeOf } from './inputs.ts';
import { leastInput, mostInput, valueFor, type Input } from './seeded.ts';

/** By the name of the tool, in the order in which they were sent first. Deletions come last, since others would miss what they take away. */
export async function traceRoutes(): Promise<ReadonlyMap<string, readonly string[]>> {
  await using demo = await openDemo();
  const routes = new Map<string, readonly string[]>();
  for (const action of ['read', 'create', 'update', 'delete'])
    for (const tool of catalogue.filter((one) => one.action === action)) routes.set(tool.name, await routesOf(demo, tool));
  return routes;
}

async function routesOf(demo: Demo, tool: Tool): Promise<readonly string[]> {
  const routes = new Set<string>();
  for (const input of await inputsFor(demo, tool)) {
    const call = bindCall(
      tool,
      (request) => {
        routes.add(`${request.method} ${templateOf(request.path, input, demo)}`);
        return demo.send(request);
      },
      demo.tenant.credentials,
    );
    // Rejected requests were sent, too.
    await (async () => tool.run(call, tool.parse(input)))().catch(() => undefined);
  }
  return [...routes];
}

/** Minimal inputs, minimal inputs plus each other input, and all inputs: some change the request. */
async function inputsFor(demo: Demo, { name, action }: Tool): Promise<Input[]> {
  const least = await leastInput(demo, name);
  if (action === 'delete') return [least];
  const inputs = [least];
  for (const param of Object.keys(shapeOf(findTool(name)).properties))
    if (!(param in least)) inputs.push({ ...least, [param]: await valueFor(demo, name, param, least) });
  return [...inputs, await mostInput(demo, name)];
}

function templateOf(path: string, input: Input, { tenant: { credentials } }: Demo): string {
  const known: (readonly [string, unknown])[] = Object.entries({ ...input, ...credentials });
  const nameOf = (segment: string) =>
    known.find(
      ([name, value]) => typeof value === 'string' && isTelling(name, value) && [value, encodeURIComponent(value)].includes(segment),
    )?.[0];
  return path
    .split('/')
    .map((segment) => {
      const name = nameOf(segment);
      return name === undefined ? segment.replace(/^.*\d{3}.*$/, '{id}').replace(/^\w+_GRP$/, '{key_type}') : `{${name}}`;
    })
    .join('/');
}

/** Not a letter that may stand in a path by itself, unless it is an ID. */
const isTelling = (name: string, value: string): boolean => value.length > 1 || (value !== '' && name.endsWith('_id'));
