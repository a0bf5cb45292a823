import { ok, problem } from '../answer.ts';
import type { Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { apps, departments, geolocation, locations, people } from './seed.ts';
import { cursor } from './page.ts';

/** Two ongoing and three past alerts, relative to now. */
export function alerts(world: World): Routes {
  const all = (): Item[] => [0, 1, 2, 3, 4].map((at) => alert(at, world.now()));
  const notFound = problem(404, 'Not Found', 'no such alert');
  return {
    'GET /alerts/ongoing': ({ query }) => ok(cursor('alerts', all().slice(0, 2), query)),
    'GET /alerts/historical': ({ query }) =>
      ok(
        cursor(
          'alerts',
          all()
            .slice(2)
            .filter(({ ended_on: end }) => Number(end) >= Number(query.get('from') ?? 0)),
          query,
        ),
      ),
    'GET /alerts/{alert}': ({ params }) => {
      const found = all().find(({ id }) => String(id) === params['alert']);
      return found ? ok(found) : notFound;
    },
    'GET /alerts/{alert}/affected_devices': ({ params, query }) => {
      if (!all().some(({ id }) => String(id) === params['alert'])) return notFound;
      const rows = people()
        .slice(0, 7)
        .map(({ device, name, email }) => ({ ...device, userName: name, userEmail: email }));
      return ok(cursor('devices', rows, query));
    },
  };
}

const RULES = ['Telephones are bad', 'Slow pages', 'Wi-Fi on the quay', 'Name server is slow', 'Payroll does not answer'];

function alert(at: number, now: number): Item {
  const isOver = at >= 2;
  const [department, location] = [departments[at % departments.length], locations[at % locations.length]];
  const app = apps[(at + 3) % apps.length];
  return {
    id: `74012${at}`,
    rule_name: RULES[at],
    severity: at % 2 === 0 ? 'high' : 'medium',
    alert_type: at === 2 ? 'Network' : 'Application',
    alert_status: isOver ? 'Closed' : 'Ongoing',
    application: { id: app?.id, name: app?.['name'] },
    geolocations: [geolocation],
    departments: [{ ...department, num_devices: 6 }],
    locations: [{ ...location, num_devices: 7, groups: [] }],
    num_devices: 7,
    num_geolocations: 1,
    started_on: now - 3_600 * (at + 1),
    ended_on: isOver ? now - 600 * at : 0,
  };
}
