/** Replays what was recorded from the real cloud and compares statuses and shapes. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openFixture, type Fixture, type Reply } from './client.fixture.ts';

interface Line {
  readonly cassette: string;
  readonly seq: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
}

const folder = new URL('../../test/recordings/demo/', import.meta.url);
const lines = readdirSync(folder)
  .filter((file) => file.endsWith('.jsonl'))
  .flatMap((file) => readFileSync(new URL(file, folder), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as Line);

const RECORDED_CUSTOMER = '144115188075281920';
/** What the recorded tenant held already, and what stands for it here. */
const STAND_INS: Readonly<Record<string, readonly (readonly [recorded: string, ours: string])[]>> = {
  TestLocations: [
    ['36788941', '158800108'],
    ['24326828', '24330101'],
  ],
  TestCloudFirewallNetworkServicesGroup: [
    ['773995', '774101'],
    ['773997', '774102'],
    ['773999', '774103'],
    ['774003', '774110'],
  ],
  TestPRAPortal: [['144115188075369559', '144115188075920602']],
  TestSSLInspectionRules: [['184200', '1693501']],
};

describe('replayed recordings', () => {
  const cassettes = Map.groupBy(lines, ({ cassette }) => cassette);
  it('has recordings of every kind of resource', () => {
    expect([...cassettes.keys()].sort()).toEqual([
      'TestActivate',
      'TestAppConnectorGroup',
      'TestApplicationServer',
      'TestCloudApplicationRules',
      'TestCloudFirewallIPDestinationGroup',
      'TestCloudFirewallIPSRules',
      'TestCloudFirewallIPSourceGroup',
      'TestCloudFirewallNetworkAppGroup',
      'TestCloudFirewallNetworkServicesGroup',
      'TestDLPWebRule',
      'TestDeviceManagement',
      'TestExemptedUrls',
      'TestLocationManagement',
      'TestLocations',
      'TestMalwareProtectionPolicy',
      'TestPRAPortal',
      'TestSSLInspectionRules',
      'TestSandbox',
      'TestSegmentGroup',
      'TestServerGroup',
      'TestServiceEdgeGroupProvisioningKey',
      'TestTrafficStaticIP',
      'TestTrafficVPNCredential',
      'TestURLCategories',
      'TestURLFiltering',
      'TestUsers',
      'TestWorkloadGroups',
    ]);
  });
  for (const [cassette, interactions] of cassettes) {
    it(`answers ${cassette} with the recorded statuses and shapes`, async () => {
      await using fixture = await openFixture();
      const ids = new Map<string, string>([[RECORDED_CUSTOMER, fixture.tenant.credentials.customerId], ...(STAND_INS[cassette] ?? [])]);
      for (const line of interactions) {
        const reply = await replay(fixture, line, ids);
        learnId(line, reply, ids);
        const where = `${cassette} ${line.seq}: ${line.method} ${line.path}`;
        expect({ where, status: reply.status, shape: shapeOf(comparable(reply.body, ids)) }).toEqual({
          where,
          status: line.status,
          shape: shapeOf(comparable(line.responseBody ?? undefined, ids)),
        });
      }
    });
  }
});

function replay(fixture: Fixture, line: Line, ids: ReadonlyMap<string, string>): Promise<Reply> {
  // What the scenario made comes last, and our tenant's first page of 20 is full before.
  const query = new URLSearchParams({ ...line.query, ...(line.path.endsWith('/segmentGroup') ? { pagesize: '500' } : {}) }).toString();
  const path = translate(line.path, ids);
  const body = line.requestBody === null ? undefined : translate(JSON.stringify(line.requestBody), ids);
  return fixture.call(line.method, query === '' ? path : `${path}?${query}`, body);
}

const translate = (text: string, ids: ReadonlyMap<string, string>): string =>
  [...ids].reduce((translated, [recorded, ours]) => translated.replaceAll(recorded, ours), text);

function learnId({ method, responseBody }: Line, { body }: Reply, ids: Map<string, string>): void {
  const [recorded, ours] = [responseBody, body].map((value) => (value as { id?: number | string } | null | undefined)?.id);
  if (method === 'POST' && recorded !== undefined) ids.set(String(recorded), String(ours));
}

/** Of a list only what the scenario made, since the rest is each tenant's own; the first when it made nothing. */
function comparable(body: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(body)) {
    const known = new Set([...ids.keys(), ...ids.values()]);
    const made = body.find((item: { id?: unknown }) => known.has(String(item.id)));
    return body.length === 0 ? [] : [made ?? body[0]];
  }
  if (typeof body === 'object' && body !== null && 'list' in body) return { ...body, list: comparable(body.list, ids) };
  return body;
}

/** Keys and types, without values: `{id: 'number', tags: ['string']}`. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
  return typeof value === 'bigint' ? 'number' : typeof value;
}
