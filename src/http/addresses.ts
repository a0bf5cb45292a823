/** IP addresses: whether one is in a list, and which one a request comes from. */
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
/** Whether an address is in a list; false for none. */
export type MatchAddress = (address: string | null | undefined) => boolean;

/**
 * Compiles a list of addresses. IPv4-mapped IPv6 addresses count as IPv4.
 * @param ranges valid addresses and CIDR ranges, or `*` for all addresses
 */
export function matchAddresses(ranges: readonly string[]): MatchAddress {
  if (ranges.includes('*')) return () => true;
  const parsed = ranges.map(parseRange);
  return (text) => {
    const address = parseAddress(text ?? '');
    return address !== null && parsed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));
  };
}

function parseRange(range: string): [Address, number] {
  const [network, bits] = range.includes('/') ? ipaddr.parseCIDR(range) : wholeAddress(ipaddr.parse(range));
  const isMapped = network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= 96;
  return isMapped ? [network.toIPv4Address(), bits - 96] : [network, bits];
}

const wholeAddress = (address: Address): [Address, number] => [address, address.kind() === 'ipv4' ? 32 : 128];

/** Null for text that is not an address. A zone (`%eth0`) names an interface of this machine and is ignored. */
function parseAddress(text: string): Address | null {
  const [bare = ''] = text.split('%', 1);
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null;
}

/**
 * The address that a request comes from: the peer's or, behind trusted proxies, the rightmost entry of X-Forwarded-For that
 * is not a trusted proxy. Entries to the left of it may be forged.
 * @param forwardedFor the X-Forwarded-For header
 * @returns null when a trusted proxy sent something that is not an address
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined, isTrusted: MatchAddress): string | null {
  if (peer === undefined) return null;
  const hops = (forwardedFor ?? '').split(',').map((hop) => hop.trim());
  let address = plain(peer);
  while (address !== null && isTrusted(address)) {
    const hop = hops.pop();
    if (hop === undefined || (hop === '' && hops.length === 0)) return address;
    address = plain(withoutPort(hop));
  }
  return address;
}

const plain = (text: string): string | null => parseAddress(text)?.toString() ?? null;

/** Strips the port that some proxies add: `192.0.2.7:1234`, `[2001:db8::7]:1234`. */
const withoutPort = (hop: string): string => /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
