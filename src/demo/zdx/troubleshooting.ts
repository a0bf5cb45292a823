import { noContent, ok, problem, type Answer } from '../answer.ts';
import { fieldsOf, type Collection, type Fields, type Item } from '../collection.ts';
import type { Handle, Routes, Visit } from '../router.ts';
import type { World } from '../world.ts';
import { apps, people } from './seed.ts';
import { series } from './series.ts';

/** Probes, deep traces and analyses. A deep trace measures for the requested time; an analysis completes at once. */
export function troubleshooting(world: World): Routes {
  const traces = world.collection({ seed: () => [seedTrace(world.now())], newId: (count) => String(342_920 + count), unique: [] });
  const analyses = world.collection({ seed: () => [], newId: (count) => `demo-analysis-${count}`, unique: [] });
  return { ...probes, ...deepTraces(world, traces), ...analysisRoutes(world, analyses) };
}

const notFound: Answer = problem(404, 'Not Found', 'the resource does not exist');
const isDevice = (id: string | undefined): boolean => people().some(({ device }) => String(device.id) === id);
const isApp = (id: unknown): boolean => apps.some((app) => String(app.id) === String(id));

const probes: Routes = {
  'GET /devices/{device}/apps/{app}/web-probes': onDevice(({ params }) =>
    isApp(params['app']) ? ok([{ id: 4_001, name: 'Start page', num_probes: 24, avg_score: 71, avg_pft: 812 }]) : notFound,
  ),
  'GET /devices/{device}/apps/{app}/cloudpath-probes': onDevice(({ params }) =>
    isApp(params['app'])
      ? ok([
          {
            id: 4_101,
            name: 'Path to the start page',
            num_probes: 24,
            avg_latencies: LEGS.map(([from, to, latency]) => ({ leg_src: from, leg_dst: to, latency })),
          },
        ])
      : notFound,
  ),
};

const LEGS: readonly (readonly [from: string, to: string, latency: number])[] = [
  ['client', 'gateway', 3],
  ['gateway', 'service-edge', 18],
  ['service-edge', 'application', 11],
];

function onDevice(handle: Handle): Handle {
  return (visit) => (isDevice(visit.params['device']) ? handle(visit) : notFound);
}

const seedTrace = (now: number): Item => ({
  id: '342920',
  device: '30989301',
  session_name: 'Slow booking on Monday',
  app_id: 101,
  web_probe_id: 4_001,
  cloudpath_probe_id: 4_101,
  minutes: 5,
  created_at: now - 7_200,
});

function deepTraces(world: World, traces: Collection): Routes {
  const base = '/devices/{device}/deeptraces';
  const ofDevice = ({ params }: Visit): Item[] => traces.all().filter(({ device }) => device === params['device']);
  const withTrace = (answer: (trace: Item) => unknown): Handle =>
    onDevice((visit) => {
      const trace = ofDevice(visit).find(({ id }) => id === visit.params['trace']);
      return trace ? ok(answer(trace)) : notFound;
    });
  return {
    [`GET ${base}`]: onDevice((visit) => ok(ofDevice(visit).map((trace) => shape(trace, world.now())))),
    [`POST ${base}`]: onDevice(({ params, body }) => {
      const fields = fieldsOf(body) ?? {};
      if (!isApp(fields['app_id'])) return problem(400, 'Bad Request', 'app_id names no application');
      const { session_length_minutes: minutes = 5, ...rest } = fields;
      const trace = traces.add({ ...rest, minutes, device: params['device'], created_at: world.now() });
      return ok(shape(trace, world.now()));
    }),
    [`GET ${base}/{trace}`]: withTrace((trace) => shape(trace, world.now())),
    [`DELETE ${base}/{trace}`]: onDevice((visit) => {
      const trace = ofDevice(visit).find(({ id }) => id === visit.params['trace']);
      return trace && traces.remove(String(trace.id)) ? noContent : notFound;
    }),
    [`GET ${base}/{trace}/webprobe-metrics`]: withTrace((trace) => [
      series('Page Fetch Time', 'ms', 812, during(trace)),
      series('DNS Time', 'ms', 24, during(trace)),
    ]),
    [`GET ${base}/{trace}/cloudpath-metrics`]: withTrace((trace) =>
      LEGS.map(([from, to, latency]) => ({
        leg_src: from,
        leg_dst: to,
        stats: [series('latency', 'ms', latency, during(trace)), series('loss', '%', 0, during(trace))],
      })),
    ),
    [`GET ${base}/{trace}/cloudpath`]: withTrace((trace) => [
      { timestamp: trace['created_at'], cloudpath: LEGS.map(([from, to, latency]) => ({ src: from, dst: to, latency, num_hops: 2 })) },
    ]),
    [`GET ${base}/{trace}/health-metrics`]: withTrace((trace) => [
      { category: 'CPU', instances: [{ name: 'cpu', metrics: [series('usage', '%', 37, during(trace))] }] },
      { category: 'Memory', instances: [{ name: 'memory', metrics: [series('used', '%', 62, during(trace))] }] },
    ]),
    [`GET ${base}/{trace}/events`]: withTrace((trace) => [
      {
        timestamp: trace['created_at'],
        events: [{ category: 'Network', name: 'ssid', display_name: 'Wi-Fi changed', prev: 'lantern-guest', curr: 'lantern' }],
      },
    ]),
    [`GET ${base}/{trace}/top-processes`]: withTrace((trace) => [
      { timestamp: trace['created_at'], top_processes: [{ category: 'CPU', processes: [{ id: 912, name: 'seacharts', value: 31.5 }] }] },
    ]),
  };
}

const during = ({ created_at: start, minutes }: Item) => ({ from: Number(start), to: Number(start) + Number(minutes) * 60 });

function shape(trace: Item, now: number): Fields {
  const { id, device, minutes, created_at: createdAt, ...details } = trace;
  const isOver = now >= Number(createdAt) + Number(minutes) * 60;
  const app = apps.find((one) => String(one.id) === String(details['app_id']));
  return {
    trace_id: id,
    trace_details: { ...details, app_name: app?.['name'], device_id: device, session_length: minutes },
    status: isOver ? 'completed' : 'in_progress',
    expected_time_minutes: minutes,
    created_at: createdAt,
    started_at: createdAt,
    ended_at: isOver ? Number(createdAt) + Number(minutes) * 60 : 0,
  };
}

function analysisRoutes(world: World, analyses: Collection): Routes {
  return {
    'POST /analysis': ({ body }) => {
      const fields = fieldsOf(body) ?? {};
      if (!isDevice(String(fields['device_id'])) || !isApp(fields['app_id']))
        return problem(400, 'Bad Request', 'device_id and app_id must name a device and an application');
      return ok({ analysis_id: analyses.add({ ...fields, t1: fields['t1'] ?? world.now() }).id, status: 'started' });
    },
    'GET /analysis/{analysis}': ({ params }) => {
      const analysis = analyses.get(params['analysis'] ?? '');
      if (!analysis) return notFound;
      const result = { issue: 'Wi-Fi', confidence: 83, message: 'The Wi-Fi signal was weak.', times: [analysis['t1']] };
      return ok({ status: 'completed', err_msg: '', result });
    },
    'DELETE /analysis/{analysis}': ({ params }) => (analyses.remove(params['analysis'] ?? '') ? noContent : notFound),
  };
}
