import type { Fields, Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { zpaFamily } from './family.ts';
import { ADMIN_ID, MICROTENANTS, seedSegmentGroups } from './seed.ts';

/** `/segmentGroup`. Times are seconds since 1970 as strings. */
export function segmentGroups(world: World): Routes {
  return zpaFamily({
    customerId: world.customerId,
    name: 'segmentGroup',
    items: world.collection({ seed: seedSegmentGroups, newId: (count) => String(144_115_188_076_100_000n + BigInt(count)) }),
    build: (fields, former) => build(fields, String(world.now()), former),
    written: (item) => item,
    read,
    listed: (item) => ({ ...read(item), policyMigrated: true }),
    microtenants: MICROTENANTS,
  });
}

/** PUT replaces whole. Recorded: a PUT with a name only loses the description, and the group is enabled afterwards. */
const build = ({ name, description, enabled, microtenantId }: Fields, now: string, former?: Item): Fields => ({
  modifiedTime: now,
  creationTime: former?.['creationTime'] ?? now,
  modifiedBy: ADMIN_ID,
  name,
  description,
  enabled: enabled ?? true,
  applications: former?.['applications'],
  configSpace: 'DEFAULT',
  tcpKeepAliveEnabled: '0',
  readOnly: false,
  zscalerManaged: false,
  microtenantId,
});

const read = ({ id, ...fields }: Item): Fields => ({
  id,
  ...fields,
  microtenantName: MICROTENANTS[String(fields['microtenantId'])] ?? 'Default',
});
