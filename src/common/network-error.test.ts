import { getSystemErrorMap } from 'node:util';
import { errors as undici, EnvHttpProxyAgent, fetch as proxiedFetch } from 'undici';
import { describe, expect, it } from 'vitest';
import { failingProxies, failingServers, RAW_ERROR } from '../../test/failing-servers.ts';
import { explainNetworkError, rootOf } from './network-error.ts';

const coded = (code: string, more: object = {}): Error => Object.assign(new Error(`raw ${code}`), { code, ...more });
const wrapped = (cause: Error): Error => new TypeError('fetch failed', { cause });

const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.fail('expected a failure'),
    (error: unknown) => error,
  );

/** The look-up errors that the platform knows. */
const lookUp = [...getSystemErrorMap().values()].map(([name]) => name).filter((name) => name.startsWith('EAI_'));

/** Of connections; the other system errors are of files and processes. */
const SYSTEM =
  `ECONNREFUSED ECONNRESET ECONNABORTED ETIMEDOUT EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN EADDRNOTAVAIL EAFNOSUPPORT ENOTCONN
  EACCES EPERM EMFILE ENFILE ENOBUFS ENOMEM EPIPE EPROTO ENOTFOUND`.split(/\s+/);

/** Source: the documentation of node:tls, "X509 certificate error codes". */
const CERTIFICATE = `UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_CRL UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_DECRYPT_CRL_SIGNATURE
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY CERT_SIGNATURE_FAILURE CRL_SIGNATURE_FAILURE CERT_NOT_YET_VALID CERT_HAS_EXPIRED CRL_NOT_YET_VALID
  CRL_HAS_EXPIRED ERROR_IN_CERT_NOT_BEFORE_FIELD ERROR_IN_CERT_NOT_AFTER_FIELD ERROR_IN_CRL_LAST_UPDATE_FIELD ERROR_IN_CRL_NEXT_UPDATE_FIELD
  DEPTH_ZERO_SELF_SIGNED_CERT SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT_LOCALLY UNABLE_TO_VERIFY_LEAF_SIGNATURE
  CERT_CHAIN_TOO_LONG CERT_REVOKED INVALID_CA PATH_LENGTH_EXCEEDED INVALID_PURPOSE CERT_UNTRUSTED CERT_REJECTED HOSTNAME_MISMATCH
  UNSPECIFIED ERR_TLS_CERT_ALTNAME_INVALID`.split(/\s+/);

const TLS = ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'];

const ofUndici = Object.values(undici)
  .map((One) => Reflect.construct(One, ['raw', 502, {}]) as NodeJS.ErrnoException)
  .flatMap(({ code }) => (String(code).startsWith('UND_ERR') ? [String(code)] : []));

describe('an error of the network', () => {
  it.each([
    ...new Set([...SYSTEM, ...lookUp, ...CERTIFICATE, ...TLS, ...ofUndici, 'HPE_INVALID_CONSTANT', 'Z_DATA_ERROR', 'ERR_INVALID_CHAR']),
  ])('%s has words of its own, with its name and place', (code) => {
    const { fault, message } = explainNetworkError(wrapped(coded(code, { hostname: 'api.example' })));
    expect(fault).not.toBe('unknown');
    expect(message).toMatch(new RegExp(String.raw`^(?!raw)[A-Za-z].* \(${code}: api\.example\)$`));
    expect(explainNetworkError(coded(code, { hostname: 'api.example' }), 'api.example').message).toMatch(
      new RegExp(String.raw` \(${code}\)$`),
    );
  });

  it.each(CERTIFICATE)('%s is one of a certificate', (code) => {
    expect(explainNetworkError(coded(code)).fault).toBe('certificate');
  });

  it('that nobody knows keeps its name, and never its message', () => {
    expect(explainNetworkError(coded('ERR_NEW_THING')).message).toBe('the connection failed (ERR_NEW_THING)');
    for (const odd of [new Error('SECRET'), wrapped(new TypeError('SECRET')), coded('has a SECRET'), 'SECRET', null, undefined, {}])
      expect(explainNetworkError(odd)).toEqual({ fault: 'unknown', message: 'the connection failed' });
  });

  it.each([
    ['TimeoutError', 'no answer came in time'],
    ['AbortError', 'the request was aborted'],
  ])('without a name is told by its class: %s', (name, said) => {
    expect(explainNetworkError(new DOMException('raw', name)).message).toBe(said);
  });

  it('of a host with several addresses is that of the one that says most', () => {
    const both = new AggregateError([
      coded('ENETUNREACH', { address: '2001:db8::1', port: 443 }),
      coded('ECONNREFUSED', { address: '192.0.2.1', port: 443 }),
    ]);
    expect(explainNetworkError(wrapped(both)).message).toMatch(/ECONNREFUSED: 192\.0\.2\.1:443/);
    const one = new AggregateError([coded('ENETUNREACH', { address: '2001:db8::1', port: 443 })]);
    expect(explainNetworkError(wrapped(one)).message).toMatch(/ENETUNREACH: \[2001:db8::1\]:443/);
  });

  it('that causes itself is not followed for ever', () => {
    const loop = coded('ECONNRESET');
    loop.cause = loop;
    expect(rootOf(loop)).toBe(loop);
  });
});

describe('a real request', () => {
  it.each(failingServers)('is told in words when %s', async (_, open, said) => {
    const server = await open();
    try {
      const request = () => fetch(server.url, { method: 'POST', body: 'x', redirect: 'manual' }).then((answer) => answer.text());
      const { message, fault } = explainNetworkError(await failure(request()));
      expect(message).toMatch(said);
      expect(message).not.toMatch(RAW_ERROR);
      expect(fault).not.toBe('unknown');
    } finally {
      server.close();
    }
  });

  it.each(failingProxies)('through a proxy is told in words when %s', async (_, open, said) => {
    const proxy = await open();
    const dispatcher = new EnvHttpProxyAgent({ httpsProxy: proxy.url, httpProxy: '', noProxy: '' });
    try {
      const { message } = explainNetworkError(await failure(proxiedFetch('https://api.example/x', { dispatcher })));
      expect(message).toMatch(said);
      expect(message).not.toMatch(RAW_ERROR);
    } finally {
      proxy.close();
      await dispatcher.destroy();
    }
  });
});
