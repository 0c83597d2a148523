/**
 * Tables and pure functions of the library for the command line. Not part of the public API.
 */
export {
  CAPTURE_ENDPOINTS,
  CAPTURE_MESSAGE_LIMIT,
  CAPTURE_V1_ENCODINGS,
  type CaptureFormat,
  type CaptureLimit,
  captureSinkMessageLimit,
} from './catalog/capture/endpoints';
export { type CaptureMode } from './catalog/capture/outputs';
export { CLIENT_IP_READERS, ClientIpRule, NOT_GLOBAL, SINGLE_IP_HEADERS } from './catalog/client-address';
export { CLICKHOUSE_KAFKA_TABLES } from './catalog/clickhouse/kafka-tables';
export { type GenerationOverrides, NEWEST_GENERATION } from './catalog/generations/generation';
export { APP_TASK_DISK_GIB, type CatalogImage, IMAGES } from './catalog/images';
export { isProcess, PostHogProcess } from './catalog/posthog-process';
export { DROPPED_HEADERS } from './ingress/client-address/client-address-headers';
export { ALWAYS_PUBLIC, EndpointGroup, PART_OF_THE_APP } from './catalog/endpoints/endpoint-group';
export { TrailingSlash } from './catalog/endpoints/endpoint';
export { PRIORITIES, type RuleName } from './catalog/endpoints/rule-priorities';
export { DENY_RULES } from './ingress/routing/listener-rules';
export { CLIENT_ADDRESS_CONTAINER } from './ingress/client-address/nginx-config';
export { ALARM_DEFINITIONS } from './operations/alarms/alarm-definitions';
export { PostHogAlarm } from './operations/alarms/alarm-name';
export { NAMESPACE as METRIC_NAMESPACE } from './operations/custom-metrics';
export { withoutPath } from './ingress/routing/path-pattern';
export { PublicEndpoint } from './ingress/routing/public-endpoint';
export { assignableAddresses, firstAssignableAddress, MAX_TRUSTED_ADDRESSES } from './ingress/client-address/trusted-addresses';
export { BACKUP_PREFIXES, type BackupManifest, backupPrefix, manifestKey, METADATA_FILE, parseManifest } from './operations/backup/backup-manifest';
export { lastRestorable, restorable, restoreChain } from './operations/backup/backup-plan';
export { SETTINGS_VARIABLE } from './operations/backup/backup-settings';
export { backupLocation, identifier, restoreStatement, restoreTableStatement } from './operations/backup/clickhouse-statements';
export { parseImageReference } from './private/image-reference';
export { cidrSize, formatAddress, formatCidr, parseAddress, parseCidr, withoutPort } from './private/ip';
export { chunks } from './private/collections';
export { daysBetween, type Fact, valueOf } from './release/image-facts';
export { KNOWN_RELEASES, WITHDRAWN_RELEASES } from './release/known-releases';
export { apart, LOCKSTEP, MAX_DAYS_APART } from './release/lockstep';
export { checkText, CLICKHOUSE_VERSION, COMMIT, DAY, RELEASE_NAME, type TextRule, TOPIC } from './release/release-checks';
export { IMAGE_NAMES, type ImageName, imagesOf, imagesWithout, type ReleaseDescription, type ReleaseImage } from './release/release-description';
export { orderedOverrides, parseRelease, renderRelease } from './release/release-file';
export { STOP_STEPS } from './catalog/stop-order';
export { KAFKA_MESSAGE_BYTES, MAX_TOPIC_PARTITIONS } from './catalog/kafka/limits';
export { ASSOCIATION_TYPE } from './services/capacity/association-request';
export { JULY_TREE, memoryReservation } from './catalog/memory';
export { connectionsOf } from './catalog/postgres-connections';
export { PostHogSize, type TaskSize } from './catalog/posthog-size';
export { PROCESSES } from './catalog/processes';
export { DEFAULT_PRODUCTS, deployedProcesses } from './catalog/processes/deployed-processes';
export { Product } from './catalog/product';
export { topicsOf } from './migration/topics/product-topics';
export { type HostType, hostType } from './services/capacity/instance-types';
export { type HostCount, hostsFor, hostsNeeded, type PackedTask } from './services/capacity/packing';
