import { App, Stack, StackProps } from 'aws-cdk-lib/core';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Cache, ClickHouse, Kafka, ObjectStorage, Postgres, PostHog } from 'cdk-posthog';
import { Construct } from 'constructs';

/** A PostHog in a network of its own, at a name in a hosted zone that exists. */
export class AnalyticsStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    new PostHog(this, 'PostHog', {
      domainName: 'posthog.example.com',
      domainZone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'example.com' }),
      postgres: Postgres.fromPostgresAttributes(this, 'Postgres', {
        urlSecret: Secret.fromSecretNameV2(this, 'PostgresUrl', 'posthog/postgres-url'),
      }),
      cache: Cache.fromCacheAttributes(this, 'Cache', { host: 'posthog.abc123.ng.0001.euc1.cache.amazonaws.com' }),
      kafka: Kafka.fromKafkaAttributes(this, 'Kafka', {
        bootstrapServers: 'b-1.posthog.abc123.c2.kafka.eu-central-1.amazonaws.com:9094,b-2.posthog.abc123.c2.kafka.eu-central-1.amazonaws.com:9094',
      }),
      clickHouse: ClickHouse.fromClickHouseAttributes(this, 'ClickHouse', {
        host: 'clickhouse.example.internal',
        credentials: Secret.fromSecretNameV2(this, 'ClickHouseCredentials', 'posthog/clickhouse'),
      }),
      objectStorage: ObjectStorage.fromObjectStorageAttributes(this, 'ObjectStorage', {
        bucket: Bucket.fromBucketName(this, 'Bucket', 'example-posthog-objects'),
      }),
    });
  }
}

if (require.main === module) {
  new AnalyticsStack(new App(), 'Analytics');
}
