/** Rules that concern several settings at once. */
import { nearest } from '../common/nearest.ts';
import { authModeOf, authObstacles } from './authentication.ts';
import { isHttp, isLoopback } from './formats.ts';
import type { Origins } from './layers.ts';
import type { Problem } from './problem.ts';
import { secretsObstacles } from './secrets-place.ts';
import type { Settings } from './table.ts';
import { showGiven } from './words.ts';

/** Problems and warnings that the rules found. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Names in the catalogue of tools. */
export type Known = { readonly products: readonly string[]; readonly toolsets: readonly string[] };

type Report = (setting: string, message: string, hint: string) => void;
type Check = (settings: Settings, refuse: Report, warn: Report, known: Known | undefined) => void;

const authenticatesClients: Check = (settings, refuse) => {
  for (const { setting, message, hint } of authObstacles(settings)) refuse(setting, message, hint);
};

const locatesSecrets: Check = (settings, refuse) => {
  for (const { setting, message, hint } of secretsObstacles(settings)) refuse(setting, message, hint);
};

/** Without TLS, the credentials of clients and the data of the tenant would cross the network unencrypted. */
const encryptsOffLoopback: Check = ({ transport, host, allowHttp, tlsCertificate }, refuse) => {
  if (!isHttp(transport) || isLoopback(host) || allowHttp || tlsCertificate) return;
  refuse(
    'ZSCALER_MCP_HOST',
    `expected a loopback address (127.0.0.1, ::1, localhost), got ${showGiven(host, false)}: plain HTTP can be read on the network`,
    'Set ZSCALER_MCP_TLS_CERTFILE and ZSCALER_MCP_TLS_KEYFILE to serve HTTPS, or ZSCALER_MCP_ALLOW_HTTP=true if the network encrypts traffic.',
  );
};

const hasWholeTls: Check = ({ tlsCertificate, tlsKey, tlsKeyPassword, tlsClientAuthorities }, refuse, warn) => {
  if (tlsCertificate && !tlsKey)
    refuse('ZSCALER_MCP_TLS_CERTFILE', 'is set without ZSCALER_MCP_TLS_KEYFILE', 'Set both, or neither for plain HTTP.');
  if (!tlsCertificate && tlsKey)
    refuse('ZSCALER_MCP_TLS_KEYFILE', 'is set without ZSCALER_MCP_TLS_CERTFILE', 'Set both, or neither for plain HTTP.');
  if (!tlsCertificate && tlsClientAuthorities)
    refuse(
      'ZSCALER_MCP_TLS_CA_CERTS',
      'has no effect over plain HTTP: client certificates require HTTPS',
      'Set ZSCALER_MCP_TLS_CERTFILE and ZSCALER_MCP_TLS_KEYFILE.',
    );
  if (!tlsKey && tlsKeyPassword !== undefined)
    warn(
      'ZSCALER_MCP_TLS_KEYFILE_PASSWORD',
      'has no effect: ZSCALER_MCP_TLS_KEYFILE is not set',
      'Remove it, or set ZSCALER_MCP_TLS_KEYFILE.',
    );
};

const holdsOneBody: Check = ({ bodyLimit, bodiesLimit }, _refuse, warn) => {
  if (bodiesLimit >= bodyLimit) return;
  warn(
    'ZSCALER_MCP_REQUEST_BODIES_LIMIT',
    `${bodiesLimit} is less than ZSCALER_MCP_REQUEST_BODY_LIMIT (${bodyLimit}): a body between the two is refused`,
    'Raise it, or lower ZSCALER_MCP_REQUEST_BODY_LIMIT.',
  );
};

const allowsItsHostName: Check = ({ transport, host, allowedHosts, disableHostValidation }, _refuse, warn) => {
  if (!isHttp(transport) || isLoopback(host) || allowedHosts.length > 0 || disableHostValidation) return;
  warn(
    'ZSCALER_MCP_ALLOWED_HOSTS',
    'is empty: requests are rejected unless their Host header is a loopback name',
    'List the host names that clients use in the URL of this server.',
  );
};

const hasSessionsWhereNeeded: Check = ({ transport, sessions }, refuse) => {
  if (transport !== 'sse' || sessions !== 'stateless') return;
  refuse(
    'ZSCALER_MCP_SESSIONS',
    'is stateless, but over HTTP+SSE a session is the stream',
    'Use --transport streamable-http, or remove it.',
  );
};

const usesPlatformTrust: Check = (settings, _refuse, warn) => {
  if (!settings.trustPlatformAuth || !isHttp(settings.transport)) return;
  const mode = authModeOf(settings);
  if (mode === 'api-key' || mode === 'zscaler') return;
  warn('ZSCALER_MCP_TRUST_PLATFORM_AUTH', `has no effect in mode ${mode}`, 'Remove it.');
};

