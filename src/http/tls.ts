/** HTTPS: what is served with, checked before it is used. The modules behind it are loaded only where it is switched on. */
import type { RequestListener } from 'node:http';
import type { Server as HttpsServer, ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { messageOf, ZscalerMcpError } from '../common/errors.ts';

/** All in PEM. */
export interface TlsMaterial {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly password?: string | undefined;
  /** Vouch for clients; with them, a client's certificate is asked for. */
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

/** For new connections; those that are open keep what they were opened with. */
export const replaceTls = (server: HttpsServer, material: TlsMaterial): void => server.setSecureContext(secureOptions(material));

/** With optional certificates a client may have none, but not one that nobody vouches for. */
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
 * @returns what is odd, though it can be served
 * @throws ZscalerMcpError ERR_TLS: certificate, key or authorities cannot be used, or do not belong together
 */
export function checkTls(material: TlsMaterial, now = new Date()): string[] {
  const { certificate, clientAuthorities } = material;
  const leaf = readCertificate(certificate, 'ZSCALER_MCP_TLS_CERTFILE');
  if (clientAuthorities) readCertificate(clientAuthorities, 'ZSCALER_MCP_TLS_CA_CERTS');
  try {
    process.getBuiltinModule('node:tls').createSecureContext(secureOptions(material));
  } catch (error) {
    throw unusable('ZSCALER_MCP_TLS_KEYFILE', `does not open the certificate of ZSCALER_MCP_TLS_CERTFILE (${messageOf(error)})`, error);
  }
  const [from, to] = [new Date(leaf.validFrom), new Date(leaf.validTo)];
  if (now > to) return [`the certificate of ZSCALER_MCP_TLS_CERTFILE expired at ${to.toISOString()}: clients will refuse it`];
  if (now < from) return [`the certificate of ZSCALER_MCP_TLS_CERTFILE is not valid before ${from.toISOString()}: clients will refuse it`];
  return [];
}

function readCertificate(pem: Buffer, setting: string) {
  try {
    return new (process.getBuiltinModule('node:crypto').X509Certificate)(pem);
  } catch (error) {
    throw unusable(setting, `holds no certificate in PEM (${messageOf(error)})`, error);
  }
}

const unusable = (setting: string, what: string, cause: unknown): ZscalerMcpError =>
  new ZscalerMcpError('ERR_TLS', `${setting} ${what}`, {
    hint: 'Give the certificate chain, server first, and its unencrypted key or the password of the key.',
    cause,
  });
