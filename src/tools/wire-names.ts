/** Names on the wire: camel case, with the exceptions in which the APIs write abbreviations in capitals. */

/** The name that a snake_case name has in a ZIA, ZPA or ZIdentity request. What is camel case already stays. */
export const wireName = (name: string): string =>
  Object.hasOwn(exceptions, name) ? exceptions[name]! : name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The same for every name inside a value. */
export function wireNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wireNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [wireName(name), wireNames(member)]));
}

const exceptions: Readonly<Record<string, string>> = {
  capture_pcap: 'capturePCAP',
  dynamic_location_groups: 'dynamiclocationGroups',
  min_client_tls_version: 'minClientTLSVersion',
  min_server_tls_version: 'minServerTLSVersion',
  min_tls_version: 'minTLSVersion',
  routable_ip: 'routableIP',
  show_eun: 'showEUN',
  show_eunatp: 'showEUNATP',
  surrogate_ip: 'surrogateIP',
  surrogate_ip_enforced_for_known_browsers: 'surrogateIPEnforcedForKnownBrowsers',
};
