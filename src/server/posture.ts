/** How open a server is: which protections are on, which are off, and which risks follow. */
import { count } from '../common/count.ts';
import type { RootLog } from '../common/log.ts';
import type { Posture } from '../lifecycle/index.ts';
import { authModeOf, isLoopback, type Settings } from '../settings/index.ts';

/** What the posture of a server follows from. */
export interface PostureFacts {
  readonly settings: Settings;
  /** The offered tools. */
  readonly tools: Iterable<{ readonly action: string; readonly isConfirmed: boolean }>;
  readonly demo: boolean;
  readonly secrets?: KeptSecrets;
  /** Whether the store that replicas share can be reached; null where nothing is shared. */
  readonly isShared?: boolean | null;
  /** What that store does when its memory is full: its `maxmemory-policy`, or `unknown`; null while it was never asked. */
  readonly evictionPolicy?: string | null;
}

/** Where the secrets in force are kept. */
export interface KeptSecrets {
  /** How many secrets are in the `.env` or in the environment themselves. */
  readonly inTheOpen: number;
  /** Paths of files that hold one secret each, and secrets managers in words. */
  readonly places: readonly string[];
  /** A `.env` with secrets in it that every user of the machine may read. */
  readonly readableFile: string | null;
}

type Protection = readonly [isOn: boolean, whenOn: string, whenOff: string];
type Risk = readonly [isThere: boolean, id: string, message: string];

/** Judges how open a server is. Scripts may rely on the IDs of risks, not on the messages. */
export function postureOf(facts: PostureFacts): Posture {
  const protections = protectionsOf(facts);
  return {
    on: protections.filter(([isOn]) => isOn).map(([, words]) => words),
    off: protections.filter(([isOn]) => !isOn).map(([, , words]) => words),
    risks: risksOf(facts)
      .filter(([isThere]) => isThere)
      .map(([, id, message]) => ({ id, message })),
  };
}

const NONE: KeptSecrets = { inTheOpen: 0, places: [], readableFile: null };

function protectionsOf({ settings, secrets: { inTheOpen, places } = NONE, isShared = null }: PostureFacts): Protection[] {
  const servesHttp = settings.transport !== 'stdio';
  const mode = authModeOf(settings);
  const overHttp: Protection[] = [
    [mode !== 'none', `client authentication (${mode})`, 'client authentication'],
    [settings.tlsCertificate !== undefined, 'HTTPS', 'HTTPS'],
    [settings.tlsClientAuthorities !== undefined, `client certificates (${settings.tlsClientCertificates})`, 'client certificates'],
    [validatesHosts(settings), 'host validation', 'host validation'],
    [!letsAllIn(settings.allowedSources), 'source addresses', 'source addresses'],
    [settings.requestsPerMinute > 0, `rate limit (${settings.requestsPerMinute} a minute)`, 'rate limit'],
  ];
  return [
    ...(servesHttp ? overHttp : []),
    [!settings.disableOutputSanitization, 'output sanitization', 'output sanitization'],
    ...(isShared === null ? [] : [[isShared, 'state shared with replicas', 'sharing of state'] as const]),
    [settings.logToolCalls, 'audit of tool calls', 'audit of tool calls'],
    ...(inTheOpen + places.length === 0 ? [] : [keptSecrets(inTheOpen, places)]),
  ];
}

/** Files are counted, since there may be many; secrets managers are named. */
function keptSecrets(inTheOpen: number, places: readonly string[]): Protection {
  const files = places.filter((place) => place.startsWith('/')).length;
  const words = [...places.filter((place) => !place.startsWith('/')), ...(files > 0 ? [count(files, 'file')] : [])].join(', ');
  return [inTheOpen === 0, `secrets kept apart (${words})`, `secrets kept apart (${inTheOpen} in the .env or the environment)`];
}

function risksOf(facts: PostureFacts): Risk[] {
  return [...(facts.settings.transport === 'stdio' ? [] : risksOfClients(facts)), ...risksOfTools(facts), ...risksOfPlaces(facts)];
}

/** Who can reach the server over HTTP, and who can listen. */
function risksOfClients({ settings }: PostureFacts): Risk[] {
  const { host } = settings;
  const mode = authModeOf(settings);
  return [
    [mode === 'none', 'no-authentication', 'no client authentication: every user and program of this machine may call the tools'],
    [
      !isLoopback(host) && settings.tlsCertificate === undefined,
      'plain-http',
      `plain HTTP at ${host}: credentials and answers can be read on the network`,
    ],
    [
      settings.trustPlatformAuth && (mode === 'api-key' || mode === 'zscaler'),
      'platform-trusted',
      'clients without credentials are admitted as the platform: nothing but the platform may be able to reach this server',
    ],
    [
      mode === 'api-key' && settings.authApiKeys.some(({ length }) => length < SHORTEST_KEY),
      'short-key',
      `a client key has fewer than ${SHORTEST_KEY} characters; --generate-auth-token prints a good one`,
    ],
    [
      mode === 'zscaler' && settings.authAllowedClients.length === 0,
      'any-tenant-client',
      'every OneAPI client of the tenant is admitted; ZSCALER_MCP_AUTH_ALLOWED_CLIENTS restricts them',
    ],
    [
      settings.disableHostValidation,
      'no-host-validation',
      'the Host header is not checked: web pages may reach this server by DNS rebinding',
    ],
    [settings.allowedHosts.includes('*'), 'any-host', 'every Host header is accepted: web pages may reach this server by DNS rebinding'],
    [settings.allowedOrigins.includes('*'), 'any-origin', 'pages of every origin may call this server'],
  ];
}

