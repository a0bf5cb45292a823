/** Invariants of every tool, and agreement with the recorded facts of the Python server's tools. */
import { readdirSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bindCall, catalogue, products, type Tool } from '../../src/tools/index.ts';
import { readEntitlement } from '../../src/zscaler/entitlement.ts';
import { added, ownTools } from './differences.ts';

interface Fact {
  name: string;
  toolset: string;
  action: string;
  /** `relaxed` gives the reason why the input is required there and not here. */
  params: { name: string; type: string; required: boolean; relaxed?: string; min?: number; max?: number; enum?: string[] }[];
  /** Absent where the requests depend on the input or on answers; unit tests cover those. */
  http?: { method: string; path: string; query?: Record<string, string>; body?: Record<string, string> }[];
}

/** `tools.json`, and a file for each part of the catalogue that was added later. */
const facts = readdirSync(import.meta.dirname)
  .filter((file) => /^tools.*\.json$/.test(file))
  .flatMap((file) => JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as Fact[]);
const plain = facts.filter((fact): fact is Fact & Required<Pick<Fact, 'http'>> => fact.http !== undefined);
const toolsFolder = join(import.meta.dirname, '../../src/tools');
const differencesFile = 'test/contract/differences.ts';
const find = (name: string): Tool => catalogue.find((tool) => tool.name === name)!;

/** Intended differences, with the reason. */
const relaxed: Readonly<Record<string, readonly string[]>> = {
  zia_update_location: ['name'], // the record is read first, so its name need not be repeated
  zia_add_urls_to_category: ['configured_name'], // likewise, unless it is given
  zia_remove_urls_from_category: ['configured_name'],
  zpa_update_pra_credential: ['credential_type'], // likewise, and the type cannot be changed
};
const lookupsWithoutPage = ['zid_get_group_users_by_name', 'zid_get_user_groups_by_name']; // paging applies to the result, not to the lookup

