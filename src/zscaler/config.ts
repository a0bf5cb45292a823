/** Configuration of the client, and the addresses derived from it. */
import { withoutEndSlashes } from '../common/slashes.ts';
import { ZscalerMcpError } from '../common/errors.ts';

/** Credentials, addresses and limits of requests to the cloud. */
export interface CloudConfig {
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** PEM (PKCS #8), JWK as JSON, or the path of a file with either; takes precedence over the secret. */
  readonly privateKey?: string;
  /** One DNS label: the part of the tenant's sign-in address before the first dot. */
  readonly vanityDomain?: string;
  /** Name of the cloud; empty or `production` for the default one. */
  readonly cloud: string;
  readonly customerId?: string;
  readonly zcellCustomerId?: string;
  /** Added to every ZPA request that does not name a microtenant itself. */
  readonly microtenantId?: string;
  readonly partnerId?: string;
  /** Overrides of the derived addresses: https, or http to a loopback address. */
  readonly apiUrl?: string;
  readonly tokenUrl?: string;
  /** Time limit of one attempt. A call with all its attempts and waits gets twice that. */
  readonly requestTimeoutMs: number;
  /** Attempts after the first. */
  readonly maxRetries: number;
  /** Size of the answers to one call together, in bytes after decompression. */
  readonly answerLimit: number;
  readonly userAgentComment?: string;
  readonly proxy?: ProxyConfig;
}

export interface ProxyConfig {
  readonly https?: string;
  readonly http?: string;
  /** Hosts to reach without the proxy, in the syntax of NO_PROXY. */
  readonly no?: string;
}

export interface Addresses {
  /** Complete URL of the token endpoint. */
  readonly token: string;
  /** Base URL of the API, without a trailing slash. */
  readonly api: string;
}

/** Clouds whose sign-in domain is `zslogin<cloud>.net`. A fixed list: a free value could send the secret to a stranger's domain. */
const namedClouds = ['alpha', 'beta', 'demo', 'one', 'two', 'three'];
const governmentClouds: Readonly<Record<string, { login: string; api: string }>> = {
  gov: { login: 'zidentitygov.net', api: 'https://api.zscalergov.net' },
  govus: { login: 'zidentitygov.us', api: 'https://api.zscalergov.us' },
};

/** Addresses for a configuration. @throws ZscalerMcpError ERR_CLOUD_CONFIG */
export function addressesOf(config: CloudConfig): Addresses {
  return {
    token: config.tokenUrl
      ? checkUrl(config.tokenUrl, 'token').href
      : `https://${labelOf(config.vanityDomain)}.${domainsOf(config.cloud).login}/oauth2/v1/token`,
    api: config.apiUrl ? withoutEndSlashes(checkUrl(config.apiUrl, 'API').href) : domainsOf(config.cloud).api,
  };
}

function domainsOf(cloud: string): { login: string; api: string } {
  const name = cloud.toLowerCase();
  if (name === '' || name === 'production') return { login: 'zslogin.net', api: 'https://api.zsapi.net' };
  if (Object.hasOwn(governmentClouds, name)) return governmentClouds[name]!;
  if (namedClouds.includes(name)) return { login: `zslogin${name}.net`, api: `https://api.${name}.zsapi.net` };
  const known = ['production', ...namedClouds, ...Object.keys(governmentClouds)].join(', ');
  throw new ZscalerMcpError('ERR_CLOUD_CONFIG', `the cloud must be one of ${known}, got "${cloud}"`, {
    hint: 'Correct ZSCALER_CLOUD. For a cloud that is not listed, give the addresses of its token endpoint and its API instead.',
  });
}

/** Exactly one DNS label: anything else could direct the secret to another host. */
function labelOf(vanityDomain: string | undefined): string {
  if (!vanityDomain)
    throw new ZscalerMcpError('ERR_CLOUD_CONFIG', 'no vanity domain is configured, so there is no place to ask for a token', {
      hint: 'Set ZSCALER_VANITY_DOMAIN to the first part of the sign-in address: "acme" of acme.zslogin.net.',
    });
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(vanityDomain)) return vanityDomain.toLowerCase();
  throw new ZscalerMcpError(
    'ERR_CLOUD_CONFIG',
    `the vanity domain must be one label of letters, digits and hyphens, got "${vanityDomain}"`,
    {
      hint: 'Set ZSCALER_VANITY_DOMAIN to the first part of the sign-in address only: "acme" of acme.zslogin.net.',
    },
  );
}

function checkUrl(value: string, what: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isSafe = url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname)));
  if (isSafe && url.username === '' && url.password === '' && url.search === '' && url.hash === '') return url;
  // The rejected address may contain a password, so it is not quoted.
  throw new ZscalerMcpError(
    'ERR_CLOUD_CONFIG',
    `the ${what} address must be https, or http to this machine, without user name, query or fragment${url ? `; its host is "${url.hostname}"` : ''}`,
    { hint: `Correct the ${what} address, or remove it to use the one that belongs to the cloud.` },
  );
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
