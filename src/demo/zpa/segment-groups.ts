import type { Fields, Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { zpaFamily } from './family.ts';
import { ADMIN_ID, MICROTENANTS } from './seed.ts';
import type { Stores } from './stores.ts';

/** `/segmentGroup`. Times are seconds since 1970 as strings. */
export function segmentGroups(world: World, { segmentGroups: items, segments }: Stores): Routes {
  const applicationsOf = ({ id }: Item) => segments.all().filter(({ segmentGroupId }) => segmentGroupId === id);
  const read = (item: Item): Fields => {
    const applications = applicationsOf(item).map(({ serverGroups: _groups, segmentGroupId: _group, ...rest }) => rest);
    return {
      ...item,
      ...(applications.length > 0 && { applications }),
      microtenantName: MICROTENANTS[String(item['microtenantId'])] ?? 'Default',
    };
  };
  return zpaFamily({
    customerId: world.customerId,
    name: 'segmentGroup',
    items,
    build: (fields, former) => build(fields, String(world.now()), former),
    written: (item) => item,
    read,
    listed: (item) => ({ ...read(item), policyMigrated: true }),
    inUse: (item) => applicationsOf(item).length > 0,
    microtenants: MICROTENANTS,
  });
}

/** PUT replaces the whole group. Recorded: after a PUT with only a name, the description is gone and the group is enabled. */
const build = ({ name, description, enabled, microtenantId }: Fields, now: string, former?: Item): Fields => ({
  modifiedTime: now,
  creationTime: former?.['creationTime'] ?? now,
  modifiedBy: ADMIN_ID,
  name,
  description,
  enabled: enabled ?? true,
  configSpace: 'DEFAULT',
  tcpKeepAliveEnabled: '0',
  readOnly: false,
  zscalerManaged: false,
  microtenantId,
});