describe('the catalogue', () => {
  it('has names that are unique, lower-case and begin with their product', () => {
    const names = catalogue.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(
      catalogue.filter(({ name, product }) => !new RegExp(`^(get_)?${product}_[a-z_]{3,60}$`).test(name)).map(({ name }) => name),
    ).toEqual([]);
  });

  it('has every product folder, and tools of every product', () => {
    const folders = readdirSync(toolsFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'guide');
    const isEmpty = (product: string) => catalogue.every((tool) => tool.product !== product);
    const problems = [
      ...folders
        .filter(({ name }) => isEmpty(name))
        .map(({ name }) => `src/tools/${name}/ is not offered: add its tools to the list in src/tools/catalogue.ts`),
      ...Object.keys(products)
        .filter(isEmpty)
        .map((product) => `${product}, a product of src/tools/toolsets.ts, has no tools in src/tools/catalogue.ts`),
    ];
    expect(problems).toEqual([]);
  });

  it('has only products that an access token can name, so that the tenant is offered them', () => {
    const unnamed = Object.keys(products).filter(
      (product) => !readEntitlement(tokenFor(product.toUpperCase()))?.products.includes(product),
    );
    expect(unnamed.map((product) => `${product}: add the codes of its entitlement to CODES in src/zscaler/entitlement.ts`)).toEqual([]);
  });

  it('puts every tool in a toolset of its own product', () => {
    expect(catalogue.filter(({ product, toolset }) => !Object.hasOwn(products[product], toolset)).map(({ name }) => name)).toEqual([]);
  });

  it('says of every tool, in 60 to 500 characters, what it does', () => {
    expect(
      catalogue.filter(({ about }) => about.length < 60 || about.length > 500).map(({ name, about }) => `${name}: ${about.length}`),
    ).toEqual([]);
  });

  it('says of no two tools the same, and leaves nothing to be done', () => {
    const texts = catalogue.map(({ about }) => about);
    expect(texts.filter((text, at) => texts.indexOf(text) !== at)).toEqual([]);
    const all = [...texts, ...catalogue.flatMap((tool) => Object.values(properties(tool)).map(({ description }) => description))];
    expect(
      all.filter((text) => /\b(TODO|FIXME|TBD|XXX|undefined|null|object Object)\b|\s{2}|(?<!\.)\.\.(?!\.)|^\s|\s$/.test(text)),
    ).toEqual([]);
  });

  it('explains every input, in 10 to 300 characters', () => {
    const poor = catalogue.flatMap((tool) =>
      Object.entries(properties(tool))
        .filter(([, { description }]) => description.length < 10 || description.length > 300)
        .map(([name]) => `${tool.name}.${name}`),
    );
    expect(poor).toEqual([]);
  });

  it('tells of staging in every ZIA tool that changes something', () => {
    const silent = catalogue.filter(({ product, action, about }) => product === 'zia' && action !== 'read' && !/staged/.test(about));
    expect(silent.map(({ name }) => name)).toEqual([]);
    const forgetful = catalogue.filter(
      (tool) => (tool.afterChange === undefined) !== (tool.action === 'read' || !['zia', 'ztw'].includes(tool.product)),
    );
    expect(forgetful.map(({ name }) => name)).toEqual(['zia_activate_configuration']);
  });

  it('names, for every delete, a tool that shows the record and takes no other inputs', () => {
    for (const tool of catalogue.filter(({ action }) => action === 'delete')) {
      expect(find(tool.shownBy ?? '').action, tool.name).toBe('read');
      const needed = (find(tool.shownBy ?? '').inputSchema() as { required?: string[] }).required ?? [];
      const given = Object.keys(properties(tool)).map((name) => name.replace(/_ids$/, '_id'));
      expect(given, tool.name).toEqual(expect.arrayContaining(needed));
    }
  });

  it('says who wrote text that comes from third parties', () => {
    const foreign = catalogue.filter(({ writtenBy }) => writtenBy !== undefined);
    expect(foreign.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'zeasm_get_finding_evidence',
        'zeasm_get_finding_scan_output',
        'zeasm_list_lookalike_domains',
        'zeasm_get_lookalike_domain',
        'zdx_list_deeptrace_top_processes',
        'zdx_list_software',
        'zdx_get_software_details',
        'zia_get_sandbox_report',
        'zia_list_shadow_it_apps',
        ...catalogue.filter(({ product }) => product === 'zins').map(({ name }) => name),
      ]),
    );
    expect(foreign.filter(({ action }) => action !== 'read')).toEqual([]);
  });

  it('derives the hints from the action', () => {
    const hints = (name: string) => find(name).annotations;
    expect(hints('zpa_list_segment_groups')).toEqual({
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    });
    expect(hints('zpa_create_segment_group')).toEqual({
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: false,
    });
    expect(hints('zpa_update_segment_group')).toEqual({
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    });
    expect(hints('zpa_delete_segment_group')).toEqual({
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    });
  });

  it('has an index in every product folder that lists every file with tools', async () => {
    for await (const file of glob('*/*.ts', { cwd: toolsFolder })) {
      if (/(index|product|lookup|test)\.ts$/.test(file) || !readFileSync(join(toolsFolder, file), 'utf8').includes('export default'))
        continue;
      const [folder = '', name = ''] = file.split('/');
      const indexes = readdirSync(join(toolsFolder, folder)).filter((other) => other.endsWith('index.ts'));
      const listed = indexes.map((index) => readFileSync(join(toolsFolder, folder, index), 'utf8')).join('');
      expect(listed.includes(`./${name}'`), `src/tools/${file} is not offered: import it in src/tools/${folder}/${indexes[0]}`).toBe(true);
    }
  });

  it('names every file after the noun of its tools', async () => {
    for await (const file of glob('*/*.ts', { cwd: toolsFolder })) {
      if (/(index|product|lookup|test|activation)\.ts$/.test(file)) continue;
      const noun = file.replace(/^.*\/|s?\.ts$/g, '').replaceAll('-', '_');
      const singular = noun.replace(/ie$/, 'y'); // of categories
      const { default: tools } = (await import(join(toolsFolder, file))) as { default?: Tool[] };
      if (!tools) continue; // a file of shared code
      expect(
        tools.filter(({ name }) => !name.includes(noun) && !name.includes(singular)).map(({ name }) => name),
        file,
      ).toEqual([]);
    }
  });

  it('has schemas that are made once and refuse what they do not know', () => {
    for (const tool of catalogue) {
      expect(tool.inputSchema()).toBe(tool.inputSchema());
      expect(tool.inputSchema()['additionalProperties'], tool.name).toBe(false);
      expect(() => tool.parse({ ...samples(tool), no_such_input: 1 }), tool.name).toThrow(/"no_such_input" is unknown/);
    }
  });
});

