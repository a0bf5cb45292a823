/** Client Connector: devices, actions on them, and trusted networks. Shapes as recorded. */
import { createHash } from 'node:crypto';
import { ok, type Answer } from '../answer.ts';
import { includesText, pageOf, wholeNumber, type Fields, type Item } from '../collection.ts';
import type { Product } from '../router.ts';
import type { World } from '../world.ts';
import { seedDevices, seedForwardingProfiles, seedTrustedNetworks } from './seed.ts';

export function openZcc(world: World): Product {
  const devices = world.collection({ seed: seedDevices, newId: (count) => 900 + count });
  const networks = world.collection({ seed: seedTrustedNetworks, newId: (count) => 9_900 + count });
  const profiles = world.collection({ seed: seedForwardingProfiles, newId: (count) => 12_900 + count });
  return {
    prefix: '/zcc/papi/public/v1',
    routes: {
      'GET /getDevices': ({ query }) => ok(page(devices.all().filter(owned(query)), query).map(withoutId)),
      'GET /getOtp': ({ query }) => {
        const udid = query.get('udid') ?? '';
        return devices.all().some((device) => device['udid'] === udid) ? ok(passwords(udid)) : zccError(404, 'no device has this udid');
      },
      'GET /webForwardingProfile/listByCompany': ({ query }) => ok(page(profiles.all().filter(named('name', query)), query)),
      'GET /webTrustedNetwork/listByCompany': ({ query }) => {
        const found = networks.all().filter(named('networkName', query));
        return ok({ totalCount: found.length, trustedNetworkContracts: page(found, query) });
      },
    },
    unknownPath: { status: 404, text: '404 Not Found' },
    invalidBody: zccError(400, 'the request body is not valid JSON'),
  };
}

const PAGE_SIZE = 50;

const page = (items: readonly Item[], query: URLSearchParams): Item[] =>
  pageOf(items, wholeNumber(query.get('page')) || 1, wholeNumber(query.get('pageSize')) || PAGE_SIZE);

const owned =
  (query: URLSearchParams) =>
  (device: Item): boolean =>
    (!query.has('username') || device['user'] === query.get('username')) &&
    (!query.has('osType') || String(device['type']) === query.get('osType'));

const named =
  (field: string, query: URLSearchParams) =>
  (item: Item): boolean =>
    includesText(item[field], query.get('search') ?? '');

/** The cloud identifies devices by `udid` only. */
function withoutId(item: Item): Fields {
  const { id: _, ...fields } = item;
  return fields;
}

const KINDS = ['logoutOtp', 'revertOtp', 'uninstallOtp', 'exitOtp', 'ziaDisableOtp', 'zpaDisableOtp', 'zdxDisableOtp', 'zdpDisableOtp'];

/** Fake one-time passwords, constant per device. */
const passwords = (udid: string): Fields =>
  Object.fromEntries(KINDS.map((kind) => [kind, createHash('sha256').update(`${kind} of ${udid}`).digest('hex').slice(0, 10)]));

const zccError = (status: number, errorMessage: string): Answer => ({
  status,
  body: { title: 'Request failed', errorCode: String(status), errorMessage },
});
