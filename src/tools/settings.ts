/** `settings()`: the two tools of settings that a tenant has once, read whole and changed in part. */
import { quoteBriefly, sayFew } from '../common/few.ts';
import { ZscalerMcpError } from '../common/errors.ts';
import { record, type Fields } from './fields.ts';
import type { ToolInput } from './input.ts';
import { suggest } from '../common/nearest.ts';
import { readBack } from './read-back.ts';
import { request, type Call, type Route } from './request.ts';
import { tool, type Product, type Tool } from './tool.ts';
import type { ProductId, ToolsetOf } from './toolsets.ts';
import { wireName } from './wire-names.ts';

interface Shared<Toolset extends string> {
  /** As it appears in tool names. */
  readonly noun: string;
  readonly title: string;
  readonly toolset: Toolset;
  readonly path: `/${string}`;
  /** What is set here. One or two sentences. */
  readonly about: string;
  /** What to know before changing it. */
  readonly beware?: string;
}

/** Few settings are an input each … */
interface ByInput<Toolset extends string> extends Shared<Toolset> {
  readonly fields: Fields;
  readonly names?: never;
}

/** … and many come as one object, named as the API names them. A name it does not have is refused, for the API would pass over it in silence. */
interface ByName<Toolset extends string> extends Shared<Toolset> {
  readonly names: readonly string[];
  readonly fields?: never;
}

type Body = Readonly<Record<string, unknown>>;

export function settings<S extends ProductId>(
  product: Product<S>,
  spec: ByInput<ToolsetOf<NoInfer<S>>> | ByName<ToolsetOf<NoInfer<S>>>,
): Tool[] {
  const { noun, title, toolset, path, about, beware } = spec;
  const read = `GET ${path}` as const;
  const write = `PUT ${path}` as Route;
  const shown = `${product.id}_get_${noun}`;
  const say = (...sentences: (string | undefined)[]) => sentences.filter(Boolean).join(' ');
  return [
    tool(product, `get_${noun}`, { toolset, action: 'read', about: say(`Get the ${title}, whole.`, about), call: read as 'GET /' }),
    tool(product, `update_${noun}`, {
      toolset,
      action: 'update',
      about: say(`Change the ${title}. Give only what is to change: the rest is read first and kept.`, about, beware, product.afterChange),
      input: inputOf(spec, shown),
      run: async (call, input) => {
        requireSome(input, spec.fields ? Object.keys(spec.fields) : [], `${product.id}_update_${noun}`);
        const current = await readRecord(call, read, title);
        const change = spec.fields
          ? (request(write, spec.fields, input)[1].body as Body)
          : named(input['settings'] as Body, spec.names, current);
        // Some of these answer a PUT with nothing.
        return (await call(write, { body: { ...current, ...change } })) ?? readBack(call, read);
      },
    }),
  ];
}

const inputOf = ({ fields, title }: { fields?: Fields; title: string }, shown: string): Fields =>
  fields ?? {
    settings: record(`What to change of the ${title}: names and values as ${shown} shows them; snake_case is understood as well.`),
  };

function requireSome(input: ToolInput, names: readonly string[], name: string): void {
  const given = names.length > 0 ? names.filter((field) => input[field] !== undefined) : Object.keys(input['settings'] ?? {});
  if (given.length > 0) return;
  throw new ZscalerMcpError('ERR_TOOL_INPUT', `${name} was given nothing to change`, {
    hint: names.length > 0 ? `Give at least one of ${names.join(', ')}.` : 'Name at least one setting and its new value.',
  });
}

async function readRecord(call: Call, route: Route, title: string): Promise<Body> {
  const current = await call(route);
  if (typeof current === 'object' && current !== null && !Array.isArray(current)) return current as Body;
  throw new ZscalerMcpError(
    'ERR_CLOUD_ANSWER',
    `the API did not return the present ${title}, which is needed to keep what is not to change`,
    {
      hint: 'Nothing was changed. Read the settings to see what the API answers.',
    },
  );
}

/** The API writes some abbreviations in capitals (`cookieStealingPCAPEnabled`), so its own spelling is looked up. */
function named(given: Body, known: readonly string[], current: Body): Body {
  const names = [...new Set([...Object.keys(current), ...known])];
  const bySound = new Map(names.map((name) => [name.toLowerCase(), name]));
  const pairs = Object.entries(given).map(([name, value]) => ({ name, value, wire: bySound.get(wireName(name).toLowerCase()) }));
  const unknown = pairs.filter(({ wire }) => wire === undefined);
  if (unknown.length > 0)
    throw new ZscalerMcpError(
      'ERR_TOOL_INPUT',
      `there is no setting ${sayFew(unknown, ({ name }) => `${quoteBriefly(name)}${suggest(wireName(name), names)}`, '; ')}`,
      { hint: 'Nothing was changed. Read the settings to see their names.' },
    );
  const twice = pairs.find(({ wire }, at) => pairs.some((other, before) => before < at && other.wire === wire));
  if (twice)
    throw new ZscalerMcpError('ERR_TOOL_INPUT', `the setting ${String(twice.wire)} is given twice, in two spellings`, {
      hint: 'Nothing was changed. Give each setting once.',
    });
  return Object.fromEntries(pairs.map(({ wire, value }) => [wire, value]));
}
