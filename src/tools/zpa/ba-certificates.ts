import { collection, secret, text, tool } from '../define.ts';
import { filters, v2, zpa } from './product.ts';

const about = 'A browser access certificate is what users see when they open a web application or a portal with a browser alone.';

export default [
  tool(zpa, 'list_ba_certificates', {
    toolset: 'zpa_ba_certificates',
    action: 'read',
    about: `List the issued browser access certificates. ${about} Look at validToInEpochSec for those that end soon.`,
    input: filters,
    call: `GET ${v2}/clientlessCertificate/issued`,
    returns: 'page',
  }),
  ...collection(zpa, {
    noun: 'ba_certificate',
    title: 'browser access certificate',
    toolset: 'zpa_ba_certificates',
    path: '/certificate',
    id: 'certificate_id',
    only: ['get', 'create', 'delete'],
    about,
    fields: {
      name: text('Name of the certificate; no two share one.', { min: 1 }),
      cert_blob: secret(
        text('The certificate with its chain and its private key, one after the other, as PEM text.', {
          pattern: /-----BEGIN CERTIFICATE-----/,
          like: 'PEM text with -----BEGIN CERTIFICATE-----',
        }),
      ),
    },
    required: ['name', 'cert_blob'],
    bewareOfDeleting: 'It fails while web applications or portals use the certificate.',
  }),
];
