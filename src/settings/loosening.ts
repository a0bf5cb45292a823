/**
 * What loosens a server: every change that lets more people in, offers more, or hides less than before. Told with each
 * reload and restart, beside the changed settings, since it may follow from a setting that is gone.
 */
import { BlockList, isIP } from 'node:net';
import { authModeOf, trustsPlatform } from './authentication.ts';
import { isHttp, isLoopback } from './formats.ts';
import type { SettingName, Settings } from './table.ts';

/** One way to be less protected than before. */
export interface Loosening {
  /** The settings that it follows from. */
  readonly settings: readonly SettingName[];
  /** What is looser, as a clause; null if nothing is. */
  readonly describe: (from: Settings, to: Settings) => string | null;
}

/** Over HTTP before and after: what a change of transport opens is in the row of the address. */
const overHttp =
  (describe: Loosening['describe']): Loosening['describe'] =>
  (from, to) =>
    isHttp(from.transport) && isHttp(to.transport) ? describe(from, to) : null;

/** A switch that was off is on, or the reverse. */
const turned =
  (name: SettingName, value: boolean, clause: string): Loosening['describe'] =>
  (from, to) =>
    from[name] !== value && to[name] === value ? clause : null;

/** A list of what is let in has more in it. @param all what lists that let everything in have in common */
const widened =
  (name: SettingName, clause: string, all: (list: readonly string[]) => boolean, covers = includes): Loosening['describe'] =>
  (from, to) => {
    const [before, after] = [from[name] as readonly string[], to[name] as readonly string[]];
    if (all(before)) return null;
    if (all(after)) return `${clause}: all (was ${before.join(',') || 'none'})`;
    const added = after.filter((item) => !covers(before, item));
    return added.length === 0 ? null : `${clause}: ${added.join(',')} in addition to ${before.join(',') || 'none'}`;
  };

/** A list of what is kept out, or demanded, has less in it. */
const narrowed =
  (name: SettingName, clause: string): Loosening['describe'] =>
  (from, to) => {
    const after = to[name] as readonly string[];
    const removed = (from[name] as readonly string[]).filter((item) => !after.includes(item));
    return removed.length === 0 ? null : `${clause}: ${removed.join(',')}`;
  };

const raised =
  (name: SettingName, clause: string, all = -1): Loosening['describe'] =>
  (from, to) => {
    const [before, after] = [from[name] as number, to[name] as number];
    if (before === all || (after !== all && after <= before)) return null;
    return `${clause}: ${before} -> ${after === all ? 'none' : after}`;
  };

const includes = (list: readonly string[], item: string): boolean => list.includes(item);
const hasStar = (list: readonly string[]): boolean => list.includes('*');
const isEmptyOrStar = (list: readonly string[]): boolean => list.length === 0 || hasStar(list);
const offersAll = (list: readonly string[]): boolean => list.length === 0 || list.includes('all') || list.includes('default');

/** Whether every address of a range is in one of the ranges. */
function coversRange(ranges: readonly string[], range: string): boolean {
  const [address = '', length] = range.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const bits = Number(length ?? (family === 'ipv6' ? 128 : 32));
  return ranges.some((each) => {
    const [network = '', prefix] = each.split('/');
    if (isIP(network) !== isIP(address)) return false;
    const width = Number(prefix ?? (family === 'ipv6' ? 128 : 32));
    const list = new BlockList();
    list.addSubnet(network, width, family);
    return width <= bits && list.check(address, family);
  });
}

/** How far away a client may be: in this process's pipe, on this machine, on the network. */
const reachOf = ({ transport, host }: Settings): number => (isHttp(transport) ? (isLoopback(host) ? 1 : 2) : 0);

const writable = ({ writeEnabled, writeTools }: Settings): readonly string[] => (writeEnabled ? writeTools : []);

/** Whether what is shared crosses the network in the open. */
function isStateInTheOpen({ stateUrl }: Settings): boolean {
  const url = stateUrl === undefined ? null : URL.parse(stateUrl);
  return url?.protocol === 'redis:' && !isLoopback(url.hostname);
}

const goesElsewhere =
  (name: 'apiUrl' | 'tokenUrl', what: string): Loosening['describe'] =>
  (from, to) =>
    to[name] !== undefined && to[name] !== from[name] ? `${what} to ${to[name]}, not to the cloud's own address` : null;

