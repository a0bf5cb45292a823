/**
 * The visible surface of each tool for clients and the cloud: its inputs, its hints, and its requests. A change shows
 * as a diff of a file below `snapshots/`; `npm run generate` writes them, by running the part that compares with them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue, products, type Tool } from '../../src/tools/index.ts';
import { ownTools } from './differences.ts';
import { shapeOf, type Property } from './inputs.ts';
import { traceRoutes } from './routes.ts';

let routes: Awaited<ReturnType<typeof traceRoutes>>;
beforeAll(async () => {
  routes = await traceRoutes();
});

/** By the name of the tool, as the facts have them; a question mark says that the request depends on the input or on an answer. */
const facts = JSON.parse(readFileSync(join(import.meta.dirname, 'endpoints.json'), 'utf8')) as Readonly<Record<string, readonly string[]>>;

describe.runIf(process.env['SEED'] === undefined)('the surface of', () => {
  it.each(Object.keys(products))('%s is the one that was agreed', async (product) => {
    const tools = catalogue.filter((tool) => tool.product === product).map((tool) => ` ${JSON.stringify(tool.name)}: ${render(tool)}`);
    await expect(`{\n${tools.join(',\n')}\n}\n`, howToAgree).toMatchFileSnapshot(`snapshots/${product}.json`);
  });
});

const howToAgree =
  'what clients or the cloud see of the tools has changed; if that is meant, run `npm run generate` and commit test/contract/snapshots/';

describe('the requests of', () => {
  it('every tool are among the facts, or it is one of our own', () => {
    const unknown = catalogue.filter(({ name }) => !facts[name] && !(name in ownTools));
    expect(unknown.map(({ name }) => `${name}: add its requests to test/contract/endpoints.json, or ${noteAsOwn}`)).toEqual([]);
  });

  it.each(catalogue.filter(({ name }) => facts[name]))(
    '$name are those of the facts, and reads that a change needs',
    ({ name, action }) => {
      const ours = routes.get(name)!.map(shapeOfRoute);
      const theirs = facts[name]!.map((route) => shapeOfRoute(route.replace(/ \?$/, '')));
      const own = ours.filter((route) => !theirs.includes(route));
      const written = ours.filter((route) => !route.startsWith('GET ')).map((route) => route.replace(/^\w+ /, ''));
      const isReadBefore = (route: string) => action !== 'read' && written.some((path) => sameItem(path, route.replace('GET ', '')));
      expect(own.filter((route) => !isReadBefore(route) && !more[name]?.includes(route))).toEqual([]);
      const needed = facts[name]!.filter((route) => !route.endsWith(' ?')).map(shapeOfRoute);
      expect(needed.filter((route) => !ours.includes(route) && !fewer[name]?.includes(route))).toEqual([]);
    },
  );
});

const noteAsOwn = 'if the Python server does not have it, note it in ownTools of test/contract/differences.ts';

/** Beside what the facts say: whose IDs an isolation rule takes; and the list that was meant to be short is asked for where it is. */
const more: Readonly<Record<string, readonly string[]>> = {
  get_zpa_isolation_profile: ['GET /zpa/cbiconfig/cbi/api/customers/{}/zpaprofiles'],
  ztw_list_ip_destination_groups_lite: ['GET /ztw/api/v1/ipDestinationGroups/lite'],
};
/** Not sent, unlike in the facts: see above; and a delete needs no read, which turned every error into a success there. */
const fewer: Readonly<Record<string, readonly string[]>> = {
  ztw_list_ip_destination_groups_lite: ['GET /ztw/api/v1/ipDestinationGroups'],
  zpa_delete_provisioning_key: ['GET /zpa/mgmtconfig/v1/admin/customers/{}/associationType/{}/provisioningKey/{}'],
};

const shapeOfRoute = (route: string): string => route.replaceAll(/\{[^}]*\}/g, '{}');
const sameItem = (one: string, other: string): boolean => one.replace('/v2/', '/v1/') === other.replace('/v2/', '/v1/');

function render(tool: Tool): string {
  const { properties, required } = shapeOf(tool);
  const inputs = Object.entries(properties).map(([name, schema]) => [required.includes(name) ? `${name} *` : name, kindOf(schema)]);
  const hints = Object.entries(tool.annotations).flatMap(([hint, isOn]) => (isOn ? [hint.replace('Hint', '')] : []));
  const shown = {
    toolset: tool.toolset,
    action: tool.action,
    hints: hints.join(' '),
    inputs: Object.fromEntries(inputs) as object,
    requests: routes.get(tool.name),
  };
  return JSON.stringify(shown, null, 1).replaceAll('\n', '\n ');
}

/** `integer 1..500`, `array of string, 1..`, `string (IP|UFQDN)`. */
function kindOf({ type, items, enum: choices, pattern, default: initial, ...limits }: Property & { readonly default?: unknown }): string {
  const low = limits.minimum ?? limits.minLength ?? limits.minItems;
  const high = limits.maximum ?? limits.maxLength ?? limits.maxItems;
  const parts = [
    type === 'array' ? `array of ${items ? kindOf(items) : 'anything'}` : type,
    choices && `(${choices.join('|')})`,
    pattern && `/${pattern}/`,
    (low !== undefined || high !== undefined) && `${low ?? ''}..${high ?? ''}`,
    initial !== undefined && `= ${JSON.stringify(initial)}`,
  ];
  return parts.filter(Boolean).join(' ');
}