/** Warnings only: a server with incomplete credentials starts, and its calls say what is missing. */
const hasWholeCredentials: Check = ({ clientId, clientSecret, privateKey, vanityDomain, tokenUrl }, _refuse, warn) => {
  const hasKey = clientSecret !== undefined || privateKey !== undefined;
  if (clientId !== undefined && !hasKey) {
    warn('ZSCALER_CLIENT_ID', 'is set without ZSCALER_CLIENT_SECRET or ZSCALER_PRIVATE_KEY: calls will fail', 'Set one of them.');
  }
  if (clientId === undefined && hasKey) {
    const given = privateKey === undefined ? 'ZSCALER_CLIENT_SECRET' : 'ZSCALER_PRIVATE_KEY';
    warn(given, 'is set without ZSCALER_CLIENT_ID: calls will fail', 'Set ZSCALER_CLIENT_ID.');
  }
  if (clientId !== undefined && hasKey && vanityDomain === undefined && tokenUrl === undefined) {
    warn('ZSCALER_CLIENT_ID', 'is set without ZSCALER_VANITY_DOMAIN: calls will fail', 'Set ZSCALER_VANITY_DOMAIN.');
  }
  if (clientSecret !== undefined && privateKey !== undefined) {
    warn('ZSCALER_CLIENT_SECRET', 'is not used: ZSCALER_PRIVATE_KEY is set too and takes precedence', 'Remove one of them.');
  }
};

const hasWholeWriteGate: Check = ({ writeEnabled, writeTools }, _refuse, warn) => {
  if (writeEnabled && writeTools.length === 0) {
    warn('ZSCALER_MCP_WRITE_ENABLED', 'has no effect: ZSCALER_MCP_WRITE_TOOLS names no tool', 'List the tools that may change the tenant.');
  }
  if (!writeEnabled && writeTools.length > 0) {
    warn(
      'ZSCALER_MCP_WRITE_TOOLS',
      'has no effect: ZSCALER_MCP_WRITE_ENABLED is not true',
      'Set ZSCALER_MCP_WRITE_ENABLED=true to offer these tools.',
    );
  }
};

/** A misspelt name in a list of what not to offer is an error, because it would be offered; elsewhere it only offers less. */
const namesExist: Check = (settings, refuse, warn, known) => {
  if (!known) return;
  const toolsets = [...known.toolsets, 'all', 'default', 'discover'];
  judgeNames(settings.products, 'ZSCALER_MCP_SERVICES', known.products, warn);
  judgeNames(settings.disabledProducts, 'ZSCALER_MCP_DISABLED_SERVICES', known.products, refuse);
  judgeNames(settings.toolsets, 'ZSCALER_MCP_TOOLSETS', toolsets, warn);
  judgeNames(settings.disabledToolsets, 'ZSCALER_MCP_DISABLED_TOOLSETS', known.toolsets, refuse);
};

function judgeNames(given: readonly string[], setting: string, known: readonly string[], report: Report): void {
  for (const name of given.filter((each) => !known.includes(each))) {
    const close = nearest(name, known);
    const hint =
      close !== null
        ? `Did you mean ${close}?`
        : known.length <= 15
          ? `Known names: ${known.join(', ')}.`
          : 'docs/reference/tools.md lists the known names.';
    report(setting, `names ${showGiven(name, false)}, which does not exist`, hint);
  }
}

/** Shared state must be sealed, so that access to the store does not give access to sessions. */
const sealsSharedState: Check = ({ transport, stateUrl, requestStateKeys }, refuse, warn) => {
  if (stateUrl === undefined) return;
  if (!isHttp(transport)) return warn('ZSCALER_MCP_STATE_URL', 'has no effect over stdio, which has a single session', 'Remove it.');
  if (requestStateKeys.length > 0) return;
  refuse(
    'ZSCALER_MCP_STATE_URL',
    'is set without ZSCALER_MCP_REQUEST_STATE_KEYS, which seal the shared state',
    'Set ZSCALER_MCP_REQUEST_STATE_KEYS to a key of at least 32 bytes, the same for all replicas; `openssl rand -hex 32` prints one.',
  );
};

const checks: readonly Check[] = [
  locatesSecrets,
  authenticatesClients,
  encryptsOffLoopback,
  allowsItsHostName,
  holdsOneBody,
  hasSessionsWhereNeeded,
  usesPlatformTrust,
  hasWholeTls,
  hasWholeCredentials,
  hasWholeWriteGate,
  sealsSharedState,
  namesExist,
];

/** Applies all rules; `known` is what the catalogue offers, and without it names of products and toolsets are not checked. */
export function checkTogether(settings: Settings, origins: Origins, known: Known | undefined): Findings {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const into =
    (findings: Problem[]): Report =>
    (setting, message, hint) =>
      void findings.push({ setting, file: origins[setting]?.file ?? null, line: origins[setting]?.line ?? null, message, hint });
  for (const check of checks) check(settings, into(problems), into(warnings), known);
  return { problems, warnings };
}
