import { id, tool } from '../define.ts';
import { nextPage, organization, untrusted, zeasm } from './product.ts';

export default [
  tool(zeasm, 'list_lookalike_domains', {
    toolset: 'zeasm_lookalike_domains',
    action: 'read',
    about: `List domains that look like those of an organization and may serve to deceive: the imitated domain, the trick, risk score, whether it is registered and by whom. ${untrusted}`,
    writtenBy: 'whoever registered the domains',
    input: { ...organization, ...nextPage },
    call: 'GET /organizations/{org_id}/lookalike-domains',
    returns: 'page',
  }),
  tool(zeasm, 'get_lookalike_domain', {
    toolset: 'zeasm_lookalike_domains',
    action: 'read',
    about: `Get one lookalike domain of an organization, with its description and what to do about it. ${untrusted}`,
    writtenBy: 'whoever registered the domain',
    input: { ...organization, lookalike_raw: id('The lookalike domain itself, as zeasm_list_lookalike_domains shows it.') },
    call: 'GET /organizations/{org_id}/lookalike-domains/{lookalike_raw}/details',
  }),
];
