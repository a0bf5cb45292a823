/** Z-Insights: aggregated traffic reports. Envelopes as recorded, entries by the fields that the public SDK reads. */
import { problem, type Answer } from '../answer.ts';
import type { Fields } from '../collection.ts';
import { answerGraphql, Refusal, type Resolver } from '../graphql.ts';
import type { Product } from '../router.ts';
import type { World } from '../world.ts';

export function openZins(world: World): Product {
  const root = domains(world);
  return {
    prefix: '/zins/graphql',
    routes: { 'POST ': ({ body }): Answer => answerGraphql(body, root) },
    unknownPath: problem(404, 'Not Found', 'no such path'),
    invalidBody: problem(400, 'Bad Request', 'the request body is not valid JSON'),
  };
}

type Entry = Readonly<Record<string, unknown>>;
const DAY_MS = 86_400_000;

const limited =
  (entries: readonly Entry[]): Resolver =>
  ({ limit }) =>
    entries.slice(0, typeof limit === 'number' ? limit : 50);

const counted = (...entries: readonly (readonly [name: string, total: number])[]): Entry[] =>
  entries.map(([name, total]) => ({ name, total }));
const withIds = (entries: readonly Entry[]): Entry[] => entries.map((entry, at) => ({ id: 158_800_101 + at, ...entry }));
const LOCATIONS = counted(['Head Office', 48_210], ['Warehouse North', 9_330], ['On Board', 1_204]);

function domains(world: World): Fields {
  /** A report over a time range: rejects ranges for which there is no data yet. */
  const report =
    (entriesOf: (args: Readonly<Record<string, unknown>>) => readonly Entry[]): Resolver =>
    (args) => {
      const [start, end] = [Number(args['start_time']), Number(args['end_time'])];
      if (!(start < end)) throw new Refusal('BAD_REQUEST', 'start_time must lie before end_time');
      if (end > world.now() * 1_000 - DAY_MS) throw new Refusal('BAD_REQUEST', 'end_time must lie a day back');
      return { obfuscated: false, entries: limited(entriesOf(args)) };
    };
  return {
    WEB_TRAFFIC: {
      location: report((args) => LOCATIONS.map((entry) => ({ ...entry, trend: trendOf(entry, args) }))),
      no_grouping: report((args) =>
        counted(['ALL', byAction(args['action_filter'])]).map((entry) => ({ ...entry, trend: trendOf(entry, args) })),
      ),
      protocols: report(() => counted(['HTTPS', 51_008], ['HTTP', 7_512], ['FTP', 224])),
      threat_super_categories: report(() => counted(['MALWARE', 41], ['PHISHING', 12])),
      threat_class: report(() => counted(['VIRUS_SPYWARE', 38], ['ADVANCED', 14], ['BEHAVIORAL_ANALYSIS', 1])),
    },
    CYBER_SECURITY: {
      incidents: report(({ categorize_by: by }) => incidents(Array.isArray(by) ? by.map(String) : [])),
      cyber_security_location: report(() => withIds(counted(['Warehouse North', 31], ['Head Office', 17]))),
    },
    ZERO_TRUST_FIREWALL: {
      action: report(() => counted(['ALLOW', 301_112], ['BLOCK', 2_871])),
      location_firewall: report(() => withIds(LOCATIONS)),
      network_service: report(() => counted(['HTTPS', 210_442], ['DNS', 80_123], ['SSH', 411])),
    },
    SAAS_SECURITY: { casb_app: report(() => counted(['Lantern Drive', 19], ['Fogbank Mail', 6])) },
    SHADOW_IT: { apps: report(() => APPS), shadow_it_summary: summary },
    IOT: {
      device_stats: {
        devices_count: 96,
        user_devices_count: 60,
        iot_devices_count: 24,
        server_devices_count: 9,
        un_classified_devices_count: 3,
        entries: limited([
          { category: 'CAMERA', classifications: 'Crane camera', classification_uuid: 'demo-0001', total: 14 },
          { category: 'PRINTER', classifications: 'Label printer', classification_uuid: 'demo-0002', total: 10 },
        ]),
      },
    },
  };
}

const byAction = (action: unknown): number => (action === 'ALLOW' ? 57_410 : action === 'BLOCK' ? 1_334 : 58_744);

function trendOf(
  { total }: Entry,
  { start_time: start, include_trend: isWanted, trend_interval: interval }: Readonly<Record<string, unknown>>,
): unknown {
  if (isWanted !== true) return null;
  const values = Array.from({ length: 7 }, (_, at) => Math.round(Number(total) / 7 + at));
  return { trend_start_time: start, trend_interval: interval ?? 'DAY', trend_values: values };
}

/** A property, or a nested one. */
function incidents([first = '', second]: readonly string[]): Entry[] {
  const inner = second === undefined ? [] : (NAMES[second] ?? []);
  return (NAMES[first] ?? []).map((name, at) => ({
    name,
    total: 24 - at * 7,
    entries: inner.map((part, index) => ({ name: part, total: 12 - index * 3 })),
  }));
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  THREAT_CATEGORY_ID: ['Botnet', 'Phishing', 'Adware'],
  APP_ID: ['Lantern Mail', 'Cargo Viewer'],
  TIME: ['2026-02-26', '2026-02-27', '2026-02-28'],
  USER_ID: ['mara.quillfeather@harbor-lantern.example', 'odo.brackwater@harbor-lantern.example'],
  SRC_COUNTRY: ['Netherlands', 'Norway'],
};

const APPS: readonly Entry[] = [
  ['Fogbank Notes', 'Office suites', 'UNSANCTIONED', 4],
  ['Lantern Drive', 'File sharing', 'SANCTIONED', 1],
  ['Sea Chat', 'Messaging', 'UNSANCTIONED', 3],
].map(([application, category, state, risk], at) => ({
  application,
  application_category: category,
  sanctioned_state: state,
  risk_index: risk,
  computed_risk_index: risk,
  custom_risk_index: 0,
  vulnerability: 'NONE',
  undiscovered: false,
  integration: 0,
  data_consumed: 9_000_000 - at,
  data_uploaded: 3_000_000,
  data_downloaded: 6_000_000,
  authenticated_users: 12 - at,
  unAuthenticated_location_count: 0,
  last_access_time: 1_772_352_000,
}));

const group = (...entries: readonly (readonly [string, number])[]): Fields => ({
  obfuscated: false,
  entries: counted(...entries).map((entry) => ({ ...entry, entries: [] })),
});

const summary: Fields = {
  total_apps: APPS.length,
  total_bytes: 27_000_000,
  total_upload_bytes: 9_000_000,
  total_download_bytes: 18_000_000,
  group_by_app_cat_for_app: group(['Office suites', 1], ['File sharing', 1], ['Messaging', 1]),
  group_by_app_cat_for_user_count: group(['Office suites', 12], ['File sharing', 11], ['Messaging', 10]),
  group_by_app_cat_for_upload_bytes: group(['Office suites', 3_000_000]),
  group_by_app_cat_for_download_bytes: group(['Office suites', 6_000_000]),
  group_by_app_cat_for_total_bytes: group(['Office suites', 9_000_000]),
  group_by_risk_index_for_app: group(['4', 1], ['3', 1], ['1', 1]),
  group_by_provisioning_status_for_app: group(['UNSANCTIONED', 2], ['SANCTIONED', 1]),
  group_by_access_for_app: group(['ALLOW', 3]),
};
