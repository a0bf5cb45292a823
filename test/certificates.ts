/** Certificates for tests, generated on demand. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** In PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends Pair {
  /** Issues a certificate for a server or client; IP addresses become IP SANs. Validity in days from now. */
  issue(name: string, validity?: readonly [from: number, to: number]): Promise<Pair>;
}

const makeKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

async function keyInPem({ privateKey }: { privateKey: webcrypto.CryptoKey }): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY');
}

export async function makeAuthority(name: string): Promise<Authority> {
  const keys = await makeKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    keys,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  return {
    certificate: root.toString('pem'),
    key: await keyInPem(keys),
    async issue(subject, [from, to] = [-1, 1]) {
      const own = await makeKeys();
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${subject}`,
        issuer: root.subject,
        notBefore: new Date(Date.now() + from * DAY_MS),
        notAfter: new Date(Date.now() + to * DAY_MS),
        signingKey: keys.privateKey,
        publicKey: own.publicKey,
        signingAlgorithm: algorithm,
        extensions: [new x509.SubjectAlternativeNameExtension([{ type: /^[\d.]+$/.test(subject) ? 'ip' : 'dns', value: subject }])],
      });
      return { certificate: certificate.toString('pem'), key: await keyInPem(own) };
    },
  };
}
