/** `tool()`: the description of one tool. */
import { followPages, hasPages, listInputs, ownInput, readWholeArrays, type Tell } from './every-page.ts';
import type { Fields, Input, JsonSchema } from './fields.ts';
import { parseInput, schemaOf, type ToolInput } from './input.ts';
import { Page, readPage, type Paging } from './paging.ts';
import { request, type Call, type NamesIn, type Route } from './request.ts';
import type { ProductId, ToolsetOf } from './toolsets.ts';

/** What a tool does to the tenant. Everything but `read` is a write tool. */
export type Action = 'read' | 'create' | 'update' | 'delete';

/** One Zscaler product: where its API lives and what all of its tools share. */
export interface Product<S extends ProductId = ProductId> {
  readonly id: S;
  readonly title: string;
  /** What every path of the product begins with: a route below it is complete, any other is put below `base`. */
  readonly root: `/${string}`;
  readonly base: `/${string}`;
  readonly paging: Paging;
  readonly shared?: Fields;
  /** Added to the description and the result of every change. */
  readonly afterChange?: string;
  /** Its API answers an update with nothing. */
  readonly returnsNoChange?: true;
  /** Who outside the tenant writes parts of what its tools return, for tools that do not say so themselves. */
  readonly writtenBy?: string;
}

/** MCP's hints; they follow from the action, so no tool can state them wrongly. */
export interface Annotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  /** A tenant is a closed world. */
  readonly openWorldHint: false;
}

/** A tool as the server uses it: enough to list, select, confirm, audit and run it. Made by `tool()`, never by hand. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  /** The product's id: `zpa`. */
  readonly product: ProductId;
  readonly toolset: string;
  readonly action: Action;
  readonly about: string;
  readonly annotations: Annotations;
  /** Where its routes lead; `bindCall` reads it. */
  readonly api: Readonly<Pick<Product, 'root' | 'base'>>;
  /** Whether a person has to agree to each call first. */
  readonly isConfirmed: boolean;
  /**
   * Name of the tool that shows what a confirmed call would delete. It is called with those of the inputs that it takes; if it takes `thing_id`
   * and the delete `thing_ids`, once for each ID.
   */
  readonly shownBy: string | undefined;
  /** Who outside the tenant wrote parts of what it returns; undefined when nobody does. */
  readonly writtenBy: string | undefined;
  /** Added to the result of a change that is not in force yet. */
  readonly afterChange: string | undefined;
  /** Whether it takes `query`, an expression on what it returns; `run` ignores it. */
  readonly isList: boolean;
  /** Built on first use, then the same object each time. */
  inputSchema(): JsonSchema;
  /** Checks the arguments of a call. @throws ZscalerMcpError ERR_TOOL_INPUT, naming every fault at once */
  parse(raw: unknown): ToolInput;
  /**
   * Runs the tool.
   * @param tell called after each page when `all` is given
   * @returns a `Page` from a list, `Done` from a change that the API answers with nothing, else the API's answer, complete
   * @throws what `call` throws
   */
  run(call: Call, input: ToolInput, tell?: Tell): Promise<unknown>;
}

/** The result of a change that the API answers with nothing. */
export interface Done {
  readonly success: true;
  readonly message: string;
}

interface Description<F extends Fields, Toolset extends string> {
  readonly toolset: Toolset;
  readonly action: Action;
  readonly about: string;
  /** The full name, where it does not begin with the product: `get_zia_users`. */
  readonly fullName?: string;
  readonly input?: F;
  /** A change that is in force at once, in a product where others are not. */
  readonly isAtOnce?: true;
  /** An update that takes something away for good; a person confirms it like a delete. */
  readonly removes?: true;
  readonly shownBy?: string;
  /** Who outside the tenant writes parts of what it returns: "the author of the file". */
  readonly writtenBy?: string;
  /** It returns a list although it has no `returns`. `paged`: every list it gets can be requested by page, and it has no input for that. */
  readonly lists?: true | 'paged';
  /** The message of the result when the API answers with nothing. */
  readonly done?: (input: ToolInput) => string;
}

/** A tool that is exactly one request is data … */
export interface OneCall<R extends Route> {
  readonly call: R;
  /** `page` for a list that comes as all lists of the product do; else how it comes. */
  readonly returns?: 'page' | Paging;
  readonly run?: never;
}

/** … and only a tool that needs several requests is code. */
interface ManyCalls<F extends Fields> {
  readonly run: (call: Call, input: Input<F>) => Promise<unknown>;
  readonly call?: never;
  readonly returns?: never;
}

