/** Agreement of GraphQL tools with the facts: their operation, variables, arguments, and every field that is read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseDocument, type Document, type Selection } from '../../src/demo/graphql.ts';
import { bindCall, catalogue, type Tool } from '../../src/tools/index.ts';

type FactSelection = string | { field: string; args?: Record<string, string>; select?: FactSelection[] };

interface Fact {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly type: string }[];
  readonly graphql?: {
    readonly path: string;
    readonly operation: string;
    readonly variables: readonly { readonly name: string; readonly type: string }[];
    /** Path of a variable to where its value comes from. */
    readonly variableMap: Readonly<Record<string, string>>;
    readonly selection: FactSelection[];
  };
}

const facts = readdirSync(import.meta.dirname)
  .filter((file) => /^tools.*\.json$/.test(file))
  .flatMap((file) => JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as Fact[])
  .flatMap(({ graphql, ...fact }) => (graphql ? [{ ...fact, ...graphql }] : []));

const NOW = 1_790_000_000_000;
const DAY = 86_400_000;

describe('GraphQL tools', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('are 36', () => {
    expect(facts).toHaveLength(36);
  });

  it.each(facts)(
    '$name asks for the fields that the facts say, with the same arguments',
    async ({ name, path, operation, selection, ...fact }) => {
      const { sent, document } = await ask(name, samples(name));
      expect(sent.path).toBe(path);
      expect(document.operation).toBe(operation);
      const used = new Set(Object.keys(document.variables));
      // Variables without an input are declared upstream but never sent; ours omit them.
      expect(document.variables).toEqual(
        Object.fromEntries(fact.variables.filter((one) => used.has(one.name)).map((one) => [one.name, one.type])),
      );
      expect(leaves(document.select)).toEqual(factLeaves(selection, used));
    },
  );

  it.each(facts)('$name passes each input where the facts say', async ({ name, variableMap }) => {
    const input = samples(name);
    const { sent, document } = await ask(name, input);
    expect(flat(sent.body.variables)).toEqual(
      Object.fromEntries(Object.entries(variableMap).map(([target, source]) => [target.replace('[]', ''), valueOf(target, source, input)])),
    );
    for (const target of Object.keys(variableMap)) expect(document.variables).toHaveProperty(target.replace(/[.[].*$/, ''));
  });

  it.each(facts)('$name sends nothing that was not given', async ({ name }) => {
    const { required = [] } = find(name).inputSchema() as { required?: string[] };
    const all = samples(name);
    const { sent } = await ask(name, Object.fromEntries(required.map((param) => [param, all[param]])));
    for (const value of Object.values(flat(sent.body.variables))) expect(value).toSatisfy((one) => one !== null && one !== undefined);
    expect(sent.body.variables).not.toHaveProperty('filter');
    expect(sent.body.variables).not.toHaveProperty('orderBy');
  });
});

const find = (name: string): Tool => catalogue.find((tool) => tool.name === name)!;

interface Property {
  readonly type: string;
  readonly minimum?: number;
  readonly enum?: readonly string[];
}

/** Times are given as days, so that the span is computed. */
function samples(name: string): Record<string, unknown> {
  const { properties } = find(name).inputSchema() as { properties: Record<string, Property> };
  const entries = Object.entries(properties).filter(([param]) => param !== 'start_time' && param !== 'end_time');
  return Object.fromEntries(entries.map(([param, property]) => [param, sample(param, property)]));
}

function sample(param: string, { type, minimum = 0, enum: values }: Property): unknown {
  if (param === 'start_days_ago') return 20;
  if (values) return values.at(-1);
  if (type === 'array') return ['USER_ID', 'SRC_COUNTRY'];
  return type === 'integer' ? minimum + 2 : type === 'boolean' ? true : `sample-${param}`;
}

async function ask(name: string, input: unknown) {
  const sent: { path: string; body: { query: string; variables: Record<string, unknown> } }[] = [];
  const tool = find(name);
  const send = async ({ path, body }: { path: string; body?: unknown }): Promise<unknown> => {
    sent.push({ path, body: body as (typeof sent)[0]['body'] });
    throw new Error('enough is known');
  };
  await expect(tool.run(bindCall(tool, send, { customerId: 'the-customer' }), tool.parse(input))).rejects.toThrow('enough is known');
  const [first] = sent;
  return { sent: first!, document: parseDocument(first!.body.query) satisfies Document };
}

/** Each field that is read, as a path with the arguments on it. */
const leaves = (select: readonly Selection[], above = ''): string[] =>
  select
    .flatMap(({ field, args, on, select: inner }) => {
      const path = `${above}/${on === undefined ? field : `on ${on}`}${argsText(args)}`;
      return inner.length === 0 ? [path] : leaves(inner, path);
    })
    .toSorted();

function factLeaves(select: FactSelection[], used: ReadonlySet<string>, above = ''): string[] {
  return select
    .flatMap((one, at) => {
      if (one === 'on') return [];
      if (typeof one === 'string') return [`${above}/${one}`];
      const args = Object.entries(one.args ?? {}).map(([name, variable]) => [name, variable.replace('$', '')] as const);
      const kept = Object.fromEntries(args.filter(([, variable]) => used.has(variable)));
      const path = `${above}/${select[at - 1] === 'on' ? 'on ' : ''}${one.field}${argsText(kept)}`;
      return one.select ? factLeaves(one.select, used, path) : [path];
    })
    .toSorted();
}

const argsText = (args: Readonly<Record<string, string>>): string =>
  Object.entries(args)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, variable]) => `(${name}:${variable})`)
    .join('');

/** `{filter: {name: {contains: "x"}}}` as `{"filter.name.contains": "x"}`. */
const flat = (value: Readonly<Record<string, unknown>>, above = ''): Record<string, unknown> =>
  Object.assign(
    {},
    ...Object.entries(value).map(([name, member]) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? flat(member as Record<string, unknown>, `${above}${name}.`)
        : { [above + name]: member },
    ),
  ) as Record<string, unknown>;

/** 20 days back to 3 days back are 17 days, which become 14. */
function valueOf(target: string, source: string, input: Readonly<Record<string, unknown>>): unknown {
  if (source.startsWith('=')) return JSON.parse(source.slice(1)) as unknown;
  if (source.startsWith('env:')) return 'the-customer';
  if (source.startsWith('computed')) return target === 'endTime' ? NOW - 3 * DAY : NOW - 17 * DAY;
  return input[source];
}