/** What the offered tools can do, and what the model gets to see. */
function risksOfTools({ settings, tools }: PostureFacts): Risk[] {
  const offered = [...tools];
  const writing = offered.filter(({ action }) => action !== 'read').length;
  const removing = offered.filter(({ isConfirmed }) => isConfirmed).length;
  return [
    [
      writing > 0,
      'write-tools',
      `${count(writing, 'tool')} may change the tenant, ${removing} of them ${removing === 1 ? 'removes' : 'remove'} something`,
    ],
    [
      removing > 0 && settings.confirmationFallback === 'token',
      'confirmation-by-token',
      'a client that cannot ask a person may confirm deletions by itself (ZSCALER_MCP_CONFIRMATION_FALLBACK=refuse)',
    ],
    [settings.disableOutputSanitization, 'no-sanitization', 'hidden characters and active markup reach the model unchanged'],
  ];
}

/** Where state and secrets are kept, and where calls go. */
function risksOfPlaces({ settings, demo, secrets = NONE, isShared = null, evictionPolicy = null }: PostureFacts): Risk[] {
  const elsewhere = demo ? '' : endpointsOf(settings);
  return [
    [
      isShared === false,
      'state-store-away',
      'the state store cannot be used: sessions of other replicas are unknown, confirmations by answer or token are refused, limits are counted per replica',
    ],
    [
      evictionPolicy !== null && evictionPolicy !== 'noeviction' && evictionPolicy !== 'unknown',
      'state-evicted',
      `the state store evicts keys when its memory is full (maxmemory-policy ${evictionPolicy}): a used confirmation could be used again, and wrong credentials and requests be counted from zero; set noeviction there`,
    ],
    [
      evictionPolicy === 'unknown',
      'state-eviction-unknown',
      'the state store permits neither INFO nor CONFIG GET: whether it evicts keys when its memory is full is unknown; make sure that its maxmemory-policy is noeviction',
    ],
    [
      isShared !== null && isInTheOpen(settings.stateUrl),
      'state-in-the-open',
      'the state store is reached without TLS: its password can be read on the network (use rediss://)',
    ],
    [
      secrets.readableFile !== null,
      'readable-secrets',
      `every user of this machine may read the secrets in ${secrets.readableFile}: chmod 600, or keep them in a file of their own or a secrets manager`,
    ],
    [elsewhere !== '', 'other-endpoints', elsewhere],
    [demo, 'demo', 'DEMO: answers come from a fictional tenant inside this server; configured credentials are not used'],
  ];
}

/** Whether the Host header of a request is compared with anything. */
export const validatesHosts = ({ disableHostValidation, allowedHosts }: Settings): boolean =>
  !disableHostValidation && !allowedHosts.includes('*');

const SHORTEST_KEY = 32;

/** Where calls and credentials go instead of the cloud; empty when they go there. These addresses hold no secret. */
function endpointsOf({ apiUrl, tokenUrl }: Settings): string {
  const places = [
    ...(apiUrl === undefined ? [] : [`calls go to ${apiUrl}`]),
    ...(tokenUrl === undefined ? [] : [`credentials go to ${tokenUrl}`]),
  ];
  return places.length === 0 ? '' : `${places.join(', ')}, and not to the cloud's own address`;
}

function isInTheOpen(stateUrl: string | undefined): boolean {
  const url = stateUrl === undefined ? null : URL.parse(stateUrl);
  return url?.protocol === 'redis:' && !isLoopback(url.hostname);
}

const letsAllIn = (ranges: readonly string[]): boolean => ranges.length === 0 || ranges.includes('*');

/** Logs how open a server is: for programs as one object, for people as a line for each risk. */
export function logPosture(log: Pick<RootLog, 'info' | 'warn' | 'isText'>, posture: Posture): void {
  const { on, off, risks } = posture;
  if (!log.isText) {
    const found = risks.length === 0 ? 'no known risk' : `${count(risks.length, 'risk')}: ${risks.map(({ id }) => id).join(', ')}`;
    return log[risks.length > 0 ? 'warn' : 'info']({ posture }, `posture: ${found}`);
  }
  log.info({}, `protections on: ${on.join(', ') || 'none'}; off: ${off.join(', ') || 'none'}`);
  for (const { message } of risks) log.warn({}, `risk: ${message}`);
}
