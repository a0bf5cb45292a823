/**
 * Settings of similar servers that this one does not support. A name that asks for protection is an error, so that a server
 * never runs with less protection than its operator configured; a value that matches how this server behaves anyway is
 * accepted; any other draws a warning.
 */
import { isHttp } from './formats.ts';
import type { Layer } from './layers.ts';
import type { Problem } from './problem.ts';
import { secretFileNames } from './secret-files.ts';
import { parseFlag } from './setting.ts';
import { rows } from './table.ts';

/** One or more names of unsupported settings, and what happens when one is set. */
export interface Reserved {
  /** Exact names, or prefixes followed by `*`. The first row that matches applies. */
  readonly names: readonly string[];
  readonly flag?: `--${string}`;
  /** `refuse-http`: an error where clients connect over HTTP, a warning over stdio, where nobody else can connect. */
  readonly verdict: 'refuse' | 'refuse-http' | 'warn';
  /** Other programs use the name too, so it is judged only in the `.env`, which is meant for this server. */
  readonly isShared?: true;
  /** Whether a value matches how this server behaves anyway, so that it draws no warning. */
  accepts?(raw: string): boolean;
  readonly reason: string;
  readonly hint: string;
}

const says =
  (wanted: boolean) =>
  (raw: string): boolean => {
    try {
      return parseFlag(raw) === wanted;
    } catch {
      return false;
    }
  };

const REMOVE = 'Remove it.';

/** The names, more specific ones first. */
export const reserved: readonly Reserved[] = [
  {
    names: ['OIDCPROXY_CLIENT_SECRET'],
    verdict: 'warn',
    reason: 'has no effect: this server never needs the client secret of an identity provider',
    hint: REMOVE,
  },
  {
    names: ['ZSCALER_MCP_AUTH_*', 'OIDCPROXY_*'],
    verdict: 'refuse-http',
    reason: 'is not a setting of this server, although its name suggests client authentication',
    hint: 'Use one of the names under "Client authentication" in docs/reference/settings.md, or remove it.',
  },
  {
    names: ['ZSCALER_MCP_TLS_*'],
    verdict: 'refuse-http',
    reason: 'is not a setting of this server, although its name suggests TLS',
    hint: 'Use ZSCALER_MCP_TLS_CERTFILE for the certificate and ZSCALER_MCP_TLS_KEYFILE for its key.',
  },
  {
    names: ['ZSCALER_MCP_SKIP_CONFIRMATIONS'],
    verdict: 'warn',
    accepts: says(false),
    reason: 'has no effect: deletions are always confirmed first',
    hint: 'ZSCALER_MCP_CONFIRMATION_FALLBACK=token lets a client that cannot ask a person confirm with a token.',
  },
  {
    names: ['ZSCALER_MCP_REPORT_TOKENS', 'ZSCALER_MCP_TOKEN_ENCODING'],
    verdict: 'warn',
    accepts: says(false),
    reason: 'has no effect: this version does not count tokens',
    hint: REMOVE,
  },
  {
    names: ['AWS_*', 'GOOGLE_*', 'CLOUDSDK_*', 'GCE_METADATA_*'],
    verdict: 'warn',
    isShared: true,
    reason: 'has no effect in a file: the SDK of the secrets manager reads it from the environment only',
    hint: 'Set it in the environment that the server is started with, or use a role that the platform provides.',
  },
  {
    names: ['ZSCALER_PROXY_HOST'],
    verdict: 'refuse',
    reason: 'is not supported: requests would bypass the proxy',
    hint: 'Use HTTPS_PROXY=http://user:password@host:port.',
  },
  {
    names: ['ZSCALER_PROXY_PORT', 'ZSCALER_PROXY_USERNAME', 'ZSCALER_PROXY_PASSWORD'],
    verdict: 'warn',
    reason: 'has no effect: proxies are configured with HTTPS_PROXY, HTTP_PROXY and NO_PROXY',
    hint: 'Use HTTPS_PROXY=http://user:password@host:port.',
  },
  {
    names: ['ZSCALER_SANDBOX_TOKEN', 'ZSCALER_SANDBOX_CLOUD'],
    verdict: 'warn',
    reason: 'has no effect: no tool submits files to the sandbox',
    hint: REMOVE,
  },
  {
    names: ['ZSCALER_CONNECTION_TIMEOUT'],
    verdict: 'warn',
    reason: 'has no effect: ZSCALER_REQUEST_TIMEOUT limits the whole request',
    hint: 'Use ZSCALER_REQUEST_TIMEOUT.',
  },
  {
    names: ['ZSCALER_CACHE_ENABLED', 'ZSCALER_CACHE_DEFAULT_TTL', 'ZSCALER_CACHE_DEFAULT_TTI'],
    verdict: 'warn',
    accepts: says(false),
    reason: 'has no effect: answers from the cloud are not cached',
    hint: REMOVE,
  },
  {
    names: ['ZSCALER_LOGGING_ENABLED', 'ZSCALER_LOGGING_LOG_LEVEL', 'ZSCALER_SDK_LOG', 'ZSCALER_SDK_VERBOSE'],
    verdict: 'warn',
    accepts: says(false),
    reason: 'has no effect: the log level is set with ZSCALER_MCP_LOG_LEVEL',
    hint: 'Use ZSCALER_MCP_LOG_LEVEL.',
  },
  {
    names: ['LOG_TO_FILE', 'LOG_FILE_PATH'],
    verdict: 'warn',
    isShared: true,
    accepts: says(false),
    reason: 'has no effect: logs go to stderr',
    hint: 'Redirect stderr to a file.',
  },
  {
    names: ['ZSCALER_USER_AGENT'],
    verdict: 'warn',
    reason: 'has no effect: the server sends a User-Agent of its own',
    hint: 'Use ZSCALER_MCP_USER_AGENT_COMMENT to add to it.',
  },
  {
    names: ['REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
    verdict: 'warn',
    isShared: true,
    reason: 'has no effect in a file: Node.js reads its certificates when the process starts',
    hint: 'Set NODE_EXTRA_CA_CERTS in the environment that the server is started with.',
  },
];

const known: ReadonlySet<string> = new Set([
  ...rows.flatMap(([, { env, aliases = [] }]) => [env, ...aliases.map((alias) => alias.env)]),
  ...secretFileNames.keys(),
]);

/** The row that a name falls under; undefined for a setting of this server and for an unknown name. */
export const findReserved = (name: string): Reserved | undefined =>
  known.has(name) ? undefined : reserved.find(({ names }) => names.some((pattern) => matches(name, pattern)));

const matches = (name: string, pattern: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

/**
 * Finds the reserved names that are set.
 * @param layers highest first; the value in the highest layer that has a name decides
 */
export function judgeReserved(layers: readonly Layer[], transport: string): { problems: Problem[]; warnings: Problem[] } {
  const result: { problems: Problem[]; warnings: Problem[] } = { problems: [], warnings: [] };
  const names = new Set(layers.flatMap((layer) => layer.names));
  for (const setting of names) {
    const row = findReserved(setting);
    const layer = layers.find((each) => each.get(setting) !== undefined);
    const value = layer?.get(setting);
    if (!row || !layer || !value || row.accepts?.(value) || (row.isShared && layer.kind !== 'file')) continue;
    const isRefused = row.verdict === 'refuse' || (row.verdict === 'refuse-http' && isHttp(transport));
    (isRefused ? result.problems : result.warnings).push({ setting, ...layer.place(setting), message: row.reason, hint: row.hint });
  }
  return result;
}
