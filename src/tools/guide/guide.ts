/**
 * The tools about the tools. With the word `discover` among the chosen toolsets, a client starts with these and what is
 * named beside it, and enables more for itself. Whatever the operator withholds is not found, described or enabled.
 */
import { quoteBriefly, sayFew } from '../../common/few.ts';
import { ZscalerMcpError } from '../../common/errors.ts';
import { count, initially, optional, oneOf, text, texts, type Fields, type JsonSchema } from '../fields.ts';
import { parseInput, schemaOf, type ToolInput } from '../input.ts';
import { suggest } from '../../common/nearest.ts';
import { matcher, type Selection } from '../select.ts';
import { products, type ProductId } from '../toolsets.ts';
import type { Annotations, Tool } from '../tool.ts';
import type { Enabled } from './enabled.ts';
import { DISCOVER, guideNames } from './names.ts';
import { searchTools } from './search.ts';

/** One of the guide's tools, as `tools/list` shows it. */
export interface GuideTool {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly annotations: Annotations;
  inputSchema(): JsonSchema;
}

/** The client that called, and how to notify it that its list of tools has changed. */
export interface GuideCaller {
  readonly key: string;
  /** Whether others are told from it by nothing, so that they see what it enables. */
  readonly isShared?: boolean;
  readonly listChanged: () => void;
}

/** The tools that find other tools, for one configuration. */
export interface Guide {
  readonly tools: ReadonlyMap<string, GuideTool>;
  /** Toolsets that a client sees from the start; null: all of them. */
  readonly listed: ReadonlySet<string> | null;
  /** Runs one of `tools`. @param args unchecked. @throws ZscalerMcpError ERR_TOOL_INPUT */
  run(name: string, args: unknown, caller: GuideCaller): unknown;
}

interface Spec extends GuideTool {
  run(input: ToolInput, caller: GuideCaller): unknown;
}

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false } as const;
const MOST_FOUND = 50;

/**
 * Creates the guide of one configuration.
 * @param allowed every tool that the configuration lets a client call
 * @param selection with `discover` among the toolsets, those not named beside it wait to be enabled
 */
export function createGuide(allowed: readonly Tool[], selection: Selection, enabled: Enabled): Guide {
  const chosen = (selection.toolsets ?? []).map((word) => word.trim().toLowerCase());
  const listed = chosen.includes(DISCOVER) ? new Set(chosen) : null;
  const disabled = (selection.disabledTools ?? []).map(matcher);
  const view: View = {
    allowed,
    toolsets: Map.groupBy(allowed, ({ toolset }) => toolset),
    enabled,
    isListed: (toolset, { key }) => listed === null || listed.has(toolset) || enabled.of(key).has(toolset),
  };
  const specs: Record<(typeof guideNames)[number], Spec> = {
    zscaler_list_toolsets: listToolsets(view),
    zscaler_search_tools: searchByWords(view),
    zscaler_describe_tool: describeTool(view),
    zscaler_enable_toolset: enableToolset(view),
  };
  return {
    tools: new Map(Object.entries(specs).filter(([name]) => !disabled.some((matches) => matches(name)))),
    listed,
    run(name, args, caller) {
      const found = specs[name as (typeof guideNames)[number]];
      return found.run(parseInput(name, inputs.get(found) ?? {}, args), caller);
    },
  };
}

/** What the guide's tools look at. */
interface View {
  readonly allowed: readonly Tool[];
  readonly toolsets: ReadonlyMap<string, readonly Tool[]>;
  readonly enabled: Enabled;
  readonly isListed: (toolset: string, caller: GuideCaller) => boolean;
}

const listToolsets = ({ toolsets, isListed }: View): Spec =>
  spec(
    'zscaler_list_toolsets',
    'List the toolsets of this server with what each is about, how many tools it has, and whether you see them already. Begin here, or with zscaler_search_tools.',
    { service: optional(oneOf(Object.keys(products) as [ProductId, ...ProductId[]], 'Only the toolsets of this product.')) },
    ({ service }, caller) => ({
      items: Object.entries(products).flatMap(([product, sets]) =>
        Object.entries(sets).flatMap(([toolset, about]) => {
          const tools = toolsets.get(toolset);
          if (!tools || (service !== undefined && service !== product)) return [];
          return [{ toolset, service: product, about, tools: tools.length, enabled: isListed(toolset, caller) }];
        }),
      ),
    }),
  );

