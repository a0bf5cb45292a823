/** What the client needs to know of the tenant, and the addresses that follow from it. */
import { ZscalerMcpError } from '../common/errors.ts';

export interface CloudConfig {
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** PEM (PKCS #8), JWK as JSON, or the path of a file with either; wins over the secret. */
  readonly privateKey?: string;
  /** One DNS label: the part of the tenant's sign-in address before the first dot. */
  readonly vanityDomain?: string;
  /** Name of the cloud; empty or `production` for the usual one. */
  readonly cloud: string;
  readonly customerId?: string;
  readonly zcellCustomerId?: string;
  /** Added to every ZPA request that names no microtenant itself. */
  readonly microtenantId?: string;
  readonly partnerId?: string;
  /** Replace the addresses that would follow from the cloud. https, or http to this machine. */
  readonly apiUrl?: string;
  readonly tokenUrl?: string;
  /** For one attempt. All attempts and waits of one call together get twice that. */
  readonly requestTimeoutMs: number;
  /** Attempts after the first. */
  readonly maxRetries: number;
  readonly userAgentComment?: string;
  readonly proxy?: ProxyConfig;
}

export interface ProxyConfig {
  readonly https?: string;
  readonly http?: string;
  /** Hosts to reach directly, in the manner of NO_PROXY. */
  readonly no?: string;
}

export interface Addresses {
  /** Where tokens are requested, whole. */
  readonly token: string;
  /** What the path of a request is appended to; no slash at the end. */
  readonly api: string;
}

/** Clouds whose sign-in domain is `zslogin<cloud>.net`. A free word would let a setting send the secret to a stranger's domain. */
const namedClouds = ['alpha', 'beta', 'demo', 'one', 'two', 'three'];
const governmentClouds: Readonly<Record<string, { login: string; api: string }>> = {
  gov: { login: 'zidentitygov.net', api: 'https://api.zscalergov.net' },
  govus: { login: 'zidentitygov.us', api: 'https://api.zscalergov.us' },
};

/** @throws ZscalerMcpError ERR_CLOUD_CONFIG */
export function addressesOf(config: CloudConfig): Addresses {
  return {
    token: config.tokenUrl
      ? checkUrl(config.tokenUrl, 'token').href
      : `https://${labelOf(config.vanityDomain)}.${domainsOf(config.cloud).login}/oauth2/v1/token`,
    api: config.apiUrl ? checkUrl(config.apiUrl, 'API').href.replace(/\/+$/, '') : domainsOf(config.cloud).api,
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

/** Anything but one label could move the secret to another host. */
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
  // A refused address may hold a password, so it is not repeated.
  throw new ZscalerMcpError(
    'ERR_CLOUD_CONFIG',
    `the ${what} address must be https, or http to this machine, without user name, query or fragment${url ? `; its host is "${url.hostname}"` : ''}`,
    { hint: `Correct the ${what} address, or remove it to use the one that belongs to the cloud.` },
  );
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
