import { ClickHouseTopology } from './topology';
import { Elements } from './xml';

/** The data folder in the container. */
export const DATA_PATH = '/var/lib/clickhouse';
/** The folder of the configuration. It is not the image's, so that the image's config.d is not merged into it. */
export const CONFIG_PATH = '/etc/posthog-clickhouse';
/** The certificate, created at the first start by boot/prepare.sh. */
export const CERTIFICATE = { certificate: `${DATA_PATH}/tls/server.crt`, key: `${DATA_PATH}/tls/server.key` };
/** The user-defined functions, copied from PostHog's image by boot/install-app-files.sh. */
export const USER_SCRIPTS_PATH = `${DATA_PATH}/user_scripts`;
/** The format schemas, copied from posthog/idl of the same image. */
export const FORMAT_SCHEMAS_PATH = `${DATA_PATH}/format_schemas`;
/** The user and the group of the image. */
export const OWNER = '101:101';

/** The environment variables of the configuration. */
export const VARIABLES = {
  kafka: 'KAFKA_HOSTS',
  kafkaRack: 'KAFKA_CLIENT_RACK',
  password: 'POSTHOG_CLICKHOUSE_PASSWORD',
  dictReaderPassword: 'POSTHOG_CLICKHOUSE_DICT_READER_PASSWORD',
  readerPassword: 'POSTHOG_CLICKHOUSE_READER_PASSWORD',
  cluster: 'POSTHOG_CLICKHOUSE_CLUSTER_SECRET',
};
/** The user of PostHog. */
export const USER_NAME = 'posthog';
/** The user of dictionaries. */
export const DICT_READER_NAME = 'dict_reader';
/** The user with read-only access to events. */
export const READER_NAME = 'reader';

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
