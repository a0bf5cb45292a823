import { describe, expect, it } from 'vitest';
import { readEntitlement } from './entitlement.ts';

const tokenOf = (claims: unknown): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
const info = (...codes: unknown[]) => codes.map((prd) => ({ prd, rnm: 'role' }));

describe('the products of a tenant', () => {
  it.each([
    [{ 'service-info': info('ZIA', 'zpa') }, ['zia', 'zpa']],
    [{ serviceInfo: info('ZIAM', 'CLOUD_CONNECTOR', 'ZINSIGHTS') }, ['ztw', 'zid', 'zins']],
    [{ 'service-info': info('EASM', 'ZCELLULAR', 'ZMS', 'ZDX', 'ZCC') }, ['zdx', 'zcc', 'zeasm', 'zms', 'zcell']],
  ])('%j are %j', (claims, products) => {
    expect(readEntitlement(tokenOf(claims))).toEqual({ products, unknown: [] });
  });

  it('come with the codes that stand for none', () => {
    expect(readEntitlement(tokenOf({ 'service-info': info('ZIA', 'ZNEW', 5, null) }))).toEqual({ products: ['zia'], unknown: ['ZNEW'] });
  });

  it.each([
    [{}],
    [{ 'service-info': 'ZIA' }],
    [{ 'service-info': [] }],
    [{ 'service-info': [null, 'ZIA'] }],
    [{ 'service-info': info('ZNEW') }],
  ])('are unknown from %j', (claims) => {
    expect(readEntitlement(tokenOf(claims))).toBeNull();
  });

  it.each(['', 'opaque', 'a.b.c', 'e30.bm9uZQ.x'])('are unknown from the token %j', (token) => {
    expect(readEntitlement(token)).toBeNull();
  });
});
