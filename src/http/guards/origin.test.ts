import { expect, it } from 'vitest';
import { isAllowedOrigin } from './origin.ts';

it.each([
  // header, allowlist, verdict
  [undefined, [], true],
  ['http://localhost', [], true],
  ['http://localhost:3000', [], true],
  ['https://localhost:3000', [], true],
  ['http://127.0.0.1:6274', [], true],
  ['http://[::1]:6274', [], true],
  ['', [], false],
  ['null', [], false],
  ['https://evil.example', [], false],
  ['http://localhost.evil.example', [], false],
  ['http://localhost@evil.example', [], false],
  ['http://evil.example/localhost', [], false],
  ['http://localhost/page', [], false],
  ['http://user@localhost', [], false],
  ['file://localhost', [], false],
  ['chrome-extension://localhost', [], false],
  ['localhost', [], false],
  ['https://console.example', ['https://console.example'], true],
  ['https://CONSOLE.example', ['https://console.example'], true],
  ['https://console.example:443', ['https://console.example'], true],
  ['https://console.example:8443', ['https://console.example'], false],
  ['https://console.example:8443', ['https://console.example:8443'], true],
  ['http://console.example', ['https://console.example'], false],
  ['https://sub.console.example', ['https://console.example'], false],
  ['https://console.example.evil.example', ['https://console.example'], false],
  ['chrome-extension://abc', ['chrome-extension://def'], false],
  ['http://localhost:1', ['https://console.example'], true],
  ['https://evil.example', ['*'], true],
  ['null', ['*'], true],
] as const)('Origin %j with the list %j: %s', (header, allowed, verdict) => {
  expect(isAllowedOrigin(header, allowed)).toBe(verdict);
});
