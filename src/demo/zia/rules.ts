/** The rules of one policy: ordered, staged, with references that must exist. */
import { ziaError, type Answer } from '../answer.ts';
import { compact, type Collection, type Fields, type Item } from '../collection.ts';
import type { Handle, Routes } from '../router.ts';
import type { World } from '../world.ts';
import { invalidBody, ziaFamily } from './family.ts';
import { dangling, withNames, type References } from './references.ts';
import { adminOf } from './seed.ts';

export interface Policy {
  readonly path: string;
  /** Name in error messages: "SSL inspection rule". */
  readonly noun: string;
  /** The field that holds the action. */
  readonly action: string;
  /** Whether the action is an object with a type. */
  readonly isActionObject?: boolean;
  /** Fields that the cloud fills in. */
  readonly usual: Fields;
  /** Fields that the answer to a write shows differently; undefined ones are hidden. */
  readonly writtenAs?: Fields;
  readonly firstId: number;
  readonly seed: () => readonly Item[];
}

interface Rules {
  readonly routes: Routes;
  readonly items: Collection;
}

export function openRules(world: World, stage: () => void, policy: Policy, references: References): Rules {
  const { path, noun, action, isActionObject = false, usual, writtenAs = {}, firstId, seed } = policy;
  const items = world.collection({ seed: () => seed().map((item) => ({ ...usual, ...item })), newId: (count) => firstId + count });
  const routes = ziaFamily({
    path,
    noun,
    items,
    required: ['name', action, 'order', 'rank'],
    searched: ['name', 'description'],
    build: (fields, former) => build(fields, former, usual, world.now()),
    check: (fields) => refuse(fields, action, isActionObject, references),
    read: (item) => withNames(item, references),
    // Recorded: the answer to a write lacks names and access control, and for a new rule its author.
    written: ({ accessControl: _access, ...item }) => compact({ ...item, ...writtenAs }),
    created: ({ accessControl: _access, lastModifiedTime: _time, lastModifiedBy: _by, ...item }) => compact({ ...item, ...writtenAs }),
    stage,
  });
  return { items, routes: Object.fromEntries(Object.entries(routes).map(([line, handle]) => [line, inOrder(line, handle, items)])) };
}

/** Set by the cloud; a request cannot change them. */
const OWN = ['id', 'accessControl', 'lastModifiedTime', 'lastModifiedBy', 'predefined', 'defaultRule'];

function build(fields: Fields, former: Item | undefined, usual: Fields, now: number): Fields {
  const given = Object.fromEntries(Object.entries(fields).filter(([name]) => !OWN.includes(name)));
  return {
    accessControl: 'READ_WRITE',
    state: 'ENABLED',
    ...usual,
    ...given,
    // A default rule keeps its place.
    ...(former?.['defaultRule'] === true && { order: former['order'] }),
    ...(former && { predefined: former['predefined'], defaultRule: former['defaultRule'] }),
    lastModifiedTime: now,
    lastModifiedBy: adminOf('api'),
  };
}

function refuse(fields: Fields, action: string, isActionObject: boolean, references: References): Answer | undefined {
  // Recorded for an SSL inspection rule whose action was a string.
  if (isActionObject && typeof (fields[action] as Fields)['type'] !== 'string') return invalidBody;
  const fault = dangling(fields, references);
  return fault === undefined ? undefined : ziaError(400, 'INVALID_INPUT_ARGUMENT', fault);
}

/** Renumbers the rules after a write, so that the one just written has the requested order. */
function inOrder(line: string, handle: Handle, items: Collection): Handle {
  if (line.startsWith('GET')) return handle;
  return (visit) => {
    const { id = '' } = visit.params;
    if (line.startsWith('DELETE') && items.get(id)?.['defaultRule'] === true)
      return ziaError(400, 'INVALID_OPERATION', 'The default rule of a policy cannot be deleted.');
    const answer = handle(visit);
    if (answer.status >= 300) return answer;
    const written = String((answer.body as Item | undefined)?.id ?? '');
    renumber(items, written);
    return answer.body === undefined ? answer : { ...answer, body: { ...(answer.body as Fields), order: items.get(written)?.['order'] } };
  };
}

function renumber(items: Collection, written: string): void {
  const moved = items.get(written);
  const ordered = items
    .all()
    .filter((item) => orderOf(item) > 0 && item !== moved)
    .sort((a, b) => orderOf(a) - orderOf(b));
  if (moved && orderOf(moved) > 0) ordered.splice(orderOf(moved) - 1, 0, moved);
  for (const [at, item] of ordered.entries())
    if (orderOf(item) !== at + 1) {
      const { id, ...fields } = item;
      items.replace(String(id), { ...fields, order: at + 1 });
    }
}

/** Default rules have order 0 or less. */
const orderOf = (item: Item): number => Number(item['order']);
