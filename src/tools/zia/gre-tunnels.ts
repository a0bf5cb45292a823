import { messageOf, ZscalerMcpError } from '../../common/errors.ts';
import { flag, id, onWire, optional, text, tool, type Call } from '../define.ts';
import { ipv4 } from './ipv4.ts';
import { zia } from './product.ts';
import { orUndo, type Made } from './undo.ts';

const about = 'A GRE tunnel carries the traffic of a site from a static IP to two virtual IPs of the cloud.';
const tunnelId = id('ID of the GRE tunnel, as zia_list_gre_tunnels shows it.');
const wanted = {
  static_ip_address: ipv4('Public IPv4 address from which the tunnel comes; created as a static IP if the tenant does not have it.'),
  ip_unnumbered: optional(flag('Make a tunnel without internal addresses.')),
  internal_ip_range: onWire(
    'internalIpRange',
    optional(ipv4('First internal address of the range for the tunnel; the first free range of zia_list_gre_ranges is taken without it.')),
  ),
  comment: optional(text('Admin comment on the tunnel, and on the static IP if one is created.')),
};

export default [
  tool(zia, 'list_gre_tunnels', {
    toolset: 'zia_locations',
    action: 'read',
    about: `List GRE tunnels with their source, virtual IPs and internal ranges. ${about}`,
    call: 'GET /greTunnels',
    returns: 'page',
  }),
  tool(zia, 'get_gre_tunnel', {
    toolset: 'zia_locations',
    action: 'read',
    about: `Get one GRE tunnel by its ID, as the API returns it. ${about}`,
    input: { tunnel_id: tunnelId },
    call: 'GET /greTunnels/{tunnel_id}',
  }),
  tool(zia, 'create_gre_tunnel', {
    toolset: 'zia_locations',
    action: 'create',
    about: `Create a GRE tunnel and return it with its ID. ${about} The virtual IPs are those that the cloud recommends, the second in another city if there is one. If the tunnel cannot be made, a static IP created for it is deleted again. ${zia.afterChange}`,
    input: wanted,
    run: createTunnel,
  }),
  tool(zia, 'delete_gre_tunnel', {
    toolset: 'zia_locations',
    action: 'delete',
    about: `Delete a GRE tunnel, then the static IP it comes from; nothing is deleted if the two do not belong together. The traffic of the site no longer reaches the cloud through it. ${zia.afterChange}`,
    input: { tunnel_id: tunnelId, static_ip_id: id('ID of the static IP from which the tunnel comes, as zia_list_static_ips shows it.') },
    shownBy: 'zia_get_gre_tunnel',
    run: deleteTunnel,
    done: ({ tunnel_id: tunnel, static_ip_id: address }) =>
      `The GRE tunnel ${String(tunnel)} and its static IP ${String(address)} were deleted. ${zia.afterChange}`,
  }),
];

interface Wanted {
  readonly static_ip_address: string;
  readonly ip_unnumbered?: boolean;
  readonly internal_ip_range?: string;
  readonly comment?: string;
}
type Row = Readonly<Record<string, unknown>>;

/** All lookups precede the first creation, so that a failed lookup leaves nothing behind. */
async function createTunnel(call: Call, tunnel: Wanted): Promise<unknown> {
  const { static_ip_address: sourceIp, ip_unnumbered: ipUnnumbered, comment } = tunnel;
  if (ipUnnumbered === true && tunnel.internal_ip_range !== undefined)
    throw new ZscalerMcpError('ERR_TOOL_INPUT', 'internal_ip_range was given for a tunnel without internal addresses', {
      hint: 'Leave out internal_ip_range, or ip_unnumbered.',
    });
  const isKnown = rows(await call('GET /staticIP', { query: { ipAddress: sourceIp } })).some(({ ipAddress }) => ipAddress === sourceIp);
  const internalIpRange = ipUnnumbered === true ? undefined : (tunnel.internal_ip_range ?? (await firstFreeRange(call, sourceIp)));
  const made = isKnown ? undefined : await createSource(call, given({ ipAddress: sourceIp, comment }));
  const [primary, secondary] = await orUndo('Choosing virtual IPs for the GRE tunnel', made, () => chooseVips(call, sourceIp));
  const body = given({
    sourceIp,
    primaryDestVip: { id: primary },
    secondaryDestVip: { id: secondary },
    internalIpRange,
    ipUnnumbered,
    comment,
  });
  return orUndo('Creating the GRE tunnel', made, () => call('POST /greTunnels', { body }));
}

