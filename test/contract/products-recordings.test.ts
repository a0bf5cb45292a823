import { describeReplay } from './replay.ts';

describeReplay('products.jsonl', 14, [
  [/^GET \/zcc\/.*\/getDevices$/, 'zcc_list_devices', ({ query }) => pageOf(query)],
  [/^GET \/zcc\/.*\/getOtp$/, 'zcc_get_device_otp', ({ query }) => ({ udid: query['udid'] })],
  [/^GET \/zcc\/.*\/webForwardingProfile\/listByCompany$/, 'zcc_list_forwarding_profiles', ({ query }) => pageOf(query)],
  [/^GET \/zcc\/.*\/webTrustedNetwork\/listByCompany$/, 'zcc_list_trusted_networks', ({ query }) => pageOf(query)],
  [/^GET \/easm\/.*\/organizations$/, 'zeasm_list_organizations', () => ({})],
  [/^GET \/easm\/.*\/organizations\/([^/]+)\/lookalike-domains$/, 'zeasm_list_lookalike_domains', (_, org_id) => ({ org_id })],
  [/^GET \/easm\/.*\/lookalike-domains\/[^/]+\/details$/, 'zeasm_get_lookalike_domain', ({ path }) => lookalike(path)],
  [/^GET \/ztw\/.*\/adminRoles$/, 'ztw_list_roles', () => ({})],
]);

function pageOf({ page, pageSize, search }: Record<string, string>): Record<string, unknown> {
  return {
    ...(page !== undefined && { page: Number(page) }),
    ...(pageSize !== undefined && { page_size: Number(pageSize) }),
    ...(search !== undefined && { search }),
  };
}

function lookalike(path: string): Record<string, unknown> {
  const [, org_id, lookalike_raw] = /organizations\/([^/]+)\/lookalike-domains\/([^/]+)/.exec(path) ?? [];
  return { org_id, lookalike_raw };
}
