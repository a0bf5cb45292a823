import { expect, it } from 'vitest';
import { isAllowedHost } from './host.ts';

it.each([
  // header, allowlist, verdict
  ['localhost', [], true],
  ['localhost:8000', [], true],
  ['LocalHost:1', [], true],
  ['localhost.', [], true],
  ['127.0.0.1', [], true],
  ['127.0.0.1:65535', [], true],
  ['127.8.9.10:80', [], true],
  ['[::1]', [], true],
  ['[::1]:8000', [], true],
  ['[0:0:0:0:0:0:0:1]:8000', [], true],
  [undefined, [], false],
  ['', [], false],
  ['evil.example', [], false],
  ['evil.example:8000', [], false],
  ['localhost.evil.example', [], false],
  ['127.0.0.1.evil.example', [], false],
  ['evil.example/localhost', [], false],
  ['evil.example@localhost', [], false],
  ['localhost@evil.example', [], false],
  ['localhost:80:80', [], false],
  ['local host', [], false],
  ['[::1', [], false],
  ['[::2]', [], false],
  ['0.0.0.0:8000', [], false],
  ['10.0.0.1', [], false],
  // What is written as an address in another way is the same address.
  ['0x7f.1', [], true],
  ['2130706433', [], true],
  // a name means any port; a name with a port means that one
  ['mcp.example', ['mcp.example'], true],
  ['MCP.example.', ['mcp.example'], true],
  ['mcp.example:8443', ['mcp.example'], true],
  ['mcp.example', ['mcp.example:8443'], false],
  ['mcp.example:8443', ['mcp.example:8443'], true],
  ['mcp.example:8444', ['mcp.example:8443'], false],
  ['mcp.example', ['mcp.example:*'], true],
  ['mcp.example:8444', ['mcp.example:*'], true],
  ['sub.mcp.example', ['mcp.example'], false],
  ['sub.mcp.example', ['mcp.example:*'], false],
  ['xmcp.example', ['mcp.example'], false],
  ['two.example', ['one.example', 'two.example'], true],
  // IPv6, bare or in brackets
  ['[2001:db8::1]:8000', ['2001:db8::1'], true],
  ['[2001:db8::1]:8000', ['[2001:db8::1]'], true],
  ['[2001:DB8:0::1]', ['[2001:db8::1]:*'], true],
  ['[2001:db8::1]:8000', ['[2001:db8::1]:8000'], true],
  ['[2001:db8::1]:8001', ['[2001:db8::1]:8000'], false],
  ['[2001:db8::2]', ['2001:db8::1'], false],
  // everything
  ['evil.example', ['*'], true],
  ['', ['*'], false],
  // the list adds to loopback names, it does not replace them
  ['localhost:8000', ['mcp.example'], true],
  // an entry that is none allows nothing
  ['evil.example', ['', ' ', '://'], false],
] as const)('Host %j with the list %j: %s', (header, allowed, verdict) => {
  expect(isAllowedHost(header, allowed)).toBe(verdict);
});

// As long as headers may be: what takes its time here stops the server for everybody.
it.each([':', 'a:', '[', '.', 'a.', '0:'])('Host %j many thousand times is no name', (piece) => {
  expect(isAllowedHost(`${piece.repeat(16_000 / piece.length)}x`, ['mcp.example.com', '[2001:db8::1]'])).toBe(false);
});