const rows = (answer: unknown): readonly Row[] => (Array.isArray(answer) ? (answer as Row[]) : []);

const given = (fields: Row): Row => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

async function firstFreeRange(call: Call, staticIp: string): Promise<unknown> {
  const [range] = rows(await call('GET /greTunnels/availableInternalIpRanges', { query: { staticIp } }));
  if (range?.['startIPAddress'] !== undefined) return range['startIPAddress'];
  throw new ZscalerMcpError('ERR_CLOUD_ANSWER', 'the cloud has no free range of internal addresses for a GRE tunnel; nothing was created', {
    hint: 'Give internal_ip_range, or create the tunnel with ip_unnumbered.',
  });
}

async function createSource(call: Call, body: Row): Promise<Made> {
  const created = await orUndo('Creating the static IP', undefined, () => call('POST /staticIP', { body }));
  const { id: made } = (created ?? {}) as Row;
  const what = `the static IP ${String(made)} (${String(body['ipAddress'])})`;
  return { what, undo: () => call(`DELETE /staticIP/${encodeURIComponent(String(made))}`) };
}

/** The second in another city, so that the failure of one data centre does not affect both. */
async function chooseVips(call: Call, sourceIp: string): Promise<readonly [unknown, unknown]> {
  const [first, ...others] = rows(await call('GET /vips/recommendedList', { query: { sourceIp } }));
  const second = others.find(({ city }) => city !== first?.['city']) ?? others[0];
  if (first && second) return [first['id'], second['id']];
  throw new ZscalerMcpError('ERR_CLOUD_ANSWER', `the cloud recommends fewer than two virtual IPs for ${sourceIp}`, {
    hint: 'Check that the address is a public address of the organization.',
  });
}

/** Checks that both IDs given by the caller belong together: a wrong static IP ID would delete the address of another site. */
async function deleteTunnel(
  call: Call,
  { tunnel_id: tunnel, static_ip_id: address }: { readonly tunnel_id: string; readonly static_ip_id: string },
) {
  const { sourceIp } = ((await call(`GET /greTunnels/${tunnel}`)) ?? {}) as Row;
  const { ipAddress } = ((await call(`GET /staticIP/${address}`)) ?? {}) as Row;
  if (sourceIp === undefined || sourceIp !== ipAddress)
    throw new ZscalerMcpError(
      'ERR_TOOL_INPUT',
      `the GRE tunnel ${tunnel} comes from ${String(sourceIp)}, and the static IP ${address} is ${String(ipAddress)}: nothing was deleted`,
      { hint: 'Find the ID of the tunnel’s own address with zia_list_static_ips.' },
    );
  await call(`DELETE /greTunnels/${tunnel}`);
  try {
    return await call(`DELETE /staticIP/${address}`);
  } catch (error) {
    const { code, message, hint } =
      error instanceof ZscalerMcpError ? error : { code: 'ERR_CLOUD_ANSWER' as const, message: messageOf(error), hint: undefined };
    throw new ZscalerMcpError(code, `The GRE tunnel ${tunnel} was deleted; deleting its static IP ${address} failed: ${message}`, {
      hint: `${hint ? `${hint} ` : ''}Only the static IP is left: zia_delete_static_ip deletes it.`,
      cause: error,
    });
  }
}
