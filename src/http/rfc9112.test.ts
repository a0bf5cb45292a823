/** What RFC 9112 and RFC 9110 ask of a server before it looks at what a request is about, byte by byte over a raw socket. */
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startStack } from '../../test/conformance/stack.ts';

/** The status of the first answer; 0 when the connection is closed without one. */
async function statusOf(url: string, bytes: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => void socket.end(bytes, 'latin1'));
    socket.setEncoding('latin1').on('data', (part: string) => (text += part));
    socket.on('error', () => undefined).on('close', () => resolve(text));
  });
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0);
}

const head = (line: string, ...headers: string[]): string => [line, ...headers, 'Connection: close', '', ''].join('\r\n');
const GET = 'GET /healthz HTTP/1.1';
const OURS = 'Host: localhost';
const post = (...headers: string[]): string => head('POST /mcp HTTP/1.1', OURS, 'Content-Type: application/json', ...headers);

describe('a request is answered as the RFC says', () => {
  it.each<[clause: string, bytes: string, status: number]>([
    // RFC 9112, section 3.2: exactly one Host, and a valid one.
    ['3.2 one Host', head(GET, OURS), 200],
    ['3.2 one Host with a port', head(GET, 'Host: localhost:8000'), 200],
    ['3.2 one Host with an empty port', head(GET, 'Host: localhost:'), 200],
    ['3.2 an IPv6 address', head(GET, 'Host: [::1]:8000'), 200],
    ['3.2 no Host in HTTP/1.1', head(GET), 400],
    ['3.2 no Host in HTTP/1.0', head('GET /healthz HTTP/1.0'), 200],
    ['3.2 two Hosts, equal', head(GET, OURS, OURS), 400],
    ['3.2 two Hosts, different', head(GET, OURS, 'Host: evil.example'), 400],
    ['3.2 two Hosts, ours last', head(GET, 'Host: evil.example', 'hOST: localhost'), 400],
    ['3.2 two Hosts, apart', head(GET, OURS, 'Accept: */*', 'Host: localhost'), 400],
    ['3.2 two Hosts in HTTP/1.0', head('GET /healthz HTTP/1.0', OURS, OURS), 400],
    ['3.2 two Hosts to MCP', head('GET /mcp HTTP/1.1', OURS, 'Host: evil.example'), 400],
    ['3.2 an empty Host', head(GET, 'Host:'), 400],
    ['3.2 a list of Hosts', head(GET, 'Host: localhost, evil.example'), 400],
    ['3.2 a URL for a Host', head(GET, 'Host: http://localhost/'), 400],
    ['3.2 a Host with a path', head(GET, 'Host: localhost/x'), 400],
    ['3.2 a Host with a user', head(GET, 'Host: evil.example@localhost'), 400],
    ['3.2 a Host with two ports', head(GET, 'Host: localhost:80:80'), 400],
    ['3.2 a Host with letters for a port', head(GET, 'Host: localhost:http'), 400],
    ['3.2 a Host with a blank', head(GET, 'Host: local host'), 400],
    ['3.2 a Host with an open bracket', head(GET, 'Host: [::1'), 400],
    ['3.2 a Host with letters beyond ASCII', head(GET, 'Host: loc\u00E4lhost'), 400],
    ['3.2 a Host that is too long', head(GET, `Host: ${'a'.repeat(300)}`), 400],
    // Section 3.2.1 to 3.2.4: the forms of the request target.
    ['3.2.1 a path', head('GET /mcp/ HTTP/1.1', 'Host: evil.example'), 421],
    ['3.2.1 no path', head('GET healthz HTTP/1.1', OURS), 400],
    ['3.2.1 a fragment', head('GET /healthz#x HTTP/1.1', OURS), 400],
    ['3.2.2 a URL', head('GET http://localhost/healthz HTTP/1.1', OURS), 200],
    ['3.2.2 a URL without a path', head('OPTIONS http://localhost HTTP/1.1', OURS), 404],
    ['3.2.2 the URL overrides Host: another name', head('GET http://evil.example/mcp HTTP/1.1', OURS), 421],
    ['3.2.2 the URL overrides Host: our name', head('GET http://localhost/nowhere HTTP/1.1', 'Host: evil.example'), 404],
    ['3.2.2 a URL, and two Hosts', head('GET http://localhost/healthz HTTP/1.1', OURS, OURS), 400],
    ['3.2.2 a URL, and no Host', head('GET http://localhost/healthz HTTP/1.1'), 400],
    ['RFC 9110 4.2.1 a URL without a host', head('GET http:///healthz HTTP/1.1', OURS), 400],
    ['RFC 9110 4.2.4 a URL with a user', head('GET http://me:pw@localhost/healthz HTTP/1.1', OURS), 400],
    ['3.2.2 a URL of another scheme', head('GET ftp://localhost/healthz HTTP/1.1', OURS), 400],
    ['3.2.3 an authority, which is for proxies', head('CONNECT localhost:80 HTTP/1.1', OURS), 0],
    ['3.2.4 an asterisk, with another method', head('GET * HTTP/1.1', OURS), 400],
    ['3.2.4 an asterisk, with OPTIONS', head('OPTIONS * HTTP/1.1', OURS), 404],
    // Section 2.2, 3 and 5: the lines of the head.
    ['2.2 a blank before the first header', head(GET, ' X: y', OURS), 400],
    ['2.2 a bare CR', head(GET, OURS, 'X: a\rHost: evil.example'), 400],
    ['3 another version of HTTP', head('GET /healthz HTTP/3.7', OURS), 400],
    ['5.1 a blank before the colon', head(GET, 'Host : localhost'), 400],
    ['5.2 a folded line', head(GET, 'Host: localhost', 'X: a', ' b'), 400],
    ['5 a NUL', head(GET, OURS, 'X: a\0b'), 400],
    // Section 6: where a body ends.
    ['6.3 two lengths', post('Content-Length: 2', 'Content-Length: 3') + '{}', 400],
    ['6.3 a length and chunks', post('Content-Length: 2', 'Transfer-Encoding: chunked') + '0\r\n\r\n', 400],
    ['6.3 a list of lengths', post('Content-Length: 2, 2') + '{}', 400],
    ['6.3 a length with a sign', post('Content-Length: +2') + '{}', 400],
    ['6.1 a coding that is not chunked last', post('Transfer-Encoding: chunked, gzip') + '0\r\n\r\n', 400],
    ['7.1 a chunk with a wrong length', post('Transfer-Encoding: chunked') + 'zz\r\n', 400],
    // RFC 9110, section 5.3: a header that is not a list is sent once.
    ['RFC 9110 5.3 two authorizations', head('GET /mcp HTTP/1.1', OURS, 'Authorization: Bearer a', 'Authorization: Bearer b'), 400],
    ['RFC 9110 5.3 two content types', post('Content-Type: text/plain', 'Content-Length: 2') + '{}', 400],
  ])('%s', async (_clause, bytes, status) => {
    expect(await statusOf((await startStack()).url, bytes)).toBe(status);
  });
});
