import { optional, Page, readPage, text, tool, type Call } from '../define.ts';
import { pickNamed } from './lookup.ts';
import { zpaTenant } from './product.ts';

const ISOLATION = '/zpa/cbiconfig/cbi/api/customers/{customerId}';

type Row = Readonly<Record<string, unknown>>;

export default [
  tool(zpaTenant, 'isolation_profile', {
    fullName: 'get_zpa_isolation_profile',
    toolset: 'zpa_misc',
    action: 'read',
    lists: true,
    about:
      'Get one browser isolation profile by its name, or list all without it. Isolation rules take the zpnIsolationProfileId of a profile; it is left out where ZPA does not know the profile.',
    input: { name: optional(text('Whole name of the profile; capitals do not matter.', { min: 1 })) },
    run: async (call, { name }) => {
      const all = await listProfiles(call);
      if (name === undefined) return new Page({ items: all });
      return pickNamed(all, { what: 'isolation profile', name, hint: 'See what there is by calling it without a name.' });
    },
  }),
];

/** Isolation has its own IDs; the ID that ZPA uses for the profile is in another list (recorded). */
async function listProfiles(call: Call): Promise<Row[]> {
  const rowsAt = async (path: string) =>
    readPage({ kind: 'array', usualSize: Infinity }, await call(`GET ${ISOLATION}/${path}`), {}).items as readonly Row[];
  const [profiles, known] = [await rowsAt('profiles'), await rowsAt('zpaprofiles')];
  return profiles.map((profile) => {
    const match = known.find(({ cbiProfileId }) => cbiProfileId === profile['id']);
    return { ...profile, ...(match && { zpnIsolationProfileId: match['id'] }) };
  });
}
