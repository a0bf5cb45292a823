/** Spreads the input of a tool over one HTTP request: the route first, then the query of a GET or DELETE, else the body. */
import { ZscalerMcpError } from '../common/errors.ts';
import type { Field, Fields } from './fields.ts';
import { wireName, wireNames } from './wire-names.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Route = `${Method} /${string}`;

export interface Parts {
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** Instead of a body. The variable `customerId` is filled in where the document declares it. */
  readonly graphql?: { readonly document: string; readonly variables: Readonly<Record<string, unknown>> };
}

/** Sends one request below the product's base path; the only way a tool reaches Zscaler. */
export type Call = (route: Route, parts?: Parts) => Promise<unknown>;

/** Filled in by `bindCall`, from the configuration. */
export type ConfiguredName = 'customerId' | 'zcellCustomerId';

/** The `{names}` in a route that a tool must declare as inputs. */
export type NamesIn<R extends string> = R extends `${string}{${infer Name}}${infer Rest}`
  ? Exclude<Name, ConfiguredName> | NamesIn<Rest>
  : never;

/** @throws ZscalerMcpError ERR_TOOL_INPUT */
export function request(template: Route, fields: Fields, input: Readonly<Record<string, unknown>>): [Route, Parts] {
  const { route, used } = fillRoute(template, fields, input);
  const hasBody = !/^(GET|DELETE) /.test(template);
  const query: Record<string, unknown> = {};
  const body: Record<string, unknown> = {};
  const spread: [string, unknown][] = [];
  for (const [name, value] of Object.entries(input)) {
    const field = fields[name];
    if (used.has(name) || value === undefined || field === undefined || field.place === 'nowhere') continue;
    if (field.place === 'spread') spread.push([name, field.encode ? field.encode(value) : wireNames(value)]);
    else place(field, field.wire ?? wireName(name), hasBody, { query, body }, value);
  }
  for (const [name, members] of spread) mergeSpread(name, members as Record<string, unknown>, hasBody ? body : query);
  // A write without content sends an empty object, as was recorded: some endpoints refuse a missing body.
  return [route, { ...(Object.keys(query).length > 0 && { query }), ...(hasBody && { body }) }];
}

function fillRoute(template: Route, fields: Fields, input: Readonly<Record<string, unknown>>): { route: Route; used: Set<string> } {
  const used = new Set<string>();
  const route = template.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = input[name];
    if (typeof value !== 'string') return placeholder;
    used.add(name);
    const coded = fields[name]?.encode?.(value);
    return pathPart(typeof coded === 'string' ? coded : value, name);
  }) as Route;
  return { route, used };
}

/** One segment of a path and never more. @throws ZscalerMcpError ERR_TOOL_INPUT */
export function pathPart(value: string, name: string): string {
  if (!/^\.*$/.test(value)) return encodeURIComponent(value);
  throw new ZscalerMcpError('ERR_TOOL_INPUT', `${name} must be an ID, got "${value}"`, { hint: 'List the records to find the ID.' });
}

function place(
  field: Field,
  wire: string,
  hasBody: boolean,
  { query, body }: { query: Record<string, unknown>; body: Record<string, unknown> },
  value: unknown,
): void {
  const shown = field.encode ? field.encode(value) : value;
  if (!hasBody || field.place === 'both' || field.place === 'query') query[wire] = shown;
  if (hasBody && field.place !== 'query') body[wire] = shown;
}

/** Two values for one name would leave it to chance which is sent. */
function mergeSpread(name: string, members: Record<string, unknown>, target: Record<string, unknown>): void {
  const twice = Object.keys(members).filter((member) => Object.hasOwn(target, member));
  if (twice.length > 0)
    throw new ZscalerMcpError(
      'ERR_TOOL_INPUT',
      `${name} repeats ${twice.join(', ')}, which ${twice.length === 1 ? 'is' : 'are'} given as an input as well`,
      {
        hint: `Give each value once; ${name} is for what has no input of its own.`,
      },
    );
  Object.assign(target, members);
}