describe('agreement with the facts', () => {
  it('covers the same tools, but for those that are our own', () => {
    const [ours, theirs] = [catalogue, facts].map((tools) => new Set(tools.map(({ name }) => name)));
    const problems = [
      ...[...ours!]
        .filter((name) => !theirs!.has(name) && !(name in ownTools))
        .map((name) => `${name} is not among the facts: if the Python server does not have it, note it in ownTools of ${differencesFile}`),
      ...[...theirs!].filter((name) => !ours!.has(name)).map((name) => `${name} is among the facts and not in the catalogue`),
      ...Object.keys(ownTools)
        .filter((name) => theirs!.has(name) || !ours!.has(name))
        .map((name) => `${name} is not a tool of our own: remove it from ownTools of ${differencesFile}`),
    ];
    expect(problems).toEqual([]);
  });

  it.each(facts)('$name is in the toolset and of the action that the facts say', ({ name, toolset, action }) => {
    expect(find(name)).toMatchObject({ toolset, action });
  });

  it.each(facts)('$name takes the parameters that the facts say', ({ name, params }) => {
    const tool = find(name);
    const schema = tool.inputSchema() as { required?: string[] };
    const ours = Object.entries(properties(tool)).map(([param, { minimum, maximum, enum: values, ...shape }]) => ({
      name: param,
      type: typeOf(shape),
      required: schema.required?.includes(param) ?? false,
      min: minimum,
      max: maximum,
      enum: values,
    }));
    const theirs = params.map(({ relaxed: reason, ...param }) => ({
      min: undefined,
      max: undefined,
      enum: undefined,
      ...param,
      required: param.required && reason === undefined && !relaxed[name]?.includes(param.name),
    }));
    // Limits that the facts do not mention may be added.
    const stated = new Map(params.map((param) => [param.name, param]));
    const asStated = ours.map((param) => ({
      ...param,
      min: stated.get(param.name)?.min === undefined ? undefined : param.min,
      max: stated.get(param.name)?.max === undefined ? undefined : param.max,
      enum: stated.get(param.name)?.enum === undefined ? undefined : param.enum,
    }));
    expect(comparable(asStated)).toEqual(comparable(theirs));
  });

  it.each(plain)('$name sends the requests that the facts say, and no other', async ({ name, http }) => {
    const sent = await requestsOf(find(name), samples(find(name)));
    const expected = http.map((fact) => expectedRequest(fact, samples(find(name)), name));
    const isExtraRead = (method: string, path: string) =>
      find(name).action === 'update' && method === 'GET' && expected.some((other) => isSameItem(other.path, path));
    for (const { method, path, query, body } of sent) {
      if (isExtraRead(method, path)) continue;
      const fact = expected.find((candidate) => candidate.method === method && candidate.path === path);
      expect(fact, `${method} ${path}`).toBeDefined();
      const names = Object.keys(query).filter((key) => query[key] !== undefined);
      for (const key of names) expect(fact?.query, `${method} ${path}`).toHaveProperty([key], query[key]);
      // A record is read before it is changed, except where an action edits a list.
      if (method === 'PUT' && !('action' in query)) expect(body).toEqual({ id: '1', ...fact?.body });
      else expect(body ?? {}).toEqual(fact?.body ?? {});
    }
    for (const { method, path } of expected)
      expect(sent.map((request) => `${request.method} ${request.path}`)).toContain(`${method} ${path}`);
    const keysSent = new Set(sent.flatMap(({ query }) => Object.keys(query)));
    const reachable = expected.flatMap(({ query }) => Object.keys(query)).filter((key) => !isAlternative(key, keysSent));
    for (const key of reachable) expect([...keysSent]).toContain(key);
  });

  it.each(plain)('$name sends nothing for what was not given', async ({ name }) => {
    const tool = find(name);
    const needed = (tool.inputSchema() as { required?: string[] }).required ?? [];
    const all = samples(tool);
    const firstOptional = 'name' in all ? 'name' : Object.keys(all).find((param) => !needed.includes(param));
    const some = tool.action === 'update' && firstOptional ? { [firstOptional]: all[firstOptional] } : {};
    const input = { ...Object.fromEntries(needed.map((param) => [param, all[param]])), ...some };
    const sent = await requestsOf(tool, input);
    const isEmpty = (value: unknown) => value === null || (Array.isArray(value) && value.length === 0);
    for (const { query, body } of sent) {
      expect(Object.values(query).filter(isEmpty)).toEqual([]);
      expect(Object.values(body ?? {}).filter(isEmpty)).toEqual([]);
    }
  });
});

