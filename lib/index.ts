export { PostHog } from './posthog';
export { type PostHogProps } from './posthog-props';

export { NatMode } from './network/nat-mode';
export { PostHogNetwork, type PostHogNetworkProps } from './network/posthog-network';

export { AppAccess } from './ingress/routing/app-access';
export { type CognitoOptions, type OidcOptions } from './ingress/routing/app-authentication';
export { Cdn } from './ingress/client-address/cdn';
export { ClientAddress, type VerifiedAddressOptions } from './ingress/client-address/client-address';
export { type ClientAddressProxyOptions } from './ingress/client-address/client-address-proxy';
export { EndpointGroup } from './ingress/routing/endpoint-group';
export { type PostHogIngressOptions } from './ingress/ingress-options';
export { PostHogIngress, type PostHogIngressProps } from './ingress/posthog-ingress';
export { PostHogProcess } from './catalog/posthog-process';
export { PublicEndpoint } from './ingress/routing/public-endpoint';
export { TrustedProxies } from './ingress/client-address/trusted-proxies';

export { type AppSecretsOptions } from './services/app-secrets';
export {
  type AiKeys,
  type AppSettingsOptions,
  EmailEncryption,
  type EmailOptions,
  type OAuthClient,
  type SingleSignOnOptions,
  type SlackApp,
} from './services/app-settings';
export { type IDeploymentCheck } from './operations/deployment-check';
export { type IMigration } from './migration/migration';
export { type MigrationOptions } from './migration/migration-options';
export { type IPostHogService } from './services/posthog-service';
export { PostHogSize } from './services/process-size';
export { Product } from './catalog/product';
export { type PostHogServiceOptions } from './services/service-options';

export { AuroraPostgres, type AuroraPostgresProps } from './stores/postgres/aurora-postgres';
export { Cache, type CacheAttributes, CacheEncryption, type ICache } from './stores/cache/cache';
export { CacheEviction, type CacheProps } from './stores/cache/cache-props';
export { ClickHouse, type IClickHouse } from './stores/clickhouse/clickhouse';
export { type ClickHouseAttributes } from './stores/clickhouse/clickhouse-import';
export { type ClickHouseProps } from './stores/clickhouse/clickhouse-props';
export { Kafka } from './stores/kafka/kafka';
export { type IKafka, KafkaEncryption } from './stores/kafka/kafka-client';
export { type KafkaAttributes } from './stores/kafka/kafka-import';
export { type KafkaProps } from './stores/kafka/kafka-props';
export { type IObjectStorage, ObjectStorage, type ObjectStorageAttributes } from './stores/object-storage/object-storage';
export { type ObjectStorageProps } from './stores/object-storage/object-storage-bucket';
export { type IPostgres, Postgres } from './stores/postgres/postgres';
export { type PostgresAttributes } from './stores/postgres/postgres-import';
export { type PostgresOptions } from './stores/postgres/postgres-options';
export { type PostgresProps } from './stores/postgres/postgres-props';
export { type KafkaSingleNodeOptions } from './stores/kafka/single-node-kafka';

export { type PostHogImages } from './release/posthog-images';
export { PostHogRelease } from './release/posthog-release';
export { type PostHogReleaseOptions, type PostHogReleaseOverrides } from './release/posthog-release-options';
