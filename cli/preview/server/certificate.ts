import { generate } from 'selfsigned';

/** A certificate and its key, as PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

const DAY = 24 * 60 * 60 * 1000;
/** Browsers refuse long-lived certificates, and this one lives as long as the preview. */
const DAYS = 30;

/**
 * Creates a self-signed certificate for loopback and further names. Its key never leaves the memory of this process.
 *
 * @param hosts further names next to `localhost`
 * @param now the time from which it is valid
 */
export async function selfSignedCertificate(hosts: readonly string[], now = new Date()): Promise<ServerCertificate> {
  const names = ['localhost', ...hosts].map((value) => ({ type: 2, value }) as const);
  const addresses = ['127.0.0.1', '::1'].map((ip) => ({ type: 7, ip }) as const);
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'cdk-posthog preview' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // A day's leeway for clocks that disagree, as in a container.
    notBeforeDate: new Date(now.getTime() - DAY),
    notAfterDate: new Date(now.getTime() + DAYS * DAY),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [...names, ...addresses] },
    ],
  });
  return { cert, key };
}
