import { ok } from '../answer.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { invalidFields } from './family.ts';
import { dated, id } from './seed.ts';

const TENANT = '4d6f0000-0000-4000-8000-000000000001';
const PROFILES = ['Look Only', 'Look and Type', 'Not for ZPA'].map((name, at) => ({
  id: `9c2e0000-0000-4000-8000-00000000000${at + 1}`,
  name,
}));

/** Browser isolation: lists without an envelope of its own profiles, and of those known to ZPA (recorded: `zpaprofiles`). */
export function isolation({ customerId }: World): Routes {
  const base = 'GET /cbiconfig/cbi/api/customers/{customerId}';
  const known = PROFILES.slice(0, 2).map((profile, at) => ({
    id: id('9', at + 1),
    ...dated,
    name: profile.name,
    cbiTenantId: TENANT,
    cbiProfileId: profile.id,
    cbiUrl: `https://isolation.demo.example/tenant/profile/${profile.id}/zpa/render`,
    enabled: true,
  }));
  const profiles = PROFILES.map((profile) => ({
    ...profile,
    description: `${profile.name}, for contractors`,
    isDefault: profile === PROFILES[0],
  }));
  return {
    [`${base}/profiles`]: ({ params }) => (params['customerId'] === customerId ? ok(profiles) : invalidFields('customerId')),
    [`${base}/zpaprofiles`]: ({ params }) => (params['customerId'] === customerId ? ok(known) : invalidFields('customerId')),
  };
}
