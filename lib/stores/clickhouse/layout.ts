/** Where things lie in the container. */
export const DATA_PATH = '/var/lib/clickhouse';
/** Not the image's own folder: what the image has in its config.d is not merged into our file then. */
export const CONFIG_PATH = '/etc/posthog-clickhouse';
/** Made at the first start, by boot/prepare.sh. */
export const CERTIFICATE = { certificate: `${DATA_PATH}/tls/server.crt`, key: `${DATA_PATH}/tls/server.key` };
/** Copied from PostHog's own image at a start, by boot/prepare.sh. */
export const USER_SCRIPTS_PATH = `${DATA_PATH}/user_scripts`;
/** Copied likewise, from posthog/idl. */
export const FORMAT_SCHEMAS_PATH = `${DATA_PATH}/format_schemas`;
/** The user and the group of the image. */
export const OWNER = '101:101';

/** The environment variables that the configuration asks for. */
export const VARIABLES = {
  kafka: 'KAFKA_HOSTS',
  password: 'POSTHOG_CLICKHOUSE_PASSWORD',
  dictReaderPassword: 'POSTHOG_CLICKHOUSE_DICT_READER_PASSWORD',
  cluster: 'POSTHOG_CLICKHOUSE_CLUSTER_SECRET',
};
/** The user that PostHog is. */
export const USER_NAME = 'posthog';
/** The user that dictionaries read their tables as. */
export const DICT_READER_NAME = 'dict_reader';