const searchByWords = ({ allowed, isListed }: View): Spec =>
  spec(
    'zscaler_search_tools',
    'Find tools by words, such as "firewall rules" or "user devices", also among those you do not see yet. Then zscaler_describe_tool or zscaler_enable_toolset.',
    {
      query: text('What you want to do or to know, in a few words of English.', { min: 1, max: 200 }),
      limit: initially(count('How many tools to return at most.', { min: 1, max: MOST_FOUND }), 10),
    },
    ({ query, limit }, caller) => ({
      items: searchTools(allowed, query as string, limit as number).map(({ name, about, toolset, action }) => ({
        name,
        about: beginningOf(about),
        action,
        toolset,
        enabled: isListed(toolset, caller),
      })),
    }),
  );

const describeTool = ({ allowed, isListed }: View): Spec =>
  spec(
    'zscaler_describe_tool',
    'Describe one tool whole: what it returns, what to beware of, and the JSON Schema of its inputs. It can be called by its name whether you see it in your list or not.',
    { name: text('Name of the tool, as zscaler_search_tools shows it.', { min: 1, max: 200 }) },
    ({ name }, caller) => {
      const found = findTool(allowed, name as string);
      const { title, about, toolset, action, isConfirmed } = found;
      return {
        name: found.name,
        title,
        about,
        action,
        ...(isConfirmed && { confirmed: 'a person agrees to each call before it happens' }),
        toolset,
        enabled: isListed(toolset, caller),
        inputSchema: found.inputSchema(),
      };
    },
  );

function findTool(allowed: readonly Tool[], given: string): Tool {
  const found = allowed.find(({ name }) => name === given);
  if (found) return found;
  const near = suggest(
    given,
    allowed.map(({ name }) => name),
  );
  throw wrong(`zscaler_describe_tool: there is no tool ${quoteBriefly(given)} here${near}`, 'Find the name with zscaler_search_tools.');
}

const enableToolset = ({ toolsets, enabled, isListed }: View): Spec =>
  spec(
    'zscaler_enable_toolset',
    'Add the tools of toolsets to the list that you see. Others who use this server keep their lists; where callers cannot be told apart, the answer says so. It ends after an hour in which you ask for nothing. Answers with the names of the tools.',
    { toolsets: texts('IDs of toolsets, as zscaler_list_toolsets shows them.', { min: 1, max: 20 }) },
    ({ toolsets: given }, caller) => {
      const wanted = (given as string[]).map((word) => word.trim().toLowerCase());
      refuseUnknown(
        wanted.filter((word) => !toolsets.has(word)),
        [...toolsets.keys()],
      );
      const isNew = wanted.some((word) => !isListed(word, caller));
      if (isNew && enabled.add(caller.key, wanted)) caller.listChanged();
      return {
        enabled: wanted,
        tools: wanted.flatMap((word) => (toolsets.get(word) ?? []).map(({ name }) => name)),
        note: [
          isNew ? 'Your list of tools is longer now; ask for it again.' : 'You saw these already.',
          ...(caller.isShared ? [SHARED] : []),
        ].join(' '),
      };
    },
  );

function refuseUnknown(absent: readonly string[], known: readonly string[]): void {
  if (absent.length === 0) return;
  throw wrong(
    `zscaler_enable_toolset: nothing was enabled, since these are not toolsets that this server allows: ${sayFew(absent, (word) => `${quoteBriefly(word)}${suggest(word, known)}`, '; ')}`,
    'zscaler_list_toolsets names those that there are.',
  );
}

const SHARED = 'All who call this server without a session and without credentials share one list, so they see these tools, too.';

const inputs = new WeakMap<Spec, Fields>();

function spec(name: string, about: string, fields: Fields, run: Spec['run']): Spec {
  let schema: JsonSchema | undefined;
  const made: Spec = {
    name,
    title: `Tools: ${name.replace('zscaler_', '').replaceAll('_', ' ')}`,
    about,
    annotations,
    inputSchema: () => (schema ??= schemaOf(fields)),
    run,
  };
  inputs.set(made, fields);
  return made;
}

const wrong = (message: string, hint: string): ZscalerMcpError => new ZscalerMcpError('ERR_TOOL_INPUT', message, { hint });

const ENOUGH = 60;

/** The first sentence; with the second, if that says too little. */
function beginningOf(about: string): string {
  const [first = '', second] = about.split(/(?<=\.)\s+/);
  return first.length < ENOUGH && second !== undefined ? `${first} ${second}` : first;
}
