/** Singletons of the tenant: settings that a PUT replaces as a whole, and lists of URLs. */
import { ok, ziaError, type Answer } from '../answer.ts';
import { fieldsOf, type Fields } from '../collection.ts';
import type { Routes, Visit } from '../router.ts';
import type { World } from '../world.ts';
import { invalidBody } from './family.ts';

/** Settings of a new tenant. */
const SETTINGS: Readonly<Record<string, Fields>> = {
  '/cyberThreatProtection/malwarePolicy': { blockUnscannableFiles: true, blockPasswordProtectedArchiveFiles: false },
  '/cyberThreatProtection/atpMalwareInspection': { inspectInbound: true, inspectOutbound: true },
  '/cyberThreatProtection/atpMalwareProtocols': { inspectHttp: true, inspectFtpOverHttp: true, inspectFtp: false },
  '/cyberThreatProtection/malwareSettings': {
    ...blocked('virus', 'trojan', 'worm', 'ransomware', 'spyware', 'remoteAccessTool'),
    ...allowed('unwantedApplications', 'adware'),
  },
  '/cyberThreatProtection/advancedThreatSettings': {
    riskTolerance: 30,
    riskToleranceCapture: false,
    ...blocked('cmdCtlServer', 'cmdCtlTraffic', 'malwareSites', 'browserExploits', 'fileFormatVunerabilites', 'knownPhishingSites'),
    ...blocked('suspectedPhishingSites', 'suspectAdwareSpywareSites', 'anonymizer', 'potentialMaliciousRequests', 'tor', 'cryptoMining'),
    ...allowed('activeX', 'webspam', 'ircTunnelling', 'bitTorrent', 'googleTalk', 'sshTunnelling', 'adSpywareSites', 'dgaDomains'),
    // The only name with an abbreviation in capitals.
    cookieStealingBlocked: true,
    cookieStealingPCAPEnabled: false,
    blockedCountries: ['COUNTRY_KP'],
    blockCountriesCapture: false,
    alertForUnknownOrSuspiciousC2Traffic: true,
    maliciousUrlsCapture: false,
  },
  '/cyberThreatProtection/securityExceptions': { bypassUrls: ['tides.harbor-lantern.example'] },
  '/mobileAdvanceThreatSettings': {
    blockAppsWithMaliciousActivity: true,
    blockAppsWithKnownVulnerabilities: true,
    blockAppsSendingUnencryptedUserCredentials: true,
    blockAppsSendingLocationInfo: false,
    blockAppsSendingPersonallyIdentifiableInfo: false,
    blockAppsSendingDeviceIdentifier: false,
    blockAppsCommunicatingWithAdWebsites: false,
    blockAppsCommunicatingWithRemoteUnknownServers: false,
  },
  '/advancedSettings': {
    enableDnsResolutionOnTransparentProxy: true,
    enableIPv6DnsResolutionOnTransparentProxy: false,
    enableEvaluatePolicyOnGlobalSSLBypass: false,
    enableOffice365: true,
    logInternalIp: true,
    enforceSurrogateIpForWindowsApp: false,
    trackHttpTunnelOnHttpPorts: true,
    blockHttpTunnelOnNonHttpPorts: false,
    blockDomainFrontingOnHostHeader: false,
    cascadeUrlFiltering: false,
    enablePolicyForUnauthenticatedTraffic: true,
    blockNonCompliantHttpRequestOnHttpPorts: false,
    enableAdminRankAccess: false,
    uiSessionTimeout: 1_800,
    http2NonbrowserTrafficEnabled: true,
    ecsForAllEnabled: false,
    dynamicUserRiskEnabled: true,
    authBypassUrlCategories: ['CUSTOM_01'],
    authBypassUrls: ['.updates.harbor-lantern.example'],
    authBypassApps: [],
    kerberosBypassUrls: [],
    dnsResolutionOnTransparentProxyExemptUrls: [],
  },
};

function blocked(...kinds: string[]): Fields {
  return Object.assign({}, ...kinds.map((kind) => ({ [`${kind}Blocked`]: true, [`${kind}Capture`]: false }))) as Fields;
}

function allowed(...kinds: string[]): Fields {
  return Object.assign({}, ...kinds.map((kind) => ({ [`${kind}Blocked`]: false, [`${kind}Capture`]: false }))) as Fields;
}

export function settings(world: World, stage: () => void): Routes {
  const routes = Object.entries(SETTINGS).map(([path, seed]) => oneSetting(world, stage, path, seed));
  return Object.assign(
    {},
    ...routes,
    urlList(world, stage, {
      path: '/cyberThreatProtection/maliciousUrls',
      method: 'PUT',
      key: 'maliciousUrls',
      seed: ['sunken-bargains.example'],
    }),
    urlList(world, stage, { path: '/authSettings/exemptedUrls', method: 'POST', key: 'urls', seed: ['.portauthority.example'] }),
  ) as Routes;
}

/** Fields missing from a PUT fall back to those of a new tenant: off, or empty. */
function oneSetting(world: World, stage: () => void, path: string, seed: Fields): Routes {
  let current = seed;
  world.keep({ reset: () => (current = seed), save: () => current, restore: (saved: Fields) => (current = saved) });
  return {
    [`GET ${path}`]: () => ok(current),
    [`PUT ${path}`]: ({ body }) => {
      const fields = fieldsOf(body);
      if (!fields) return invalidBody;
      const unlike = Object.keys(fields).find((name) => name in seed && kindOf(seed[name]) !== kindOf(fields[name]));
      if (unlike !== undefined) return ziaError(400, 'INVALID_INPUT_ARGUMENT', `${unlike} has a value of another type`);
      current = Object.fromEntries(Object.entries(seed).map(([name, value]) => [name, fields[name] ?? emptyLike(value)]));
      stage();
      return ok(current);
    },
  };
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : typeof value);

const emptyLike = (value: unknown): unknown => (Array.isArray(value) ? [] : typeof value === 'number' ? 0 : false);

interface UrlList {
  readonly path: string;
  readonly method: 'PUT' | 'POST';
  readonly key: string;
  readonly seed: readonly string[];
}

function urlList(world: World, stage: () => void, { path, method, key, seed }: UrlList): Routes {
  let urls = seed;
  world.keep({ reset: () => (urls = seed), save: () => urls, restore: (saved: readonly string[]) => (urls = saved) });
  const edit = ({ query, body }: Visit): Answer => {
    const given = fieldsOf(body)?.[key];
    if (!Array.isArray(given)) return invalidBody;
    const action = query.get('action');
    if (action !== 'ADD_TO_LIST' && action !== 'REMOVE_FROM_LIST') return ziaError(400, 'INVALID_INPUT_ARGUMENT', 'action is not valid');
    urls = action === 'ADD_TO_LIST' ? [...new Set([...urls, ...given.map(String)])] : urls.filter((url) => !given.includes(url));
    stage();
    // Recorded: the answer repeats the request.
    return ok({ [key]: given });
  };
  return { [`GET ${path}`]: () => ok({ [key]: urls }), [`${method} ${path}`]: edit };
}
