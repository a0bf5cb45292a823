/** Builds the request body that creates or updates an application segment. */
import { append } from '../../common/lists.ts';
import { ZscalerMcpError } from '../../common/errors.ts';
import { readPage, texts, type Call, type Compose, type Writing } from '../define.ts';
import { wireNames } from '../wire-names.ts';
import { zpaTenant } from './product.ts';

export type AppKind = 'BROWSER_ACCESS' | 'SECURE_REMOTE_ACCESS';
type Row = Readonly<Record<string, unknown>>;

/** A flat list: first and last port of each range. */
export const ports = (protocol: string) => {
  const field = texts(
    `${protocol} ports as pairs of first and last, in one list: ["80", "80", "8000", "8100"]. In an update the list replaces the present one.`,
  );
  const isPort = (port: string) => /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
  const isRanges = (list: readonly string[]) =>
    list.length % 2 === 0 && list.every((port, at) => isPort(port) && (at % 2 === 0 || Number(port) >= Number(list[at - 1])));
  return {
    ...field,
    schema: { type: 'array', items: { type: 'string', pattern: String.raw`^\d{1,5}$` }, examples: [['443', '443']] },
    wants: 'pairs of first and last port from 1 to 65535, as texts',
    read: (given: unknown) => {
      const list = field.read(given);
      return list && isRanges(list) ? list : undefined;
    },
  };
};

/** Records hold the same ports in two forms; only one may be sent. */
const TWINS = [
  ['tcpPortRanges', 'tcpPortRange'],
  ['udpPortRanges', 'udpPortRange'],
] as const;

export const composeSegment =
  (kind?: AppKind): Compose =>
  async (call, writing) => {
    const body = withPorts(writing);
    const { clientlessAppIds, ...rest } = body;
    const apps = Array.isArray(clientlessAppIds) ? { clientlessApps: withIds(clientlessAppIds, writing.current) } : {};
    return { ...rest, ...apps, ...(await withConsoles(call, writing, kind)) };
  };

function withPorts({ change, current }: Writing): Row {
  const body: Record<string, unknown> = { ...current, ...change };
  for (const [flat, pairs] of TWINS) {
    if (change[flat] !== undefined && change[pairs] !== undefined)
      throw new ZscalerMcpError('ERR_TOOL_INPUT', `${flat} and ${pairs} say the same in two forms, and both were given`, {
        hint: 'Give one of them.',
      });
    const dropped = change[pairs] !== undefined ? flat : pairs;
    if (body[flat] !== undefined && body[pairs] !== undefined) delete body[dropped];
  }
  const hasPorts = TWINS.flat().some((name) => Array.isArray(body[name]) && body[name].length > 0);
  if (!hasPorts && (current === undefined || TWINS.flat().some((name) => change[name] !== undefined)))
    throw new ZscalerMcpError('ERR_TOOL_INPUT', 'an application segment needs ports, and it would have none', {
      hint: 'Give tcp_port_ranges or udp_port_ranges, such as ["443", "443"].',
    });
  return body;
}

/** Adds the ID of a web application that already exists: without it, the API treats it as a new one. */
function withIds(apps: readonly unknown[], current: Row | undefined): Row[] {
  const present = rowsOf(current?.['clientlessApps']);
  return apps.map((app) => {
    const row = wireNames(app) as Row;
    const known = present.find((other) => sameDomain(other, row));
    return { ...(known && { id: known['id'], appId: current?.['id'] }), ...row };
  });
}

/** Fields of `commonAppsDto`: the ID of a console or web application, and the IDs to delete. */
const NAMES = {
  BROWSER_ACCESS: ['baAppId', 'deletedBaApps'],
  SECURE_REMOTE_ACCESS: ['praAppId', 'deletedPraApps'],
} as const;

/** The list given replaces the current one: existing entries keep their IDs, missing ones are deleted. */
async function withConsoles(call: Call, { change, current, query }: Writing, kind: AppKind | undefined): Promise<Row> {
  const given = change['commonAppsDto'] === undefined ? undefined : (wireNames(change['commonAppsDto']) as Row);
  if (given === undefined) return {};
  if (!kind || !Array.isArray(given['appsConfig'])) return { commonAppsDto: given };
  const apps = rowsOf(given['appsConfig']).map((app): Row => ({ appTypes: [kind], ...app }));
  if (current === undefined) return { commonAppsDto: { ...given, appsConfig: apps } };
  const present = await presentApps(call, kind, String(current['id']), query);
  const [idName, deletedName] = NAMES[kind];
  const appsConfig = apps.map((app) => ({
    appId: current['id'],
    [idName]: present.find((other) => sameDomain(other, app))?.['id'] ?? '',
    ...app,
  }));
  const deleted = present.filter((other) => !apps.some((app) => sameDomain(other, app))).map((other) => other['id']);
  return { commonAppsDto: { ...given, appsConfig, ...(deleted.length > 0 && { [deletedName]: deleted }) } };
}

/** Of all segments, since the API cannot filter by segment. */
async function presentApps(call: Call, kind: AppKind, segmentId: string, query: Row = {}): Promise<Row[]> {
  const found: Row[] = [];
  let isMore = true;
  for (let page = 1; isMore; page += 1) {
    const asked = { applicationType: kind, expandAll: false, page, pagesize: 500, ...query };
    const answer = readPage(zpaTenant.paging, await call('GET /application/getAppsByType', { query: asked }), { page });
    append(found, answer.items as Row[]);
    isMore = answer.next !== undefined;
  }
  return found.filter(({ appId }) => String(appId) === segmentId);
}

const sameDomain = (one: Row, other: Row): boolean => one['domain'] !== undefined && one['domain'] === other['domain'];

const rowsOf = (list: unknown): Row[] =>
  Array.isArray(list) ? (list as unknown[]).filter((row): row is Row => typeof row === 'object' && row !== null) : [];
