import { App, Stack, StackProps } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Cache, Cdn, ClickHouse, ClientAddress, Kafka, ObjectStorage, Postgres, PostHog, PostHogCdn, Product } from 'cdk-posthog';
import { Construct } from 'constructs';

/** A PostHog behind CloudFront, with the true client IP in every process. Clients can neither forge it nor bypass CloudFront. */
export class VerifiedAddressStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const posthog = new PostHog(this, 'PostHog', {
      domainName: 'posthog.example.com',
      certificate: Certificate.fromCertificateArn(
        this,
        'Certificate',
        'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
      ),
      // In private subnets: only this distribution can connect, and no list of CloudFront's addresses is needed.
      publicLoadBalancer: false,
      openListener: false,
      clientAddress: ClientAddress.verified({ cdn: Cdn.cloudFront() }),
      // The other products need more attributes of this PostgreSQL.
      products: [Product.EVENTS, Product.FEATURE_FLAGS, Product.SESSION_REPLAY],
      postgres: Postgres.fromPostgresAttributes(this, 'Postgres', {
        urlSecret: Secret.fromSecretNameV2(this, 'PostgresUrl', 'posthog/postgres-url'),
      }),
      cache: Cache.fromCacheAttributes(this, 'Cache', { host: 'cache.example.internal' }),
      kafka: Kafka.fromKafkaAttributes(this, 'Kafka', { bootstrapServers: 'kafka.example.internal:9094' }),
      clickHouse: ClickHouse.fromClickHouseAttributes(this, 'ClickHouse', {
        host: 'clickhouse.example.internal',
        credentials: Secret.fromSecretNameV2(this, 'ClickHouseCredentials', 'posthog/clickhouse'),
      }),
      objectStorage: ObjectStorage.fromObjectStorageAttributes(this, 'ObjectStorage', {
        bucket: Bucket.fromBucketName(this, 'Bucket', 'example-posthog-objects'),
      }),
    });
    new PostHogCdn(this, 'Cdn', {
      ingress: posthog.ingress,
      // For clients; the other one is for CloudFront, which checks the same name at the load balancer.
      certificate: Certificate.fromCertificateArn(
        this,
        'EdgeCertificate',
        'arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
      ),
      domainZone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: 'Z0123456789ABCDEFGHIJ', zoneName: 'example.com' }),
    });
  }
}

if (require.main === module) {
  new VerifiedAddressStack(new App(), 'VerifiedAddress');
}
