import { CERTIFICATE } from './layout';
import { ClickHouseTopology } from './topology';
import { Elements } from './xml';

/**
 * How servers and Keepers show who they are, and whom they believe.
 *
 * Each makes its own certificate. A single server knows its own and can check it, and everything else that it opens by TLS. Replicas
 * do not know each other's: their connections are encrypted, the cluster's secret says who is there, and security groups keep others out.
 */
export function openSsl(topology: ClickHouseTopology): Elements {
  const many = topology.keepers.length > 0;
  const common = { cacheSessions: 'true', disableProtocols: 'sslv2,sslv3,tlsv1,tlsv1_1', preferServerCiphers: 'true' };
  return {
    server: { certificateFile: CERTIFICATE.certificate, privateKeyFile: CERTIFICATE.key, verificationMode: 'none', loadDefaultCAFile: 'false', ...common },
    client: {
      loadDefaultCAFile: 'true',
      ...many ? {} : { caConfig: CERTIFICATE.certificate },
      verificationMode: many ? 'none' : 'relaxed',
      ...common,
      invalidCertificateHandler: { name: many ? 'AcceptCertificateHandler' : 'RejectCertificateHandler' },
    },
  };
}
