import { CERTIFICATE } from './layout';
import { ClickHouseTopology } from './topology';
import { Elements } from './xml';

/**
 * Returns the TLS settings of servers and Keepers.
 *
 * Each creates a self-signed certificate. A single server trusts its own, and verifies all TLS connections that it opens. Replicas
 * do not trust each other's: their connections are encrypted, authenticated by the cluster's secret, and protected by security groups.
 */
export function openSsl(topology: ClickHouseTopology): Elements {
  const many = topology.keepers.length > 0;
  const common = { cacheSessions: 'true', disableProtocols: 'sslv2,sslv3,tlsv1,tlsv1_1', preferServerCiphers: 'true' };
  return {
    server: {
      certificateFile: CERTIFICATE.certificate,
      privateKeyFile: CERTIFICATE.key,
      verificationMode: 'none',
      loadDefaultCAFile: 'false',
      ...common,
    },
    client: {
      loadDefaultCAFile: 'true',
      ...(many ? {} : { caConfig: CERTIFICATE.certificate }),
      verificationMode: many ? 'none' : 'relaxed',
      ...common,
      invalidCertificateHandler: { name: many ? 'AcceptCertificateHandler' : 'RejectCertificateHandler' },
    },
  };
}
