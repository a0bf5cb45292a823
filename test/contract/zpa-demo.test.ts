/** Every tool of ZPA against the demo tenant: it answers, and a change shows in what is read afterwards. */
import { afterAll, describe, expect, it } from 'vitest';
import { catalogue, Page } from '../../src/tools/index.ts';
import { openDemoTools } from './demo-tools.ts';

const demo = await openDemoTools();
const { run, answered } = demo;
afterAll(() => demo[Symbol.asyncDispose]());

type Row = Readonly<Record<string, unknown>> & { readonly id: string };

async function rows(name: string, input: Record<string, unknown> = {}): Promise<readonly Row[]> {
  const page = await run(name, input);
  expect(page).toBeInstanceOf(Page);
  return (page as Page).items as readonly Row[];
}

const record = async (name: string, input: Record<string, unknown>): Promise<Row> => (await run(name, input)) as Row;

interface Life {
  noun: string;
  id: string;
  /** What one has to say to make a new one. */
  create: () => Promise<Record<string, unknown>>;
  /** A change, and how it shows. */
  change: readonly [Record<string, unknown>, Record<string, unknown>];
  /** Repeated in every call. */
  where?: Record<string, unknown>;
}

const first = async (name: string, input: Record<string, unknown> = {}): Promise<string> => {
  const [row] = await rows(name, input);
  return row!.id;
};

const lives: Life[] = [
  {
    noun: 'server_group',
    id: 'group_id',
    create: async () => ({ app_connector_group_ids: [await first('zpa_list_app_connector_groups')] }),
    change: [{ description: 'Other' }, { description: 'Other', dynamicDiscovery: true }],
  },
  {
    noun: 'app_connector_group',
    id: 'group_id',
    create: async () => ({ latitude: '1.5', longitude: '2', location: 'Somewhere', country_code: 'de', version_profile: 'New Release' }),
    change: [{ enabled: false }, { enabled: false, latitude: '1.5', countryCode: 'DE', versionProfileId: '2', enrollmentCertId: '6573' }],
  },
  {
    noun: 'application_server',
    id: 'server_id',
    create: async () => ({ address: '198.51.100.7', description: 'Kept' }),
    change: [{ address: '198.51.100.8' }, { address: '198.51.100.8', description: 'Kept' }],
  },
];

describe.each(lives)('a $noun of the demo tenant', ({ noun, id, create, change: [change, shown], where = {} }) => {
  it('is listed, made, shown, changed without loss and deleted', async () => {
    const before = await rows(`zpa_list_${noun}s`, where);
    expect(before.length).toBeGreaterThan(0);
    const made = await record(`zpa_create_${noun}`, { ...where, name: `New ${noun}`, ...(await create()) });
    const key = { ...where, [id]: made.id };
    const read = await record(`zpa_get_${noun}`, key);
    expect(read).toMatchObject({ id: made.id, name: `New ${noun}` });
    await run(`zpa_update_${noun}`, { ...key, ...change });
    const { modifiedTime: _now, ...changed } = await record(`zpa_get_${noun}`, key);
    const { modifiedTime: _then, ...kept } = read;
    expect(changed).toMatchObject(shown);
    for (const field of Object.keys(kept)) expect(changed, field).toHaveProperty([field]);
    expect(await rows(`zpa_list_${noun}s`, { ...where, search: `New ${noun}` })).toHaveLength(1);
    expect(await run(`zpa_delete_${noun}`, key)).toMatchObject({ success: true });
    await expect(run(`zpa_get_${noun}`, key)).rejects.toMatchObject({ status: 404 });
    expect(await rows(`zpa_list_${noun}s`, where)).toHaveLength(before.length);
  });
});

describe('connectors of the demo tenant', () => {
  it('are renamed without losing their state, and deleted one by one or together', async () => {
    const [one, two, three] = await rows('zpa_list_app_connectors');
    await run('zpa_update_app_connector', { connector_id: one!.id, name: 'renamed' });
    const read = await record('zpa_get_app_connector', { connector_id: one!.id });
    expect(read).toMatchObject({ name: 'renamed', description: one!['description'], fingerprint: one!['fingerprint'] });
    await run('zpa_delete_app_connector', { connector_id: one!.id });
    expect(await run('zpa_bulk_delete_app_connectors', { connector_ids: [two!.id, three!.id] })).toMatchObject({ success: true });
    const left = (await rows('zpa_list_app_connectors')).map((row) => row.id);
    expect(left).not.toEqual(expect.arrayContaining([one!.id]));
    expect(left).toHaveLength(2);
  });
});

describe('a server group', () => {
  it('is not made without connectors, nor without servers that nobody discovers', async () => {
    const [group] = await rows('zpa_list_server_groups');
    const connectors = [await first('zpa_list_app_connector_groups')];
    const none = run('zpa_update_server_group', { group_id: group!.id, app_connector_group_ids: [] });
    await expect(none).rejects.toMatchObject({
      code: 'ERR_TOOL_INPUT',
      message: expect.stringContaining('app_connector_group_ids') as string,
    });
    const blind = run('zpa_create_server_group', { name: 'Blind', app_connector_group_ids: connectors, dynamic_discovery: false });
    await expect(blind).rejects.toMatchObject({ code: 'ERR_TOOL_INPUT', hint: expect.stringContaining('server_ids') as string });
  });
});

// Last: what no test above has called is a tool that nobody has seen answering.
describe('the tools of ZPA', () => {
  it('have all answered', () => {
    const names = catalogue.filter(({ product }) => product === 'zpa').map(({ name }) => name);
    const elsewhere = /_segment_groups?$/;
    expect(names.filter((name) => !answered.has(name) && !elsewhere.test(name))).toEqual([]);
  });
});
