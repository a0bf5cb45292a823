import { collection, flag, id, text, type Compose } from '../define.ts';
import { findNamed, idOf } from './lookup.ts';
import { described, filters, v2, zpa } from './product.ts';

/** A new portal without a certificate gets the certificate of the same name. */
const compose: Compose = async (call, { current, change, query }) => {
  if (current !== undefined || change['certificateId'] !== undefined) return { ...current, ...change };
  const hint = 'Give certificate_id, as zpa_list_ba_certificates shows it.';
  const wanted = { what: 'certificate', name: String(change['name']), hint };
  const found = await findNamed(call, `${v2}/clientlessCertificate/issued`, wanted, query);
  return { ...change, certificateId: idOf(found) };
};

export default collection(zpa, {
  noun: 'pra_portal',
  title: 'privileged access portal',
  toolset: 'zpa_pra',
  path: '/praPortal',
  id: 'portal_id',
  about: 'A privileged access portal is the web page where users open consoles (RDP, SSH, VNC) of privileged remote access.',
  filters,
  fields: {
    name: text('Name of the portal; no two share one.', { min: 1 }),
    domain: text('Domain name of the portal, such as pra.corp.example; it has to point to the cName that the record shows.', { min: 1 }),
    certificate_id: id(
      'ID of its browser access certificate, as zpa_list_ba_certificates shows it; a new portal without it gets the certificate that is called like the portal.',
    ),
    ...described,
    enabled: flag('Whether users can open the portal.'),
    user_notification: text('What users read when they open the portal. An empty text removes it.'),
    user_notification_enabled: flag('Whether users are shown user_notification.'),
  },
  required: ['name', 'domain'],
  initially: { enabled: true },
  compose,
  bewareOfDeleting: 'Users can no longer open consoles through it.',
});
