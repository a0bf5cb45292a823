/** `collection()`: the usual five tools of one REST collection, from one description of its records. */
import { ZscalerMcpError } from '../common/errors.ts';
import { id as idField, initially, optional, type Field, type Fields, type Input } from './fields.ts';
import type { ToolInput } from './input.ts';
import { request, type Call, type Parts, type Route } from './request.ts';
import { tool, type OneCall, type Product, type Tool } from './tool.ts';
import type { ProductId, ToolsetOf } from './toolsets.ts';

type Verb = 'list' | 'get' | 'create' | 'update' | 'delete';

/** The description of one kind of record and the tools on it. */
export interface Collection<F extends Fields, Toolset extends string> {
  /** As it appears in tool names. */
  readonly noun: string;
  readonly plural?: string;
  /** How people write it, if not as the noun with blanks. */
  readonly title?: string;
  readonly toolset: Toolset;
  readonly path: `/${string}`;
  /** The path of updates, if different. */
  readonly updatePath?: `/${string}`;
  /** Inputs of every tool, for the names in `path`. */
  readonly within?: Fields;
  /** The input that names one record. */
  readonly id: `${string}_id`;
  /** Inputs of the list. */
  readonly filters?: Fields;
  /** What a record holds. Every field may be changed; `required` ones must be given to create a record. */
  readonly fields: F;
  readonly required?: readonly (keyof F & string)[];
  /** Values a new record gets when not given. Never applied to changes. */
  readonly initially?: Partial<Input<F>>;
  readonly only?: readonly Verb[];
  /** Makes the body of a create or an update, where it depends on several inputs; without it the body is `{...current, ...change}`. */
  readonly compose?: Compose;
  /** What a record is and what it is for. One or two sentences. */
  readonly about: string;
  /** What to know before creating or changing one. */
  readonly beware?: string;
  /** What to know before creating one, beside that. */
  readonly bewareOfCreating?: string;
  /** What to know before deleting one. */
  readonly bewareOfDeleting?: string;
}

/** What a body is made of, under the names of the wire. `query` is the query of the write. */
export interface Writing {
  readonly input: ToolInput;
  readonly change: Body;
  /** The present record, of an update. */
  readonly current?: Body;
  readonly query?: Body;
}

/** Makes a body; may send requests of its own. @throws ZscalerMcpError to refuse a change that would fail or do harm */
export type Compose = (call: Call, writing: Writing) => Body | Promise<Body>;
type Body = Readonly<Record<string, unknown>>;

/** Makes the tools list, get, create, update and delete of one kind of record, or those that `only` names. */
export function collection<S extends ProductId, F extends Fields>(product: Product<S>, spec: Collection<F, ToolsetOf<NoInfer<S>>>): Tool[] {
  const { noun, plural = `${noun}s`, title = noun.replaceAll('_', ' '), path, updatePath = path, toolset, within = {} } = spec;
  const a = /^([aeio]|SSL)/i.test(title) ? 'an' : 'a';
  const many = plural === noun ? title : `${title}s`;
  const item = `${path}/{${spec.id}}`;
  const id: Fields = { ...within, [spec.id as string]: idField(`ID of the ${title}, as ${product.id}_list_${plural} shows it.`) };
  const after = product.afterChange;
  const changes = mapFields(spec.fields, optional);
  const news = mapFields(spec.fields, (field, name) => asNew(spec, field, name));
  const verbs = spec.only ?? (['list', 'get', 'create', 'update', 'delete'] as const);
  const uses = verbs.filter((verb) => verb !== 'list' && verb !== 'create');
  const shown = verbs.includes('get') ? `: read it with ${product.id}_get_${noun}` : '';
  const say = (...sentences: (string | undefined)[]) => sentences.filter(Boolean).join(' ');
  const merge = mergeWith(`${product.id}_update_${noun}`, `GET ${item}` as Route, `PUT ${updatePath}/{${spec.id}}` as Route, {
    id,
    fields: { ...id, ...changes, ...product.shared },
    names: Object.keys(changes),
    ...(spec.compose && { compose: spec.compose }),
  });

  const make: Record<Verb, () => Tool> = {
    list: () =>
      tool(product, `list_${plural}`, {
        toolset,
        action: 'read',
        about: say(
          `List ${many}.`,
          spec.about,
          `Returns the records with their IDs${uses.length > 0 ? `, which ${inWords(uses)} ${uses.length === 1 ? 'takes' : 'take'}` : ''}.`,
        ),
        input: { ...within, ...spec.filters },
        ...one(`GET ${path}`, 'page'),
      }),
    get: () =>
      tool(product, `get_${noun}`, {
        toolset,
        action: 'read',
        about: say(`Get one ${title} by its ID, as the API returns it.`, spec.about),
        input: id,
        ...one(`GET ${item}`),
      }),
    create: () =>
      tool(product, `create_${noun}`, {
        toolset,
        action: 'create',
        about: say(`Create ${a} ${title} and return it with its new ID.`, spec.about, spec.bewareOfCreating, spec.beware, after),
        input: { ...within, ...news },
        done: () => say(`The ${title} was created; the API does not return it.`, after),
        ...(spec.compose
          ? { run: writeWith(`POST ${path}`, { ...within, ...news, ...product.shared }, spec.compose) }
          : one(`POST ${path}`)),
      }),
    update: () =>
      tool(product, `update_${noun}`, {
        toolset,
        action: 'update',
        about: say(
          `Change ${a} ${title}. Give only what is to change: the rest is read first and kept.`,
          product.returnsNoChange ? `The API does not return the record${shown}.` : 'Returns the changed record.',
          spec.beware,
          after,
        ),
        input: { ...id, ...changes },
        done: (input) => say(`The ${title} ${String(input[spec.id])} was changed; the API does not return it${shown}.`, after),
        run: merge,
      }),
    delete: () =>
      tool(product, `delete_${noun}`, {
        toolset,
        action: 'delete',
        about: say(`Delete ${a} ${title}, for good. Returns a confirmation.`, spec.bewareOfDeleting, after),
        input: id,
        shownBy: spec.only?.includes('get') === false ? `${product.id}_list_${plural}` : `${product.id}_get_${noun}`,
        done: (input) => say(`The ${title} ${String(input[spec.id])} was deleted.`, after),
        ...one(`DELETE ${item}`),
      }),
  };
  return verbs.map((verb) => make[verb]());
}

