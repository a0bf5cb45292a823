/**
 * Which products a tenant has, as the claims of its access token say. The token is read and not verified: it came from
 * the token endpoint itself, and the products only narrow what is offered; what may be done the cloud decides.
 */
import { decodeJwt } from 'jose';

export interface Entitlement {
  /** Ids of our products. */
  readonly products: readonly string[];
  /** Codes that stand for none of them. */
  readonly unknown: readonly string[];
}

/** Codes of the claim `service-info`, by product. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  zia: ['ZIA'],
  zpa: ['ZPA'],
  zdx: ['ZDX'],
  zcc: ['ZCC'],
  ztw: ['ZTW', 'CLOUD_CONNECTOR'],
  zid: ['ZIDENTITY', 'ZID', 'IDENTITY', 'ZIAM'],
  zeasm: ['ZEASM', 'EASM'],
  zins: ['ZINS', 'INSIGHTS', 'ZINSIGHTS'],
  zms: ['ZMS'],
  zcell: ['ZCELL', 'ZCELLULAR', 'CELLULAR'],
};

/** Null when the token tells nothing about products. */
export function readEntitlement(token: string): Entitlement | null {
  const codes = codesOf(token);
  if (codes === null) return null;
  const isKnown = (code: string): boolean => Object.values(CODES).some((own) => own.includes(code));
  const products = Object.entries(CODES).flatMap(([product, own]) => (own.some((code) => codes.has(code)) ? [product] : []));
  // Nothing that we know is no reason to offer nothing.
  return products.length === 0 ? null : { products, unknown: [...codes].filter((code) => !isKnown(code)) };
}

function codesOf(token: string): ReadonlySet<string> | null {
  try {
    const claims = decodeJwt(token);
    const entries = claims['service-info'] ?? claims['serviceInfo'];
    if (!Array.isArray(entries)) return null;
    const codes = entries.map((entry) => (entry as { prd?: unknown } | null)?.prd).filter((code) => typeof code === 'string');
    return codes.length === 0 ? null : new Set(codes.map((code) => code.trim().toUpperCase()));
  } catch {
    return null;
  }
}