/** Makes a route with an undeclared `{name}` a type error. */
type Declares<R extends string, F> = [Exclude<NamesIn<R>, keyof F>] extends [never]
  ? unknown
  : { input: Record<NamesIn<R>, Fields[string]> };

// oxlint-disable-next-line typescript/no-generated-empty-object-type -- a tool without inputs has exactly that
type NoFields = Pick<Fields, never>;

/** Makes a tool from its description. The compiler checks the toolset, the inputs of the route, and that there is either `call` or `run`. */
export function tool<S extends ProductId, const R extends Route, F extends Fields = NoFields>(
  product: Product<S>,
  name: string,
  spec: Description<F, ToolsetOf<NoInfer<S>>> & (OneCall<R> | ManyCalls<F>) & Declares<R, F>,
): Tool {
  const own: Fields = { ...spec.input, ...product.shared };
  const isList = spec.lists !== undefined || spec.returns !== undefined;
  const pages = isList ? waysOn(product, spec as Description<Fields, string> & Asking, own) : undefined;
  const isPage = spec.run !== undefined || spec.returns !== undefined;
  const fields = isList ? { ...own, ...listInputs({ isPage, goesOn: pages !== undefined }) } : own;
  const runOnce = async (call: Call, input: ToolInput) => (await answer(product, spec as Asking, own, call, input)) ?? finish(spec, input);
  const fullName = spec.fullName ?? `${product.id}_${name}`;
  let schema: JsonSchema | undefined;
  return {
    name: fullName,
    title: `${product.title}: ${name.replaceAll('_', ' ')}`,
    product: product.id,
    toolset: spec.toolset,
    action: spec.action,
    about: spec.about,
    annotations: annotate(spec.action),
    api: { root: product.root, base: product.base },
    isConfirmed: spec.action === 'delete' || spec.removes === true,
    shownBy: spec.shownBy,
    writtenBy: spec.writtenBy ?? product.writtenBy,
    afterChange: spec.action === 'read' || spec.isAtOnce ? undefined : product.afterChange,
    inputSchema: () => (schema ??= schemaOf(fields)),
    parse: (raw) => parseInput(fullName, fields, raw),
    isList,
    run: async (call, input, tell) => {
      const asked = ownInput(input);
      if (!pages) return runOnce(call, asked);
      return input['all'] === true ? pages(runOnce, call, asked, tell) : mentionAll(await runOnce(call, asked));
    },
  };
}

/** The part of a description that says how the tool is run, without its type parameters. */
type Asking = OneCall<Route> | ManyCalls<Fields>;

type Pages = (run: (call: Call, input: ToolInput) => Promise<unknown>, call: Call, input: ToolInput, tell?: Tell) => Promise<unknown>;

/** How `all` gets the further pages of a list; undefined when it cannot. */
function waysOn(product: Product, spec: Description<Fields, string> & Asking, own: Fields): Pages | undefined {
  if (hasPages(own)) return (run, call, input, tell) => followPages(run, call, own, input, tell);
  const isPaged = spec.lists === 'paged' || (spec.returns !== undefined && spec.call.startsWith('GET '));
  const paging = typeof spec.returns === 'object' ? spec.returns : product.paging;
  const size = paging.kind === 'array' ? paging.mostRows : undefined;
  return isPaged && size !== undefined ? (run, call, input, tell) => readWholeArrays(run, call, input, size, tell) : undefined;
}

function mentionAll(found: unknown): unknown {
  return found instanceof Page && found.note !== undefined ? found.with({ note: `${found.note} all: true gets every page.` }) : found;
}

function answer(product: Product, spec: Asking, fields: Fields, call: Call, input: ToolInput): Promise<unknown> {
  if (spec.run) return spec.run(call, input);
  const [route, options] = request(spec.call, fields, input);
  const reply = call(route, options);
  const { returns } = spec;
  if (returns === undefined) return reply;
  return reply.then((content) => readPage(returns === 'page' ? product.paging : returns, content, input, fields));
}

/** An empty answer stays empty for a read, and becomes a message of success for a change. */
function finish({ action, done }: Pick<Description<Fields, string>, 'action' | 'done'>, input: ToolInput): Done | null {
  return action === 'read' ? null : { success: true, message: done?.(input) ?? 'Done; the API returns no content for this.' };
}

const annotate = (action: Action): Annotations => ({
  readOnlyHint: action === 'read',
  destructiveHint: action === 'update' || action === 'delete',
  idempotentHint: action !== 'create',
  openWorldHint: false,
});
