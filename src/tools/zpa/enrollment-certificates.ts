import { id, optional, readPage, text, tool } from '../define.ts';
import { findNamed } from './lookup.ts';
import { filters, searchFor, v2, zpaTenant } from './product.ts';

export default [
  tool(zpaTenant, 'enrollment_certificate', {
    fullName: 'get_zpa_enrollment_certificate',
    toolset: 'zpa_provisioning_keys',
    action: 'read',
    lists: true,
    about:
      'Get an enrollment certificate by its name or its ID, or list them without either. Connectors, service edges and clients enrol with one; each tenant has Root, Client, Connector and Service Edge.',
    input: {
      certificate_id: optional(id('ID of the certificate; not used when name is given.')),
      name: optional(text('Whole name of the certificate, such as Connector.', { min: 1 })),
      ...filters,
    },
    run: async (call, { certificate_id: certificate, name, search, page, page_size: pagesize }) => {
      const hint = 'See what there is by calling it without inputs.';
      if (name !== undefined) return findNamed(call, `${v2}/enrollmentCert`, { what: 'enrollment certificate', name, hint });
      if (certificate !== undefined) return call(`GET /enrollmentCert/${encodeURIComponent(certificate)}`);
      const query = { search: search && searchFor(search), page, pagesize };
      return readPage(zpaTenant.paging, await call(`GET ${v2}/enrollmentCert`, { query }), { page });
    },
  }),
];
