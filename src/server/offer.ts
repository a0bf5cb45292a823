/** What is offered to clients, and how each of their calls is carried out: tools, guide, queries and shapes as the protocol sees them. */
import type { Confirmations } from '../confirm/index.ts';
import type { CallContext, OfferedTool, Runtime } from '../mcp/index.ts';
import type { Settings } from '../settings/index.ts';
import { openQuery, showFound, showRows, type Query } from '../shape/index.ts';
import { catalogue, createGuide, Page, prompts, readRemoval, suggest, type Enabled, type Guide, type Tool } from '../tools/index.ts';

/** What is offered: the tools, the guide to them, and what each caller sees. */
export interface Offer {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly guide: Guide;
  readonly listFor: Runtime['listFor'];
  readonly enabledBy: Runtime['enabledBy'];
  readonly enable: Runtime['enable'];
}

/** Lists of tools that are kept, each of some hundred thousand bytes; beyond, the one that was unused for longest is made again. */
const MOST_LISTS = 32;

/** Offers the selected tools. @param enabled toolsets that callers enabled for themselves */
export function createOffer(tools: readonly Tool[], settings: Settings, enabled: Enabled): Offer {
  const guide = createGuide(tools, settings, enabled);
  // Kept per set of enabled toolsets: usually few, but any caller can make more.
  const lists = new Map<string, readonly OfferedTool[]>();
  return {
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    guide,
    enabledBy: (callerKey) => (guide.listed === null ? null : enabled.of(callerKey)),
    enable: (callerKey, toolsets) => void enabled.add(callerKey, toolsets),
    listFor(callerKey) {
      const own = guide.listed === null ? [] : [...enabled.of(callerKey)].toSorted((one, other) => (one < other ? -1 : 1));
      const key = own.join();
      const known = lists.get(key);
      if (known) {
        lists.delete(key);
        lists.set(key, known);
        return known;
      }
      const seen = new Set([...(guide.listed ?? []), ...own]);
      const list = [...guide.tools.values(), ...tools.filter(({ toolset }) => guide.listed === null || seen.has(toolset))];
      lists.set(key, list);
      const [oldest] = lists.keys();
      if (lists.size > MOST_LISTS && oldest !== undefined) lists.delete(oldest);
      return list;
    },
  };
}

/** What a runtime is made of. */
export interface RuntimeInput {
  readonly settings: Settings;
  readonly offer: Offer;
  readonly confirmations: Confirmations;
  /** Carries out one call of a tool. @throws ZscalerMcpError */
  readonly call: (tool: Tool, args: unknown, context: Pick<CallContext, 'signal' | 'progress'>) => Promise<unknown>;
}

/** What the protocol side needs of one configuration; also built by a rehearsal, which calls nothing. */
export function runtimeFor({ settings, offer, confirmations, call }: RuntimeInput): Runtime {
  const callerOf = ({ callerKey: key, listChanged, isShared = false }: CallContext) => ({
    key,
    listChanged,
    // A pipe has one client.
    isShared: isShared && settings.transport !== 'stdio',
  });
  const { tools, guide, listFor, enabledBy, enable } = offer;
  return {
    tools: new Map<string, OfferedTool>([...guide.tools, ...tools]),
    suggest: (name) => suggest(name, [...guide.tools.keys(), ...tools.keys()]),
    listFor,
    enabledBy,
    enable,
    prompts: promptsFor(tools),
    logToolCalls: settings.logToolCalls,
    maxResponseTokens: settings.maxResponseTokens,
    sanitizes: !settings.disableOutputSanitization,
    chatSeparators: settings.chatSeparators,
    sessionLimit: settings.sessionLimit,
    sessionIdleMs: settings.sessionIdleSeconds * 1_000,
    confirmations,
    allowsTokenConfirmation: settings.confirmationFallback === 'token',
    describeRemoval: async (name, args, { signal }) => {
      const tool = tools.get(name);
      if (!tool) return { title: name, tool: name, records: [], args };
      const input = tool.parse(args);
      const records = await readRemoval(tool, input, findTool, (shower, given) => call(shower, given, { signal }));
      return { title: tool.title, tool: name, records, args: input };
    },
    run: async (name, args, context) => {
      const tool = tools.get(name);
      // A call counts as a sign of life of its caller.
      enabledBy(context.callerKey);
      if (!tool) return guide.tools.has(name) ? guide.run(name, args, callerOf(context)) : null;
      // A wrong expression is refused before the cloud is asked.
      const query = tool.isList ? await openQuery(args) : undefined;
      return shape(await call(tool, args, context), query, context.queried);
    },
  };
}

/** The prompts whose tools are all offered. */
const promptsFor = (tools: ReadonlyMap<string, Tool>): Runtime['prompts'] =>
  new Map(prompts.filter(({ needs }) => needs.every((name) => tools.has(name))).map((prompt) => [prompt.name, prompt]));

/** Any tool, offered or not: what is to be removed is shown in any case. */
const findTool = (name: string): Tool | undefined => catalogue.find((tool) => tool.name === name);

/** A query is applied to the rows of a page, or to the whole of any other answer. */
function shape(value: unknown, query: Query | undefined, queried: CallContext['queried']): unknown {
  if (!query) return value instanceof Page ? showRows(value) : value;
  const [given, shown] = value instanceof Page ? [value.items, showRows(value, query)] : [value, showFound(value, query)];
  const found = 'items' in shown ? shown['items'] : (shown as { result?: unknown }).result;
  queried?.({ expression: query.expression, before: countRows(given), after: countRows(found) });
  return shown;
}

const countRows = (value: unknown): number => (Array.isArray(value) ? value.length : value === null || value === undefined ? 0 : 1);
