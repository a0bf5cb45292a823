/** The catalogue of cloud applications: by name for policies, by number for Shadow IT. */
import { noContent, ok, ziaError, type Answer } from '../answer.ts';
import { fieldsOf, includesText, pageOf, wholeNumber, type Fields } from '../collection.ts';
import type { Routes, Visit } from '../router.ts';
import type { World } from '../world.ts';
import { invalidBody } from './family.ts';

const CLASSES: Readonly<Record<string, readonly [parentName: string, ...apps: string[]]>> = {
  AI_ML: ['AI & ML Applications', 'Tidal Muse', 'Prompt Harbor', 'Deckhand AI'],
  WEB_MAIL: ['Web Mail', 'Gullmail', 'Bottle Post'],
  FILE_SHARE: ['File Sharing', 'Cargobox', 'Driftshare', 'Lighthouse Drive'],
  STREAMING: ['Streaming Media', 'Foghorn TV', 'Shanty Stream'],
  ENTERPRISE_COLLABORATION: ['Collaboration and Online Meetings', 'Wheelhouse', 'Crow’s Nest Meetings'],
};

const APPS: readonly Fields[] = Object.entries(CLASSES).flatMap(([parent, [parentName, ...names]]) =>
  names.map((appName) => ({ app: appName.toUpperCase().replaceAll(/\W+/g, '_'), appName, parent, parentName })),
);
const TAGS: readonly Fields[] = [
  { id: 1, name: 'Under Review' },
  { id: 2, name: 'Approved by Security' },
];
const FIRST_ID = 655_001;

/** Recorded: 200 rows unless a page size is given. */
const PAGE_SIZE = 200;

export function cloudApplications(world: World): Routes {
  const states = new Map<string, string>();
  world.keep({
    reset: () => states.clear(),
    save: () => [...states],
    restore: (saved: readonly [string, string][]) => saved.forEach(([id, state]) => states.set(id, state)),
  });
  const apps = APPS.map(({ appName }, at) => ({ id: FIRST_ID + at, name: appName }));
  return {
    'GET /cloudApplications/policy': listPolicy,
    'GET /cloudApplications/sslPolicy': listPolicy,
    'GET /cloudApplications/lite': ({ query }) =>
      ok(pageOf(apps, wholeNumber(query.get('pageNumber')) || 1, wholeNumber(query.get('limit')) || PAGE_SIZE)),
    'GET /customTags': () => ok(TAGS),
    'PUT /cloudApplications/bulkUpdate': ({ body }) => {
      const { sanctionedState: state, applicationIds: ids = [] } = fieldsOf(body) ?? {};
      if (!Array.isArray(ids)) return invalidBody;
      if (!['SANCTIONED', 'UN_SANCTIONED', 'ANY'].includes(String(state)))
        return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'sanctionedState is not valid');
      const unknown = ids.find((id) => !apps.some((app) => String(app.id) === String(id)));
      if (unknown !== undefined) return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'applicationIds names an application that does not exist');
      for (const id of ids) states.set(String(id), String(state));
      return noContent;
    },
  };
}

function listPolicy({ query }: Visit): Answer {
  const wanted = { search: query.get('search'), appClass: query.get('appClass') };
  const found = APPS.filter(({ appName }) => wanted.search === null || includesText(appName, wanted.search)).filter(
    ({ parent }) => wanted.appClass === null || parent === wanted.appClass,
  );
  if (query.get('groupResults')?.toLowerCase() === 'true') return ok(countByClass(found));
  return ok(pageOf(found, wholeNumber(query.get('page')) || 1, wholeNumber(query.get('pageSize')) || PAGE_SIZE));
}

/** Recorded: the keys are strings that look like a list. */
const countByClass = (apps: readonly Fields[]): Fields =>
  Object.fromEntries(
    [...Map.groupBy(apps, ({ parent, parentName }) => `[${String(parentName)}, ${String(parent)}]`)].map(([key, rows]) => [
      key,
      rows.length,
    ]),
  );
