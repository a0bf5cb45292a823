/** Cellular, read only. Nothing was recorded: shapes follow the fields that the public SDK reads. */
import { ok, type Answer } from '../answer.ts';
import { fieldsOf, includesText, pageOf, wholeNumber, type Fields, type Item } from '../collection.ts';
import type { Handle, Product, Routes } from '../router.ts';
import type { World } from '../world.ts';
import { GROUP, groupDetails, POLICY, REGIONS, seedSims, TAGS, VIOLATOR } from './seed.ts';

export function openZcell(world: World): Product {
  const own =
    (handle: Handle): Handle =>
    (visit) =>
      visit.params['customer'] === world.zcellCustomerId ? handle(visit) : notFound;
  const routes = { ...account, ...sims, ...usage, ...anomalies(world), ...events(world) };
  const guarded = Object.entries(routes).map(([route, handle]) => [route, route.includes('{customer}') ? own(handle) : handle] as const);
  return {
    prefix: '/zcell/config/api/v1',
    routes: Object.fromEntries(guarded),
    unknownPath: notFound,
    invalidBody: zcellError(400, 'the body is not valid JSON'),
  };
}

const zcellError = (status: number, detail: string): Answer => ({
  status,
  body: { msgId: `demo.${status}`, detail, timestamp: 1_772_352_000 },
});
const notFound = zcellError(404, 'there is no such thing');
const SIZE = 10;

/** Pages count from 0. */
function page(items: readonly Fields[], number: number, size: number): Fields {
  const content = pageOf(items, number + 1, size);
  return { content, totalElements: items.length, totalPages: Math.ceil(items.length / size), size };
}

const queried = (items: readonly Fields[], query: URLSearchParams): Answer =>
  ok(page(items, wholeNumber(query.get('page')) ?? 0, wholeNumber(query.get('size')) || SIZE));

const named = (items: readonly Item[], query: URLSearchParams): Item[] =>
  items.filter(({ name }) => includesText(name, query.get('name') ?? ''));
const customer = '/customers/{customer}';

const account: Routes = {
  [`GET ${customer}`]: () => {
    const all = seedSims();
    const active = all.filter(({ status }) => status === 'ACTIVE').length;
    return ok({
      id: '4701',
      name: 'Harbor Lantern Freight',
      regions: ['EU_WEST', 'EU_NORTH'],
      isActivated: true,
      platformType: 'ZCELL',
      totalSims: all.length,
      activeSims: active,
      inactiveSims: all.length - active,
      currentUsage: total(all),
    });
  },
  [`GET ${customer}/regions`]: () => ok(REGIONS),
  [`GET ${customer}/regions/operational-status`]: () =>
    ok(
      REGIONS.filter(({ configured }) => configured).map(({ region }) => ({
        region,
        operationalStatus: 'UP',
        bc: [],
        ac: [],
        mapACStatus: {},
        mapBCStatus: {},
      })),
    ),
  [`GET ${customer}/tag`]: ({ query }) => queried(named(TAGS, query), query),
  [`GET ${customer}/sim-location-groups`]: ({ query }) => queried(named([GROUP], query), query),
  [`GET ${customer}/sim-location-groups/{id}`]: ({ params }) => (params['id'] === GROUP.id ? ok(groupDetails) : notFound),
  'GET /audit/metadata': () => ok({ operations: ['CREATE', 'UPDATE', 'DELETE'], objectTypes: ['SIM', 'TAG', 'ANOMALY_POLICY'] }),
};

const total = (items: readonly Item[]): number => items.reduce((sum, { usageVal }) => sum + Number(usageVal), 0);

/** Fields of the body that must equal the SIM's, or contain it where they are lists. */
const FILTERS: Readonly<Record<string, string>> = {
  iccid: 'iccid',
  status: 'status',
  networkStatus: 'networkStatus',
  ipAddress: 'ipAddress',
  locationCountry: 'locationCountry',
  deviceType: 'deviceType',
  brandName: 'brandName',
  marketingName: 'marketingName',
  modelName: 'modelName',
  formFactor: 'formFactor',
};

function fits(sim: Item, filters: Fields): boolean {
  const { tag } = filters;
  if (Array.isArray(tag) && !tag.some((one) => (sim['tags'] as unknown[]).includes(one))) return false;
  return Object.entries(FILTERS).every(([name, field]) => {
    const wanted = filters[name];
    return wanted === undefined || (Array.isArray(wanted) ? wanted.includes(sim[field]) : wanted === sim[field]);
  });
}