/** An access token with the codes of the tenant's products. */
const tokenFor = (code: string): string =>
  ['{}', JSON.stringify({ 'service-info': [{ prd: code }] }), ''].map((part) => Buffer.from(part).toString('base64url')).join('.');

interface Property {
  type: string;
  description: string;
  items?: Pick<Property, 'type' | 'items'>;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  pattern?: string;
  enum?: string[];
}

/** Without those that every list has, which `lists.test.ts` looks at, and without those that we add. */
function properties(tool: Tool): Record<string, Property> {
  const all = (tool.inputSchema() as { properties: Record<string, Property> }).properties;
  const ours = ['query', 'all', ...(added[tool.name] ?? [])];
  return Object.fromEntries(Object.entries(all).filter(([name]) => !ours.includes(name)));
}

const typeOf = ({ type, items }: Pick<Property, 'type' | 'items'>): string =>
  type === 'array' ? `array<${items && typeOf(items)}>` : type;

/** Sorted by name; a lower limit of 0 counts as none. */
const comparable = <T extends { name: string; min?: number }>(rows: T[]): T[] =>
  rows.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((row) => ({ ...row, min: row.min || undefined }));

function samples(tool: Tool): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties(tool)).map(([name, property]) => [name, sample(name, property)]));
}

function sample(name: string, { type, minimum, pattern, enum: values, examples }: Property): unknown {
  if (examples) return examples[0];
  if (values) return values[0];
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  if (type === 'boolean') return true;
  if (type === 'array') return [`${name}-1`, `${name}-2`];
  if (type === 'object') return { vpn_credentials: [{ id: 1 }], surrogate_ip: true };
  const usual = `sample-${name}`;
  return pattern === undefined ? usual : ([usual, ...lookAlikes].find((text) => new RegExp(pattern).test(text)) ?? usual);
}

/** Sample values for inputs with a format: an address, a hash. */
const lookAlikes = ['192.0.2.1', 'd41d8cd98f00b204e9800998ecf8427e'];

interface Sent {
  method: string;
  path: string;
  query: Readonly<Record<string, unknown>>;
  body?: unknown;
}

/** Runs the tool against a fake cloud that returns one record for every search. */
async function requestsOf(tool: Tool, input: unknown): Promise<Sent[]> {
  const sent: Sent[] = [];
  const call = bindCall(
    tool,
    async ({ method, path, query = {}, body }) => {
      sent.push({ method, path, query, body });
      return path.startsWith('/ziam/') && method === 'GET'
        ? { records: [{ id: 'found', name: 'sample-name', loginName: 'sample-name' }], results_total: 1 }
        : { id: '1' };
    },
    { customerId: 'customerId' },
  );
  await tool.run(call, tool.parse(input));
  return sent;
}

function expectedRequest({ method, path, query = {}, body }: Required<Fact>['http'][number], input: Record<string, unknown>, tool: string) {
  const filled = path
    .replace('{customerId}', 'customerId')
    .replace(/\{\w+<-previous call\}/, 'found')
    .replace(/\{(\w+)\}/g, (_, name: string) => String(input[name]));
  const isLookup = lookupsWithoutPage.includes(tool) && !path.includes('<-');
  const queried = Object.entries(query).filter(([key]) => !(isLookup && (key === 'offset' || key === 'limit')));
  return {
    method,
    path: filled,
    query: Object.fromEntries(queried.map(([key, param]) => [key, wireValue(path, key, valueOf(param, input))])),
    body:
      body &&
      (Object.assign(
        {},
        ...Object.entries(body).map(([key, param]) =>
          key === '*' ? { vpnCredentials: [{ id: 1 }], surrogateIP: true } : { [key]: valueOf(param, input) },
        ),
      ) as Record<string, unknown>),
  };
}

/** The facts write a constant as `="ADD_TO_LIST"`. */
const valueOf = (param: string, input: Record<string, unknown>): unknown =>
  param.startsWith('=') ? (JSON.parse(param.slice(1)) as unknown) : input[param];

/** The facts say of ZPA's search: bare text becomes name+EQ+<text>. */
const wireValue = (path: string, key: string, value: unknown): unknown =>
  path.startsWith('/zpa/') && key === 'search' ? `name+EQ+${String(value)}` : value;

/** A search by name tries one field after another. */
const isAlternative = (key: string, sent: ReadonlySet<string>): boolean => key.endsWith('[like]') && sent.has('loginName[like]');

const isSameItem = (a: string, b: string): boolean => a.replace('/v2/', '/v1/') === b.replace('/v2/', '/v1/');
