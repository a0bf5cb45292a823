/** Digital Experience. Nothing was recorded: shapes follow the fields that the public SDKs read. */
import { ok, problem, type Answer } from '../answer.ts';
import { includesText, type Fields, type Item } from '../collection.ts';
import type { Handle, Product, Routes } from '../router.ts';
import type { World } from '../world.ts';
import { alerts } from './alerts.ts';
import { cursor } from './page.ts';
import { apps, bucketOf, departments, deviceDetails, locations, people, region, scoreOf, software, type Person } from './seed.ts';
import { series, spanOf } from './series.ts';
import { troubleshooting } from './troubleshooting.ts';

export function openZdx(world: World): Product {
  return {
    prefix: '/zdx/v1',
    routes: { ...administration, ...reports(world), ...inventory, ...alerts(world), ...troubleshooting(world) },
    unknownPath: notFound,
    invalidBody: problem(400, 'Bad Request', 'the request body is not valid JSON'),
  };
}

const notFound: Answer = problem(404, 'Not Found', 'the resource does not exist');

const found = (items: readonly Item[], query: URLSearchParams): Item[] => {
  const text = query.get('search') ?? '';
  return items.filter(({ id, name }) => includesText(name, text) || String(id) === text);
};

const administration: Routes = {
  'GET /administration/departments': ({ query }) => ok(found(departments, query)),
  'GET /administration/locations': ({ query }) => ok(found(locations, query)),
};

/** Filters of different names narrow together; one name may have several values. */
const isAmong = (query: URLSearchParams, name: string, value: unknown): boolean =>
  !query.has(name) || query.getAll(name).includes(String(value));

const chosen = (query: URLSearchParams): Person[] =>
  people().filter(
    (person) =>
      isAmong(query, 'dept', person.department) &&
      isAmong(query, 'loc', person.location) &&
      isAmong(query, 'userids', person.id) &&
      isAmong(query, 'deviceids', person.device.id) &&
      isAmong(query, 'emails', person.email),
  );

function reports(world: World): Routes {
  const withApp =
    (answer: (app: Item, query: URLSearchParams, params: Readonly<Record<string, string>>) => Answer): Handle =>
    ({ params, query }) => {
      const app = apps.find(({ id }) => String(id) === params['app']);
      return app ? answer(app, query, params) : notFound;
    };
  return {
    'GET /devices': ({ query }) =>
      ok(
        cursor(
          'devices',
          chosen(query)
            .filter(hasAddress(query))
            .map(({ device }) => device),
          query,
        ),
      ),
    'GET /devices/{device}': ({ params }) => {
      const person = people().find(({ device }) => String(device.id) === params['device']);
      return person ? ok(deviceDetails(person)) : notFound;
    },
    'GET /apps': ({ query }) => ok(apps.map((app) => ({ ...overview(app, query), total_users: chosen(query).length }))),
    'GET /apps/{app}': withApp((app, query) => ok({ ...overview(app, query), stats: stats(app, chosen(query)) })),
    'GET /apps/{app}/score': withApp((app, query) => ok(series('score', '', average(app, chosen(query)), spanOf(query, world.now())))),
    'GET /apps/{app}/metrics': withApp((_, query) =>
      ok(
        METRICS.filter(([, name]) => isAmong(query, 'metric_name', name)).map(([title, , unit, middle]) =>
          series(title, unit, middle, spanOf(query, world.now())),
        ),
      ),
    ),
    'GET /apps/{app}/users': withApp((app, query) =>
      ok(
        cursor(
          'users',
          chosen(query)
            .map(({ id, name, email, ...person }) => ({ id, name, email, score: scoreOf(app, { id, name, email, ...person }) }))
            .filter(({ score }) => isAmong(query, 'score_bucket', bucketOf(score))),
          query,
        ),
      ),
    ),
    'GET /apps/{app}/users/{user}': withApp((app, _, params) => {
      const person = people().find(({ id }) => String(id) === params['user']);
      if (!person) return notFound;
      const { id, name, email, device } = person;
      const score = scoreOf(app, person);
      return ok({ id, name, email, score, devices: [{ id: device.id, name: device['name'], score }] });
    }),
  };
}

const METRICS: readonly (readonly [title: string, name: string, unit: string, middle: number])[] = [
  ['Page Fetch Time', 'pft', 'ms', 740],
  ['DNS Time', 'dns', 'ms', 21],
  ['Availability', 'availability', '%', 99],
];

const hasAddress =
  (query: URLSearchParams) =>
  (person: Person): boolean => {
    const [network] = deviceDetails(person)['network'] as Fields[];
    return isAmong(query, 'mac_address', network?.['mac']) && isAmong(query, 'private_ipv4', network?.['ipv4']);
  };

function average(app: Item, persons: readonly Person[]): number {
  const sum = persons.reduce((total, person) => total + scoreOf(app, person), 0);
  return persons.length === 0 ? 0 : Math.round(sum / persons.length);
}

const overview = (app: Item, query: URLSearchParams): Fields => ({
  id: app.id,
  name: app['name'],
  score: average(app, chosen(query)),
  most_impacted_region: region,
});

function stats(app: Item, persons: readonly Person[]): Fields {
  const count = (bucket: string): number => persons.filter((person) => bucketOf(scoreOf(app, person)) === bucket).length;
  return {
    active_users: persons.length,
    active_devices: persons.length,
    num_poor: count('poor'),
    num_okay: count('okay'),
    num_good: count('good'),
  };
}

const inventory: Routes = {
  'GET /inventory/software': ({ query }) => {
    const total = chosen(query).length;
    const rows = software.map(({ key, name, vendor }) => ({
      software_key: key,
      software_name: name,
      vendor,
      software_group: name,
      sw_install_type: 'Application',
      user_total: total,
      device_total: total,
    }));
    return ok(cursor('software', rows, query));
  },
  'GET /inventory/software/{key}': ({ params, query }) => {
    const one = software.find(({ key }) => key === params['key']);
    if (!one) return notFound;
    const rows = chosen(query).map(({ id, name, device }) => ({
      software_key: one.key,
      software_name: one.name,
      software_version: one.version,
      vendor: one.vendor,
      os: 'Windows',
      user_id: id,
      username: name,
      device_id: device.id,
      hostname: `HLF-${id}`,
      install_date: '2026-02-02',
    }));
    return ok(cursor('software', rows, query));
  },
};