/** Every way. */
export const loosenings: readonly Loosening[] = [
  {
    settings: [
      'authEnabled',
      'authMode',
      'authApiKeys',
      'authJwksUri',
      'authIssuer',
      'oidcConfigUrl',
      'vanityDomain',
      'tokenUrl',
      'host',
      'transport',
    ],
    describe: overHttp((from, to) => {
      const [before, after] = [authModeOf(from), authModeOf(to)];
      return before !== 'none' && after === 'none'
        ? `client authentication is off (was ${before}): everyone who can reach the server may call its tools`
        : null;
    }),
  },
  {
    settings: ['trustPlatformAuth', 'authMode'],
    describe: overHttp((from, to) =>
      trustsPlatform(to) && !trustsPlatform(from)
        ? 'clients without credentials are admitted as the platform (ZSCALER_MCP_TRUST_PLATFORM_AUTH)'
        : null,
    ),
  },
  {
    settings: ['host', 'transport'],
    describe: (from, to) => {
      if (reachOf(to) <= reachOf(from)) return null;
      return `the server listens ${reachOf(to) === 2 ? `on the network (${to.host})` : `at ${to.host}, for every user of this machine`}, with client authentication ${authModeOf(to)}`;
    },
  },
  {
    settings: ['tlsCertificate', 'tlsKey'],
    describe: overHttp((from, to) =>
      from.tlsCertificate && !to.tlsCertificate ? 'HTTPS is off: plain HTTP can be read on the network' : null,
    ),
  },
  {
    settings: ['tlsClientAuthorities', 'tlsClientCertificates'],
    describe: overHttp((from, to) => {
      const [before, after] = [from, to].map((each) => each.tlsClientAuthorities && each.tlsClientCertificates);
      if (before === undefined || before === after) return null;
      if (after === undefined) return `client certificates are not asked for (were ${before})`;
      return after === 'optional' ? 'client certificates are optional (were required)' : null;
    }),
  },
  {
    settings: ['allowHttp'],
    describe: overHttp(turned('allowHttp', true, 'plain HTTP is allowed on the network (ZSCALER_MCP_ALLOW_HTTP)')),
  },
  {
    settings: ['disableHostValidation'],
    describe: overHttp(
      turned('disableHostValidation', true, 'the Host header is not checked: web pages may reach the server by DNS rebinding'),
    ),
  },
  { settings: ['allowedHosts'], describe: overHttp(widened('allowedHosts', 'accepted Host headers', hasStar)) },
  { settings: ['allowedOrigins'], describe: overHttp(widened('allowedOrigins', 'web origins that may call', hasStar)) },
  { settings: ['allowedSources'], describe: overHttp(widened('allowedSources', 'addresses that may connect', isEmptyOrStar, coversRange)) },
  {
    settings: ['trustedProxies'],
    describe: overHttp(widened('trustedProxies', 'proxies that may state the address of a client', hasStar, coversRange)),
  },
  {
    settings: ['authAllowedClients'],
    describe: overHttp((from, to) =>
      authModeOf(from) === 'zscaler' && authModeOf(to) === 'zscaler'
        ? widened('authAllowedClients', 'admitted OneAPI clients', isEmptyOrStar)(from, to)
        : null,
    ),
  },
  {
    settings: ['authApiKeys'],
    describe: overHttp((from, to) =>
      authModeOf(from) === 'api-key' && authModeOf(to) === 'api-key' && to.authApiKeys.length > from.authApiKeys.length
        ? `${to.authApiKeys.length} client keys are accepted (was ${from.authApiKeys.length})`
        : null,
    ),
  },
  { settings: ['oidcRequiredScopes'], describe: overHttp(narrowed('oidcRequiredScopes', 'scopes that a token need not have any more')) },
  {
    settings: ['authAlgorithms'],
    describe: overHttp(widened('authAlgorithms', 'accepted signature algorithms', () => false)),
  },
  { settings: ['authFailureLimit'], describe: overHttp(raised('authFailureLimit', 'failed authentications per address and minute')) },
  { settings: ['requestsPerMinute'], describe: overHttp(raised('requestsPerMinute', 'limit of requests per caller and minute', 0)) },
  {
    settings: ['writeEnabled', 'writeTools'],
    describe: (from, to) => {
      const added = writable(to).filter((pattern) => !writable(from).includes(pattern));
      return added.length === 0 ? null : `tools that change the tenant are offered: ${added.join(',')}`;
    },
  },
  { settings: ['disabledTools'], describe: narrowed('disabledTools', 'tools that are not disabled any more') },
  { settings: ['products'], describe: widened('products', 'offered products', offersAll) },
  { settings: ['disabledProducts'], describe: narrowed('disabledProducts', 'products that are not disabled any more') },
  { settings: ['toolsets'], describe: widened('toolsets', 'offered toolsets', offersAll) },
  { settings: ['disabledToolsets'], describe: narrowed('disabledToolsets', 'toolsets that are not disabled any more') },
  {
    settings: ['disableEntitlementFilter'],
    describe: turned('disableEntitlementFilter', true, 'tools of products that the tenant does not have are offered'),
  },
  {
    settings: ['confirmationFallback'],
    describe: (from, to) =>
      from.confirmationFallback === 'refuse' && to.confirmationFallback === 'token'
        ? 'a model may confirm deletions by itself, with a token'
        : null,
  },
  {
    settings: ['disableOutputSanitization'],
    describe: turned('disableOutputSanitization', true, 'hidden characters and active markup reach the model (output sanitization is off)'),
  },
  { settings: ['chatSeparators'], describe: narrowed('chatSeparators', 'separators of speakers that are not shown any more') },
  { settings: ['logToolCalls'], describe: turned('logToolCalls', false, 'tool calls are not audited any more') },
  { settings: ['apiUrl'], describe: goesElsewhere('apiUrl', 'calls go') },
  { settings: ['tokenUrl'], describe: goesElsewhere('tokenUrl', 'credentials go') },
  {
    settings: ['stateUrl'],
    describe: (from, to) =>
      isStateInTheOpen(to) && !isStateInTheOpen(from)
        ? 'the state store is reached without TLS: its password can be read on the network'
        : null,
  },
];

/** What is looser under `to` than under `from`, as one clause each. */
export const describeLoosening = (from: Settings, to: Settings): readonly string[] =>
  loosenings.map(({ describe }) => describe(from, to)).filter((clause) => clause !== null);

/** A changed way to authenticate clients; null if it stays, or goes, which is in the table. */
export function describeModeChange(from: Settings, to: Settings): string | null {
  const [before, after] = [authModeOf(from), authModeOf(to)];
  const isChanged = isHttp(from.transport) && isHttp(to.transport) && before !== after && after !== 'none';
  return isChanged ? `client authentication changes: ${before} -> ${after}` : null;
}
