import { describe, expect, it } from 'vitest';
import { clientAddress, matchAddresses } from './addresses.ts';

describe('a list of addresses', () => {
  it.each([
    // address, list, verdict
    ['192.0.2.7', ['192.0.2.7'], true],
    ['192.0.2.8', ['192.0.2.7'], false],
    ['192.0.2.255', ['192.0.2.0/24'], true],
    ['192.0.3.0', ['192.0.2.0/24'], false],
    ['::ffff:192.0.2.7', ['192.0.2.0/24'], true],
    ['::ffff:c000:207', ['192.0.2.0/24'], true],
    ['192.0.2.7', ['::ffff:192.0.2.0/120'], true],
    ['192.0.2.7', ['0.0.0.0/0'], true],
    ['2001:db8::7', ['0.0.0.0/0'], false],
    ['2001:db8::7', ['::/0'], true],
    ['2001:db8::7', ['2001:db8::/32'], true],
    ['2001:DB8:0::7', ['2001:db8::7'], true],
    ['2001:db9::7', ['2001:db8::/32'], false],
    ['fe80::1%eth0', ['fe80::/10'], true],
    ['10.0.0.1', [], false],
    ['10.0.0.1', ['*'], true],
    ['10.0.0.1', ['192.0.2.0/24', '10.0.0.0/8'], true],
    ['nonsense', ['0.0.0.0/0', '::/0'], false],
    [undefined, ['0.0.0.0/0', '::/0'], false],
  ] as const)('%s in %j: %s', (address, ranges, verdict) => {
    expect(matchAddresses(ranges)(address)).toBe(verdict);
  });
});

describe('the address of a client', () => {
  const proxies = matchAddresses(['10.0.0.0/8', '::1']);

  it.each([
    // peer, X-Forwarded-For, client
    ['192.0.2.7', undefined, '192.0.2.7'],
    // a peer that is no proxy of ours may claim what it likes
    ['192.0.2.7', '203.0.113.9', '192.0.2.7'],
    ['10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['::1', '2001:db8::7', '2001:db8::7'],
    // what stands left of the first stranger may be invented by it
    ['10.0.0.1', '127.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['10.0.0.1', '127.0.0.1, 203.0.113.9, 10.0.0.2', '203.0.113.9'],
    ['10.0.0.1', '203.0.113.9:1234', '203.0.113.9'],
    ['10.0.0.1', '[2001:db8::7]:1234', '2001:db8::7'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['10.0.0.1', 'unknown', null],
    ['10.0.0.1', '203.0.113.9, ', null],
    [undefined, '203.0.113.9', null],
  ] as const)('of %s with %j is %s', (peer, forwardedFor, client) => {
    expect(clientAddress(peer, forwardedFor, proxies)).toBe(client);
  });
});
