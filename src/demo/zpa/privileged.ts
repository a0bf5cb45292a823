/** Privileged remote access: portals with their certificates, and credentials, whose secrets are never returned. */
import type { Collection, Fields, Item } from '../collection.ts';
import type { Routes } from '../router.ts';
import type { World } from '../world.ts';
import { guarded, list } from './family.ts';
import { resource, without } from './resource.ts';
import { MICROTENANTS } from './seed.ts';
import type { Stores } from './stores.ts';

export const privileged = (world: World, { baCertificates, portals, credentials }: Stores): Routes => ({
  ...certificates(world, baCertificates, portals),
  ...resource(world, {
    name: 'praPortal',
    lacks: ['readOnly'],
    items: portals,
    settable: ['name', 'description', 'enabled', 'domain', 'certificateId', 'userNotification', 'userNotificationEnabled'],
    forgets: ['description', 'userNotification'],
    defaults: { enabled: false, userNotificationEnabled: false },
    shown: (item) => ({
      certificateName: baCertificates.get(String(item['certificateId']))?.['name'],
      cName: `${item.id}.${world.customerId}.pra.demo.example`,
    }),
    refused: ({ domain, certificateId }, former) => [
      ...(typeof domain === 'string' || former ? [] : ['domain']),
      ...(baCertificates.get(String(certificateId ?? former?.['certificateId'])) ? [] : ['certificateId']),
    ],
  }),
  ...resource(world, {
    name: 'credential',
    items: credentials,
    settable: ['name', 'description', 'credentialType', 'userName', 'password', 'privateKey', 'userDomain'],
    forgets: ['description', 'userName', 'password', 'privateKey', 'userDomain'],
    refused: (fields, former) => refusedCredential(fields, former),
    hidden: ['password', 'privateKey'],
  }),
});

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  USERNAME_PASSWORD: ['userName', 'password'],
  PASSWORD: ['password'],
  SSH_KEY: ['userName', 'privateKey'],
};

function refusedCredential(fields: Fields, former?: Item): string[] {
  const type = String(fields['credentialType']);
  if (former && former['credentialType'] !== type) return ['credentialType'];
  return NEEDED[type]?.filter((name) => typeof fields[name] !== 'string') ?? ['credentialType'];
}

/** Created and read under one path, listed under another (recorded). There is no PUT. */
function certificates(world: World, items: Collection, portals: Collection): Routes {
  const issued = 'GET /mgmtconfig/{version}/admin/customers/{customerId}/clientlessCertificate/issued';
  const routes = resource(world, {
    name: 'certificate',
    items,
    settable: ['name', 'certBlob'],
    forgets: [],
    taken: ({ certBlob, ...fields }) => ({ ...fields, certBlob: typeof certBlob === 'string' ? 'stored' : undefined }),
    fixed: ({ name }) => ({
      cName: name,
      san: [name],
      validFromInEpochSec: '1772265600',
      validToInEpochSec: '1803801600',
      issuedTo: `CN=${String(name)}`,
    }),
    refused: ({ certBlob }) => (typeof certBlob === 'string' && certBlob.includes('PRIVATE KEY') ? [] : ['certBlob']),
    inUse: ({ id: certificateId }) => portals.all().some((portal) => portal['certificateId'] === certificateId),
    hidden: ['certBlob'],
  });
  const withoutPut = Object.entries(routes).filter(([route]) => !route.startsWith('PUT '));
  const listed = (item: Item): Fields => ({ ...without(item, ['certBlob']), microtenantName: 'Default' });
  return {
    ...Object.fromEntries(withoutPut),
    [issued]: guarded({ customerId: world.customerId, microtenants: MICROTENANTS }, ({ query }) => list({ items, listed }, query)),
  };
}