const inWords = (names: readonly string[]): string => names.join(', ').replace(/, (?=[^,]+$)/, ' and ');

/** The route is put together at run time, so its names are checked by the catalogue's tests instead of the compiler. */
const one = (route: string, returns?: 'page'): OneCall<`GET /`> => ({ call: route as 'GET /', returns });

const mapFields = (fields: Fields, change: (field: Field, name: string) => Field): Fields =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, change(field, name)]));

function asNew<F extends Fields>(spec: Pick<Collection<F, string>, 'required' | 'initially'>, field: Field, name: string): Field {
  const initial = (spec.initially as Record<string, unknown> | undefined)?.[name];
  if (initial !== undefined) return initially(field, initial);
  return spec.required?.includes(name) ? { ...field, isNeeded: true } : optional(field);
}

interface Merged {
  readonly id: Fields;
  readonly fields: Fields;
  readonly names: readonly string[];
  readonly compose?: Compose;
}

const overlay: Compose = (_, { current, change }) => ({ ...current, ...change });

const writeWith =
  (template: Route, fields: Fields, compose: Compose) =>
  async (call: Call, input: ToolInput): Promise<unknown> => {
    const [route, { query, body }] = request(template, fields, input);
    return call(route, { ...(query && { query }), body: await compose(call, { input, change: body as Body, ...(query && { query }) }) });
  };

/** These APIs forget what a PUT does not repeat: seen with ZIA locations (country) and ZPA segment groups (description). */
const mergeWith =
  (name: string, read: Route, write: Route, { id, fields, names, compose = overlay }: Merged) =>
  async (call: Call, input: ToolInput): Promise<unknown> => {
    if (!names.some((field) => input[field] !== undefined))
      throw new ZscalerMcpError('ERR_TOOL_INPUT', `${name} was given nothing to change`, {
        hint: `Give at least one of ${names.join(', ')}.`,
      });
    const [route, { query, body }] = request(write, fields, input);
    const [from] = request(read, id, input);
    const current = await call(from, query && { query });
    if (typeof current !== 'object' || current === null || Array.isArray(current))
      throw new ZscalerMcpError(
        'ERR_CLOUD_ANSWER',
        `${name} needs the present record to keep what is not to change, and the API did not return it`,
        {
          hint: 'Check that the record exists.',
        },
      );
    const writing: Writing = { input, change: body as Body, current: current as Body, ...(query && { query }) };
    const parts: Parts = { ...(query && { query }), body: await compose(call, writing) };
    return call(route, parts);
  };
