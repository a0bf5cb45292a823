/**
 * Products of a tenant according to the claims of its access token. The token is not verified: it came from the token endpoint
 * itself, and the products only narrow what is offered; the cloud decides what is permitted.
 */
import { decodeJwt } from 'jose';

/** Products of a tenant. */
export interface Entitlement {
  /** Product ids known here. */
  readonly products: readonly string[];
  /** Codes that match no known product. */
  readonly unknown: readonly string[];
}

/** Codes in the claim `service-info`, by product. */
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

/** Reads the claims; null when the token says nothing about products. */
export function readEntitlement(token: string): Entitlement | null {
  const codes = codesOf(token);
  if (codes === null) return null;
  const isKnown = (code: string): boolean => Object.values(CODES).some((own) => own.includes(code));
  const products = Object.entries(CODES).flatMap(([product, own]) => (own.some((code) => codes.has(code)) ? [product] : []));
  // Only unknown codes: better to offer everything than nothing.
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
