/** Agreement with the facts where requests depend on the clock or on the meaning of an input. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bindCall, catalogue, type Tool } from '../../src/tools/index.ts';
import { added } from './differences.ts';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, string>>;
  /** Replaces the samples for inputs that are not plain text. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** Inputs needed in addition to those that the schema requires: one of several. */
  readonly least?: Readonly<Record<string, unknown>>;
}

interface Fact {
  readonly name: string;
  readonly requests?: readonly Request[];
}

/** Seconds since 1970. */
const NOW = 1_790_000_000;

const facts = readdirSync(import.meta.dirname)
  .filter((file) => /^tools.*\.json$/.test(file))
  .flatMap((file) => JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as Fact[])
  .flatMap(({ name, requests }) => (requests ? requests.map((request) => ({ name, ...request })) : []));

describe('agreement with the facts, at a certain time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW * 1_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(facts)('$name sends every input where the facts say', async ({ name, given, ...fact }) => {
    const tool = find(name);
    const input = { ...samples(tool), ...given };
    expect(await requestsOf(tool, input)).toEqual([expected(fact, input)]);
  });

  it.each(facts)('$name sends nothing for what was not given', async ({ name, least }) => {
    const tool = find(name);
    const { required = [] } = tool.inputSchema() as { required?: string[] };
    const needed = Object.entries(samples(tool)).filter(([param]) => required.includes(param));
    for (const { query, body } of await requestsOf(tool, { ...Object.fromEntries(needed), ...least }))
      for (const value of [...Object.values(query), ...Object.values(body ?? {})]) expect(value).toSatisfy(isFilled);
  });
});

const find = (name: string): Tool => catalogue.find((tool) => tool.name === name)!;
const isFilled = (value: unknown): boolean => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

interface Property {
  readonly type: string;
  readonly items?: { readonly type: string };
  readonly minimum?: number;
  readonly enum?: readonly unknown[];
}

const samples = (tool: Tool): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries((tool.inputSchema() as { properties: Record<string, Property> }).properties)
      .filter(([name]) => !added[tool.name]?.includes(name))
      .map(([name, property]) => [name, sample(name, property)]),
  );

function sample(name: string, { type, items, minimum = 0, enum: values }: Property): unknown {
  if (values) return values[0];
  if (type === 'array') return [sample(`${name}-1`, { type: items!.type }), sample(`${name}-2`, { type: items!.type })];
  if (type === 'object') return { [`in-${name}`]: true };
  if (type === 'boolean') return true;
  return type === 'integer' ? minimum + 2 : `sample-${name}`;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

async function requestsOf(tool: Tool, input: unknown): Promise<Sent[]> {
  const sent: Sent[] = [];
  const send = async ({
    method,
    path,
    query = {},
    body,
  }: {
    method: string;
    path: string;
    query?: object;
    body?: unknown;
  }): Promise<unknown> => {
    sent.push({ method, path, query: query as Sent['query'], body: body as Sent['body'] });
    return [];
  };
  await tool.run(bindCall(tool, send, { customerId: 'customer', zcellCustomerId: 'zcell-customer' }), tool.parse(input));
  return sent;
}

function expected({ method, path, query = {}, body }: Request, input: Readonly<Record<string, unknown>>): Sent {
  const ofInput = (members: Readonly<Record<string, string>>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(members).map(([name, source]) => [name, valueOf(source, input)]));
  const whole = path
    .replace('{zcellCustomerId}', 'zcell-customer')
    .replace(/<[^>]+>/g, (source) => String(valueOf(source, input)))
    .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input[name])));
  return { method, path: whole, query: ofInput(query), body: body && ofInput(body) };
}

/** `="X"` is a constant, `<now-days*86400>` a time in seconds, anything else the name of an input. */
function valueOf(source: string, input: Readonly<Record<string, unknown>>): unknown {
  if (source.startsWith('=')) return JSON.parse(source.slice(1)) as unknown;
  if (source === '<now>') return NOW;
  const [, name, seconds] = /^<now-(\w+)\*(\d+)>$/.exec(source) ?? [];
  return name === undefined ? input[source] : NOW - Number(input[name]) * Number(seconds);
}
