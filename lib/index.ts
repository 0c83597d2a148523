export { PostHog } from './posthog';
export { type PostHogProps } from './posthog-props';
export { PostHogStores, type PostHogStoresProps } from './posthog-stores';

export { NatMode } from './network/nat';
export { type INatInstance } from './network/nat-instance';
export { PostHogNetwork, type PostHogNetworkProps } from './network/posthog-network';

export { AppLoadBalancer, type InternalLoadBalancerOptions } from './ingress/app-load-balancer';
export { AppAccess } from './ingress/routing/app-access';
export { type CognitoOptions, type OidcOptions } from './ingress/routing/app-authentication';
export { PostHogCdn } from './ingress/cdn/posthog-cdn';
export { type PostHogCdnProps } from './ingress/cdn/posthog-cdn-props';
export { Cdn } from './ingress/client-address/cdn';
export { ClientAddress, type VerifiedAddressOptions } from './ingress/client-address/client-address';
export { type ClientAddressProxyOptions } from './ingress/client-address/client-address-proxy';
export { EndpointGroup } from './catalog/endpoints/endpoint-group';
export { type DomainNameOptions } from './ingress/host-names';
export { type FirewallOptions, type PostHogWebAclProps } from './ingress/firewall/firewall-options';
export { FirewallGroup } from './ingress/firewall/managed-rules';
export { PostHogFirewall } from './ingress/firewall/posthog-firewall';
export { PostHogWebAcl } from './ingress/firewall/posthog-web-acl';
export { type PostHogIngressOptions, type PostHogIngressProps } from './ingress/ingress-options';
export { PostHogIngress } from './ingress/posthog-ingress';
export { PostHogProcess } from './catalog/posthog-process';
export { PublicEndpoint } from './ingress/routing/public-endpoint';
export { TrustedProxies } from './ingress/client-address/trusted-proxies';

export {
  CapacityProviderKind,
  type CapacityProviderOptions,
  type FargateCapacityOptions,
  type InstanceCapacityOptions,
  type ManagedInstanceCapacityOptions,
  type SharedCapacityOptions,
} from './services/capacity/capacity-options';
export { type IInstanceHosts } from './services/capacity/instance-hosts';
export { PostHogCapacity } from './services/capacity/posthog-capacity';
export { type IAppSecrets } from './services/secrets/app-secrets';
export { type AppSecretsOptions } from './services/secrets/app-secrets-options';
export {
  type AiKeys,
  type AppSettingsOptions,
  EmailEncryption,
  type EmailOptions,
  type OAuthClient,
  type SingleSignOnOptions,
  type SlackApp,
} from './services/settings/app-settings';
export { type PostHogBudgetOptions } from './operations/budget';
export { type PostHogCanaryOptions } from './operations/canary/canary-options';
export { type IPostHogCanary, PostHogCanary, type PostHogCanaryProps } from './operations/canary/posthog-canary';
export { type PostHogBackupOptions, type RestoreDrillOptions } from './operations/backup/backup-options';
export { PostHogBackup } from './operations/backup/posthog-backup';
export { type IPostHogBackup, type PostHogBackupProps } from './operations/backup/posthog-backup-props';
export { type OperationsOptions } from './operations/operations-options';
export { PostHogRunningHours, type PostHogRunningHoursProps } from './operations/running-hours/posthog-running-hours';
export { type PostHogRunningHoursOptions } from './operations/running-hours/running-hours-options';
export { PostHogUpkeep, type PostHogUpkeepProps } from './operations/upkeep/posthog-upkeep';
export { type PostHogUpkeepOptions } from './operations/upkeep/upkeep-options';
export { PostHogAlarm } from './operations/alarms/alarm-name';
export { type PostHogAlarmOptions, type PostHogAlarmOverride } from './operations/alarms/alarm-options';
export { PostHogAlarms, type PostHogAlarmsProps } from './operations/alarms/posthog-alarms';
export { PostHogDashboard, type PostHogDashboardProps } from './operations/dashboard/posthog-dashboard';
export { type PostHogPartsOptions } from './operations/parts';
export { type IDeploymentCheck } from './operations/deployment-check/deployment-check';
export { type IMigration } from './migration/migration';
export { type MigrationOptions } from './migration/migration-options';
export { type IPostHogService } from './services/service/posthog-service';
export { PostHogSize } from './catalog/posthog-size';
export { Product } from './catalog/product';
export { type PostHogServiceOptions } from './services/service/service-options';

export { Cache } from './stores/cache/cache';
export { CacheEncryption, type ICache } from './stores/cache/cache-base';
export { CacheEviction, type CacheProps } from './stores/cache/cache-props';
export { type CacheAttributes } from './stores/cache/imported-cache';
export { ClickHouse } from './stores/clickhouse/clickhouse';
export { type ClickHouseAppFiles, type IClickHouse } from './stores/clickhouse/clickhouse-base';
export { type ClickHouseProps } from './stores/clickhouse/clickhouse-props';
export { type ClickHouseAttributes } from './stores/clickhouse/imported-clickhouse';
export { type IStatefulInstance } from './stores/instance/stateful-instance';
export { type KafkaAttributes } from './stores/kafka/imported-kafka';
export { Kafka } from './stores/kafka/kafka';
export { type IKafka, KafkaEncryption } from './stores/kafka/kafka-base';
export { KafkaBrokerType, type KafkaProps } from './stores/kafka/kafka-props';
export { RedpandaKafka } from './stores/kafka/redpanda-kafka';
export { type RedpandaKafkaProps } from './stores/kafka/redpanda-kafka-props';
export { type ObjectStorageAttributes } from './stores/object-storage/imported-object-storage';
export { ObjectStorage } from './stores/object-storage/object-storage';
export { type IObjectStorage } from './stores/object-storage/object-storage-base';
export { type ObjectStorageProps } from './stores/object-storage/object-storage-props';
export { AuroraPostgres, type AuroraPostgresProps } from './stores/postgres/aurora-postgres';
export { type PostgresAttributes } from './stores/postgres/imported-postgres';
export { Postgres } from './stores/postgres/postgres';
export { type IPostgres, type PostgresLoginCredentials } from './stores/postgres/postgres-base';
export { PostgresLogins, type PostgresOptions, type PostgresProps } from './stores/postgres/postgres-props';

export { type PostHogImages } from './release/posthog-images';
export { PostHogRelease } from './release/posthog-release';
export { type PostHogReleaseOptions, type PostHogReleaseOverrides } from './release/posthog-release-options';
