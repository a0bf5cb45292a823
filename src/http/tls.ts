/** HTTPS: certificates and keys, checked before they are used. Node.js' TLS modules are loaded only where it is switched on. */
import type { RequestListener } from 'node:http';
import type { Server as HttpsServer, ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { messageOf, ZscalerMcpError } from '../common/errors.ts';

/** Certificate, key and authorities, all in PEM. */
export interface TlsMaterial {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** Decrypts the key. */
  readonly password?: string | undefined;
  /** Authorities that issue client certificates. Clients are asked for a certificate only where this is set. */
  readonly clientAuthorities?: Buffer | undefined;
  readonly clientCertificates: 'required' | 'optional';
}

const MINIMUM = 'TLSv1.2';
const HANDSHAKE_MS = 10_000;

export function createTlsServer(material: TlsMaterial, options: ServerOptions, respond: RequestListener): HttpsServer {
  const { clientAuthorities, clientCertificates } = material;
  return process.getBuiltinModule('node:https').createServer(
    {
      ...options,
      ...secureOptions(material),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: HANDSHAKE_MS,
      requestCert: clientAuthorities !== undefined,
      rejectUnauthorized: clientCertificates === 'required',
    },
    respond,
  );
}

/** Replaces the certificate for new connections; open ones keep theirs. */
export const replaceTls = (server: HttpsServer, material: TlsMaterial): void => server.setSecureContext(secureOptions(material));

/** Where client certificates are optional, accepts a client without one, but not one whose certificate is not trusted. */
export const isAcceptable = (socket: TLSSocket): boolean =>
  socket.authorized || (!socket.destroyed && Object.keys(socket.getPeerCertificate()).length === 0);

function secureOptions({ certificate, key, password, clientAuthorities }: TlsMaterial) {
  return {
    cert: certificate,
    key,
    minVersion: MINIMUM,
    ...(password !== undefined && { passphrase: password }),
    ...(clientAuthorities && { ca: clientAuthorities }),
  } as const;
}

/**
 * Checks that HTTPS can be served with `material`.
 * @returns warnings about what can be used although it is wrong: a certificate that expired, or is not valid yet
 * @throws ZscalerMcpError ERR_TLS when certificate, key or authorities cannot be used, or do not belong together
 */
export function checkTls(material: TlsMaterial, now = new Date()): string[] {
  const { certificate, clientAuthorities } = material;
  const leaf = readCertificate(certificate, 'ZSCALER_MCP_TLS_CERTFILE');
  if (clientAuthorities) readCertificate(clientAuthorities, 'ZSCALER_MCP_TLS_CA_CERTS');
  // OpenSSL takes a key of another kind than the certificate's, and then no handshake succeeds.
  if (!leaf.checkPrivateKey(readKey(material))) throw unusable(KEY, 'is not the key of the certificate in ZSCALER_MCP_TLS_CERTFILE');
  try {
    process.getBuiltinModule('node:tls').createSecureContext(secureOptions(material));
  } catch (error) {
    throw unusable(KEY, `cannot be used with the certificate in ZSCALER_MCP_TLS_CERTFILE (${codeOf(error)})`, error);
  }
  const [from, to] = [new Date(leaf.validFrom), new Date(leaf.validTo)];
  if (now > to) return [`the certificate of ZSCALER_MCP_TLS_CERTFILE expired at ${to.toISOString()}: clients will reject it`];
  if (now < from) return [`the certificate of ZSCALER_MCP_TLS_CERTFILE is not valid before ${from.toISOString()}: clients will reject it`];
  return [];
}

function readCertificate(pem: Buffer, setting: string) {
  try {
    return new (process.getBuiltinModule('node:crypto').X509Certificate)(pem);
  } catch (error) {
    throw unusable(setting, `holds no certificate in PEM (${codeOf(error)})`, error);
  }
}

function readKey({ key, password }: TlsMaterial) {
  try {
    return process.getBuiltinModule('node:crypto').createPrivateKey({ key, ...(password !== undefined && { passphrase: password }) });
  } catch (error) {
    throw unusable(KEY, whyNoKey(codeOf(error)), error);
  }
}

function whyNoKey(code: string): string {
  if (/INTERRUPTED|PASSPHRASE/.test(code)) return 'is encrypted, and ZSCALER_MCP_TLS_KEYFILE_PASSWORD is not set';
  if (code.includes('BAD_DECRYPT')) return 'is encrypted with another password than that of ZSCALER_MCP_TLS_KEYFILE_PASSWORD';
  return `holds no private key in PEM (${code})`;
}

const KEY = 'ZSCALER_MCP_TLS_KEYFILE';

/** What OpenSSL calls it; its messages are for those who know its insides. */
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? messageOf(error);

const unusable = (setting: string, what: string, cause?: unknown): ZscalerMcpError =>
  new ZscalerMcpError('ERR_TLS', `${setting} ${what}`, {
    hint: 'Provide the certificate chain, with the server certificate first, and its key: unencrypted, or with its password.',
    cause,
  });
