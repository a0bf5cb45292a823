/** `query()`: the sibling of `tool()` for products that speak GraphQL. Each of these only reads. */
import { ZscalerMcpError } from '../common/errors.ts';
import type { Fields, Input } from './fields.ts';
import { readPage, type Paging } from './paging.ts';
import { request, type Call } from './request.ts';
import { tool, type Product, type Tool } from './tool.ts';
import type { ProductId, ToolsetOf } from './toolsets.ts';

type Variables = Readonly<Record<string, unknown>>;

interface Question<F extends Fields, Toolset extends string> {
  readonly toolset: Toolset;
  readonly about: string;
  /** Each becomes a variable. A wire name with dots is a path: `filter.name.contains`. */
  readonly input?: F;
  /** GraphQL, whole. `$customerId` is filled in from the configuration. */
  readonly document: string;
  /** Where the answer is below `data`: `WEB_TRAFFIC.location`. */
  readonly answer: string;
  /** For a list. */
  readonly returns?: Paging;
  /** Variables that follow from several inputs. */
  readonly variables?: (input: Input<F>) => Variables;
  /** What the caller should know of the variables, beside the answer. */
  readonly tell?: (variables: Variables) => Readonly<Record<string, unknown>>;
}

export const query = <S extends ProductId, F extends Fields>(
  product: Product<S>,
  name: string,
  spec: Question<F, ToolsetOf<NoInfer<S>>>,
): Tool =>
  tool(product, name, {
    toolset: spec.toolset,
    action: 'read',
    about: spec.about,
    input: spec.input ?? ({} as F),
    ...(spec.returns && { lists: true }),
    run: (call, input) => ask(call, spec, input),
  });

async function ask<F extends Fields>(call: Call, spec: Question<F, string>, input: Input<F>): Promise<unknown> {
  const [route, { body }] = request('POST /graphql', spec.input ?? {}, input);
  const variables = { ...nest(body as Variables), ...spec.variables?.(input) };
  const content = await call(route, { graphql: { document: spec.document, variables } });
  const answer = pick(content, ['data', ...spec.answer.split('.')]);
  const told = spec.tell?.(variables) ?? {};
  if (!spec.returns) return isObject(answer) ? { ...told, ...answer } : answer;
  const page = readPage(spec.returns, answer, input, spec.input);
  return page.with({ envelope: { ...told, ...page.envelope } });
}

/** From `{"filter.name.contains": "x"}` to `{filter: {name: {contains: "x"}}}`. */
function nest(flat: Variables): Record<string, unknown> {
  const nested: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(flat)) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let at = nested;
    for (const name of names) at = (at[name] ??= {}) as Record<string, unknown>;
    at[last] = value;
  }
  return nested;
}

/** Null is an answer, a missing field is not. */
function pick(content: unknown, path: readonly string[]): unknown {
  let at: unknown = content;
  for (const name of path) {
    if (at === null) return null;
    if (!isObject(at) || !(name in at))
      throw new ZscalerMcpError('ERR_CLOUD_ANSWER', `the answer has no ${path.join('.')}`, {
        hint: 'The API has changed, or something answers in its place; please report it.',
      });
    at = at[name];
  }
  return at;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
