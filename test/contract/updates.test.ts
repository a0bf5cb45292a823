/** An update of one input changes nothing else: all other fields of the record, known or unknown, are sent back unchanged. */
import { afterAll, describe, expect, it } from 'vitest';
import { bindCall, catalogue, type Tool } from '../../src/tools/index.ts';
import { openDemo } from './demo.ts';
import { seed, shapeOf } from './inputs.ts';
import { leastInput, valueFor, type Input } from './seeded.ts';

const demo = await openDemo();
afterAll(() => demo[Symbol.asyncDispose]());

type Row = Readonly<Record<string, unknown>>;

/** Tools that edit entries of a list, many records at once, or none: no fields of a record can be lost. */
const edits = ['zia_activate_configuration', 'zia_add_urls_to_category', 'zia_remove_urls_from_category', 'zia_bulk_update_shadow_it_apps'];

/** A field that the cloud may add in the future. */
const UNKNOWN = { unknownToUs: { big: 216196257331285825n, none: null, empty: [] }, alsoUnknown: null };

interface Sent {
  readonly read: Row;
  readonly written: Row;
}

/** Lets the tool read the demo tenant, and captures its write. */
async function changeOf(tool: Tool, input: Input): Promise<Sent> {
  let read: Row = {};
  let written: Row | undefined;
  const call = bindCall(
    tool,
    async (request) => {
      if (request.method === 'PUT') return void (written = request.body as Row);
      const answer = await demo.send(request);
      if (request.method !== 'GET' || Array.isArray(answer) || isLookup(request.path)) return answer;
      return written === undefined ? (read = { ...(answer as Row), ...UNKNOWN }) : answer;
    },
    demo.tenant.credentials,
  );
  await tool.run(call, tool.parse(input));
  if (written === undefined) throw new Error(`${tool.name} wrote nothing`);
  return { read, written };
}

const isLookup = (path: string): boolean => /policySet\/policyType|enrollmentCert$|getAppsByType/.test(path);

/** Inputs that stand for more than the field of their name, and fields that are said twice. */
const touches: Readonly<Record<string, readonly string[]>> = {
  component_id: ['componentId', 'zcomponentId'],
  enrollment_cert_name: ['enrollmentCertId'],
  version_profile: ['versionProfileId', 'versionProfileName'],
  tcp_port_ranges: ['tcpPortRanges', 'tcpPortRange'],
  udp_port_ranges: ['udpPortRanges', 'udpPortRange'],
  ports: ['srcTcpPorts', 'destTcpPorts', 'srcUdpPorts', 'destUdpPorts'],
};
/** Not the same in both directions. */
const rewritten = ['conditions'];
/** What the API shows twice and takes once. */
const twins = ['tcpPortRange', 'udpPortRange', 'ipAddresses'];
/** Of another kind of record than the one that is changed. */
const others: Readonly<Record<string, string>> = { 'zpa_update_pra_credential.private_key': 'SSH_KEY' };
const targets = catalogue.filter(({ action, name }) => action === 'update' && !edits.includes(name));

describe(`an update (seed ${seed})`, () => {
  it.each(targets)('$name sends back what was read, but for what was given', async (tool) => {
    const { properties, required } = shapeOf(tool);
    const least = await leastInput(demo, tool.name);
    const changes = Object.keys(properties).filter(
      (name) => !required.includes(name) && name !== 'microtenant_id' && !(`${tool.name}.${name}` in others),
    );
    for (const name of changes.length > 0 ? changes : required.slice(-1)) {
      const value = await newValue(tool, name, least);
      const { read, written } = await changeOf(tool, { ...least, [name]: value });
      const isMeant = (field: string) =>
        touches[name]?.includes(field) || rewritten.includes(field) || (twins.includes(field) && !(field in written));
      const differing = Object.keys(read).filter((field) => !isSame(read[field], written[field]) && !isMeant(field));
      expect(differing.length, `${name} changed ${differing.join(', ')}`).toBeLessThanOrEqual(1);
      expect(Object.keys(written), name).toEqual(expect.arrayContaining(differing));
      expect(written).toMatchObject(UNKNOWN);
    }
  });
});

async function newValue(tool: Tool, name: string, least: Input): Promise<unknown> {
  if (name === 'advanced') return tool.name.includes('url_category') ? { db_categorized_urls: ['a.example'] } : { description: 'Other' };
  // The type of a credential cannot be changed.
  return least[name] ?? (name === 'credential_type' ? 'USERNAME_PASSWORD' : valueFor(demo, tool.name, name, least));
}

const isSame = (one: unknown, other: unknown): boolean => text(one) === text(other);
const text = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member)) ?? '';
