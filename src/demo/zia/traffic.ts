/** How traffic reaches the cloud: static IP addresses, VPN credentials, GRE tunnels. */
import { noContent, ok, ziaError, type Answer } from '../answer.ts';
import { fieldsOf, wholeNumber, type Collection, type Fields } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { invalidBody, ziaFamily } from './family.ts';
import { adminOf, seedGreTunnels, seedStaticIps, seedVpnCredentials, staticIpOf, VIPS } from './seed.ts';

export function traffic(world: World, stage: () => void): { routes: Routes; vpnCredentials: Collection } {
  const staticIps = world.collection({ seed: seedStaticIps, newId: (count) => 4_340_900 + count, unique: ['ipAddress'] });
  const vpnCredentials = world.collection({
    seed: seedVpnCredentials,
    newId: (count) => 158_700_000 + count,
    unique: ['fqdn', 'ipAddress'],
  });
  const tunnels = world.collection({ seed: seedGreTunnels, newId: (count) => 4_110_900 + count, unique: ['sourceIp'] });
  return {
    vpnCredentials,
    routes: {
      ...staticIpRoutes(world, staticIps, stage),
      ...vpnRoutes(vpnCredentials, stage),
      ...greRoutes(world, tunnels, staticIps, stage),
    },
  };
}

function staticIpRoutes(world: World, items: Collection, stage: () => void): Routes {
  const associated = ({ ipAddress }: Fields): string =>
    `Invalid IP inetAddress : - This IP ${String(ipAddress)} is already associated with current organization.`;
  return {
    ...ziaFamily({
      path: '/staticIP',
      noun: 'static IP address',
      items,
      required: ['ipAddress'],
      searched: ['ipAddress', 'comment'],
      filters: ['ipAddress'],
      build: ({ ipAddress, comment, geoOverride, latitude, longitude, routableIP }) => {
        const preset = staticIpOf(ipAddress, world.now());
        return {
          ...preset,
          comment,
          geoOverride: geoOverride ?? false,
          latitude: latitude ?? preset['latitude'],
          longitude: longitude ?? preset['longitude'],
          routableIP: routableIP ?? true,
        };
      },
      check: (fields, former) => {
        if (!isAddress(fields['ipAddress'])) return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'ipAddress is not valid');
        // Recorded: an update with the address but without the ID is taken for a second record of this address.
        const isSame = former === undefined || String(fields['id']) === String(former.id);
        return isSame ? undefined : ziaError(409, 'DUPLICATE_ITEM', associated(fields));
      },
      duplicate: (_field, fields) => associated(fields),
      stage,
    }),
    'POST /staticIP/validate': ({ body }) => {
      const fields = fieldsOf(body);
      if (!fields) return invalidBody;
      // Recorded: a bare word, although labelled as JSON.
      return items.clash(fields) === undefined ? { status: 200, text: 'SUCCESS' } : ziaError(409, 'DUPLICATE_ITEM', associated(fields));
    },
  };
}

const isAddress = (value: unknown): boolean => typeof value === 'string' && /^(\d{1,3}\.){3}\d{1,3}$/.test(value);

function vpnRoutes(items: Collection, stage: () => void): Routes {
  return {
    ...ziaFamily({
      path: '/vpnCredentials',
      noun: 'VPN credential',
      items,
      required: ['type'],
      searched: ['fqdn', 'ipAddress', 'comments'],
      filters: ['type'],
      // The key is write-only (recorded).
      build: ({ type, fqdn, ipAddress, comments }, former) => ({ type, fqdn, ipAddress, comments, location: former?.['location'] }),
      check: checkCredential,
      stage,
    }),
    'POST /vpnCredentials/bulkDelete': ({ body }) => {
      const ids = fieldsOf(body)?.['ids'];
      if (!Array.isArray(ids)) return invalidBody;
      for (const id of ids) items.remove(String(id));
      stage();
      return noContent;
    },
  };
}

function checkCredential(fields: Fields): Answer | undefined {
  const { type } = fields;
  if (type === 'IP' && isAddress(fields['ipAddress'])) return undefined;
  if (type === 'UFQDN' && typeof fields['fqdn'] === 'string') return undefined;
  return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'type must be IP with an ipAddress, or UFQDN with an fqdn');
}

function greRoutes(world: World, tunnels: Collection, staticIps: Collection, stage: () => void): Routes {
  return {
    ...ziaFamily({
      path: '/greTunnels',
      noun: 'GRE tunnel',
      items: tunnels,
      required: ['sourceIp', 'primaryDestVip', 'secondaryDestVip'],
      searched: ['sourceIp', 'comment'],
      build: (fields) => ({
        sourceIp: fields['sourceIp'],
        primaryDestVip: vipOf(fields['primaryDestVip']),
        secondaryDestVip: vipOf(fields['secondaryDestVip']),
        internalIpRange: fields['internalIpRange'],
        lastModificationTime: world.now(),
        lastModifiedBy: adminOf('api'),
        comment: fields['comment'],
        ipUnnumbered: fields['ipUnnumbered'] ?? false,
      }),
      check: (fields) => checkTunnel(fields, staticIps),
      stage,
    }),
    'GET /greTunnels/availableInternalIpRanges': ({ query }) => ok(freeRanges(tunnels).slice(0, wholeNumber(query.get('limit')) || 10)),
    'GET /vips/recommendedList': ({ query }) =>
      query.has('sourceIp') ? ok(VIPS) : ziaError(400, 'INVALID_INPUT_ARGUMENT', 'sourceIp cannot be null'),
  };
}

const vipOf = (value: unknown): Fields | undefined => VIPS.find(({ id }) => id === (value as Fields | null)?.['id']);

function checkTunnel(fields: Fields, staticIps: Collection): Answer | undefined {
  if (!vipOf(fields['primaryDestVip']) || !vipOf(fields['secondaryDestVip']))
    return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'primaryDestVip and secondaryDestVip must name a virtual IP of the cloud');
  if (!staticIps.all().some(({ ipAddress }) => ipAddress === fields['sourceIp']))
    return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'sourceIp must be a static IP address of the organization');
  return undefined;
}

/** Ranges of eight addresses in 172.18.56.0/24 that no tunnel uses. */
const freeRanges = (tunnels: Collection): Fields[] =>
  Array.from({ length: 32 }, (_, at) => at * 8)
    .map((low) => ({ startIPAddress: `172.18.56.${low}`, endIPAddress: `172.18.56.${low + 7}` }))
    .filter(({ startIPAddress }) => !tunnels.all().some(({ internalIpRange }) => internalIpRange === startIPAddress));
