/** Shared by the rules of all ZIA policies: inputs, wire names, and name search for lists whose API has none. */
import {
  advanced,
  collection,
  count,
  encoded,
  flag,
  onWire,
  optional,
  Page,
  readPage,
  record,
  text,
  tool,
  type Compose,
  type Fields,
} from '../define.ts';
import type { Tool } from '../tool.ts';
import type { ToolsetOf } from '../toolsets.ts';
import { wireName } from '../wire-names.ts';
import { zia } from './product.ts';

interface RuleFamily {
  /** The noun in tool names: `cloud_firewall_rule`. */
  readonly noun: string;
  readonly title: string;
  readonly toolset: ToolsetOf<'zia'>;
  readonly path: `/${string}`;
  readonly about: string;
  /** The rule's action on traffic; with its wire name where that is not `action`. */
  readonly action: Fields[string];
  /** Whether a rule can be created without an action. */
  readonly actionIsOptional?: boolean;
  /** Example fields for `advanced`. */
  readonly conditions: string;
  /** `api`: the API searches. `here`: it does not, so the names in its answer are filtered. `none`: there is no search input. */
  readonly search: 'api' | 'here' | 'none';
  readonly compose?: Compose;
  readonly bewareOfCreating?: string;
  /** Inputs, of every tool, for the placeholders in `path`. */
  readonly within?: Fields;
  /** References by ID that these rules have in addition to those of all rules. */
  readonly refersTo?: readonly string[];
}

/** The five tools of a kind of rule: list, get, create, update, delete. */
export function ruleFamily(family: RuleFamily): Tool[] {
  const { noun, title, toolset, path, about, bewareOfCreating = '', compose, within } = family;
  const required = family.actionIsOptional ? (['name'] as const) : (['name', 'action'] as const);
  return [
    listOf(family),
    ...collection(zia, {
      noun,
      title,
      toolset,
      path,
      id: 'rule_id',
      only: ['get', 'create', 'update', 'delete'],
      fields: {
        name: text('Name of the rule; no two rules of the policy share one.', { min: 1 }),
        action: family.action,
        description: text('Admin description. An empty text removes it.'),
        enabled: encoded(onWire('state', flag('Whether the rule is in force.')), (isOn) => (isOn ? 'ENABLED' : 'DISABLED')),
        order: count('Place of the rule, from 1: the first rule that fits decides. Others move down to make room.', { min: 1 }),
        rank: count('Admin rank from 0 to 7, which decides who may change the rule and how far up it may stand; 7 is the lowest.', {
          max: 7,
        }),
        advanced: conditions(family.conditions, family.refersTo),
      },
      required,
      initially: { enabled: true, order: 1, rank: 7 },
      ...(compose && { compose }),
      ...(within && { within }),
      about,
      bewareOfCreating:
        `${bewareOfCreating} Without order it comes first, before all others. A condition that is not set fits all traffic.`.trim(),
      bewareOfDeleting: 'Its traffic then falls to the rules below; enabled: false takes a rule out of force and keeps it.',
    }),
  ];
}

function listOf({ noun, title, toolset, path, about, search, within }: RuleFamily): Tool {
  const shared = {
    toolset,
    action: 'read',
    about: `List ${title}s. ${about} Returns the rules with their IDs, order, state and conditions; those with a negative order or order 0 are defaults of the policy.`,
  } as const;
  const call = `GET ${path}` as 'GET /';
  if (search === 'none') return tool(zia, `list_${noun}s`, { ...shared, ...(within && { input: within }), call, returns: 'page' });
  if (search === 'api')
    return tool(zia, `list_${noun}s`, {
      ...shared,
      input: { search: optional(text('Part of the name of the rule or of another text in it, as the API searches.')) },
      call,
      returns: 'page',
    });
  return tool(zia, `list_${noun}s`, {
    ...shared,
    lists: 'paged',
    input: { search: optional(text('Part of the name of the rule, in capitals or not.')) },
    run: async (ask, input) => named(readPage(zia.paging, await ask(call), {}), input.search),
  });
}

/** Keeps the rows whose name contains `part`, case-insensitively. */
export function named(page: Page, part: string | undefined): Page {
  if (part === undefined) return page;
  const wanted = part.toLowerCase();
  const items = page.items.filter((row) => {
    const { name } = row as { name?: unknown };
    return typeof name === 'string' && name.toLowerCase().includes(wanted);
  });
  const note = page.note && `Only the first ${page.items.length} rows were searched, a full page of this API: there may be more.`;
  return new Page({ items, ...(note && { note }) });
}

const conditions = (examples: string, refersTo: readonly string[] = []) => {
  const field = advanced(
    `Conditions and more, in snake_case or as the API names them: ${examples}. Records go by ID: {"locations": [1, 2]}. A list replaces the present one; an empty one removes it.`,
  );
  return { ...field, read: (given: unknown) => relate(record('').read(given), refersTo) };
};

type Settings = Readonly<Record<string, unknown>>;

const relate = (settings: Settings | undefined, more: readonly string[]): Settings | undefined =>
  settings &&
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, isRelation(name, value, more) ? value.map(refer) : value]));

const isRelation = (name: string, value: unknown, more: readonly string[]): value is unknown[] =>
  Array.isArray(value) && (relations.has(wireName(name)) || more.includes(wireName(name)));

/** References are `{id}` on the wire, except for URL categories, which are strings. */
const relations = new Set([
  'appServiceGroups',
  'appServices',
  'departments',
  'destIpGroups',
  'destIpv6Groups',
  'deviceGroups',
  'devices',
  'groups',
  'labels',
  'locationGroups',
  'locations',
  'nwApplicationGroups',
  'nwServiceGroups',
  'nwServices',
  'sourceIpGroups',
  'srcIpGroups',
  'srcIpv6Groups',
  'timeWindows',
  'users',
  'workloadGroups',
  'zpaAppSegments',
]);

const refer = (value: unknown): unknown => (typeof value === 'object' ? value : { id: idOf(value) });

/** ZIA IDs are integers, possibly beyond 2^53. */
export function idOf(value: unknown): unknown {
  if (typeof value !== 'string' || !/^-?\d+$/.test(value)) return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value);
}