const sims: Routes = {
  [`POST ${customer}/sims/search`]: ({ body }) => {
    const filters = fieldsOf(body) ?? {};
    const found = seedSims().filter((sim) => fits(sim, filters));
    return ok({ pageDetails: page(found, Number(filters['page'] ?? 0), Number(filters['size'] ?? SIZE)), totalUsage: total(found) });
  },
  [`GET ${customer}/sims/details`]: ({ query }) => {
    const sim = seedSims().find(({ iccid }) => iccid === query.get('iccId'));
    return sim ? ok(sim) : notFound;
  },
  [`POST ${customer}/sim/analytics/map`]: ({ body }) => {
    const wanted = fieldsOf(body)?.['iccIds'];
    const found = seedSims().filter(({ iccid }) => !Array.isArray(wanted) || wanted.includes(iccid));
    return ok(found.map(({ iccid, imsi, simLat, simLng, tags }) => ({ iccid, imsi, lat: simLat, lng: simLng, tags })));
  },
  [`GET ${customer}/sim/analytics/summary`]: () => {
    const all = seedSims();
    const active = all.filter(({ status }) => status === 'ACTIVE').length;
    return ok({ total: all.length, used: active, active, inactive: all.length - active });
  },
};

const most = (rows: readonly Fields[], query: URLSearchParams): Answer =>
  ok(rows.toSorted((a, b) => Number(b['usage']) - Number(a['usage'])).slice(0, wholeNumber(query.get('limit')) ?? rows.length));

const usage: Routes = {
  [`GET ${customer}/sim/analytics/usage/countries`]: ({ query }) =>
    most(
      [...Map.groupBy(seedSims(), ({ locationCountry }) => locationCountry)].map(([country, of]) => ({ country, usage: total(of) })),
      query,
    ),
  [`GET ${customer}/sim/analytics/usage/sims`]: ({ query }) =>
    most(
      seedSims().map(({ iccid, usageVal }) => ({ iccid, usage: usageVal })),
      query,
    ),
  [`GET ${customer}/sim/analytics/usage/day`]: ({ query }) => {
    const [start, end] = [Number(query.get('startDate')), Number(query.get('endDate'))];
    const of = seedSims().filter(({ iccid }) => !query.has('iccId') || iccid === query.get('iccId'));
    const days = Math.max(0, Math.round((end - start) / 86_400));
    return ok(Array.from({ length: days }, (_, at) => ({ creationTime: start + at * 86_400, usage: Math.round(total(of) / 30) })));
  },
};

function anomalies(world: World): Routes {
  const policies = `${customer}/anomaly-policy`;
  const own =
    (handle: Handle): Handle =>
    (visit) =>
      visit.params['policy'] === POLICY.id ? handle(visit) : notFound;
  const violation = (): Fields => ({
    policyId: POLICY.id,
    tenantId: '4701',
    iccid: VIOLATOR,
    eventType: 'LEFT_AREA',
    policyType: POLICY['policyType'],
    timestamp: world.now() - 86_400,
    eventDeviceLocation: { lat: 52.1, lng: 4.3 },
    policyDeviceLocation: { lat: 51.95, lng: 4.1 },
  });
  return {
    [`GET ${policies}`]: ({ query }) =>
      queried(query.has('policyType') && query.get('policyType') !== POLICY['policyType'] ? [] : [POLICY], query),
    [`GET ${policies}/{policy}/logs`]: own(({ query }) =>
      queried([{ policyId: POLICY.id, message: 'The policy was run.', status: 'SUCCESS', recordedAt: world.now() - 3_600 }], query),
    ),
    [`GET ${policies}/{policy}/violations`]: own(({ query }) => queried([violation()], query)),
    [`GET ${policies}/{policy}/violations/{iccid}`]: own(({ params }) => ok(params['iccid'] === VIOLATOR ? [violation()] : [])),
    [`POST /audit${customer}/search`]: ({ query, body }) => {
      const entry: Fields = {
        id: 'audit-1',
        creationTime: world.now() - 7_200,
        modifiedByUserId: '501',
        auditOperationType: 'UPDATE',
        objectType: 'ANOMALY_POLICY',
        objectName: POLICY['policyName'],
        objectId: POLICY.id,
        customerId: '4701',
        oldData: '{"enabled":false}',
        newData: '{"enabled":true}',
        visibility: 'CUSTOMER',
      };
      const { operationType, objectType } = fieldsOf(body) ?? {};
      const isWanted = (operationType ?? 'UPDATE') === 'UPDATE' && (objectType ?? 'ANOMALY_POLICY') === 'ANOMALY_POLICY';
      return queried(isWanted ? [entry] : [], query);
    },
  };
}

function events(world: World): Routes {
  return {
    'POST /network-events/{customer}/search/startTime/{start}/endTime/{end}': ({ params, body }) => {
      const [start, end] = [Number(params['start']), Number(params['end'])];
      const all = seedSims().map(({ iccid, imsi, ipAddress, locationCountry, entityName, tags }, at) => ({
        iccid,
        imsi,
        ipAddress,
        country: locationCountry,
        simName: entityName,
        operatorName: 'Fogbank Mobile',
        eventName: at % 3 === 0 ? 'ATTACH' : 'SESSION',
        ratType: 'LTE',
        timestamp: world.now() - at * 21_600,
        tags,
        outcome: 'SUCCESS',
      }));
      const fields = fieldsOf(body) ?? {};
      const found = all.filter(({ timestamp }) => timestamp >= start && timestamp <= end);
      return ok(page(found, Number(fields['page'] ?? 0), Number(fields['size'] ?? SIZE)));
    },
  };
}
