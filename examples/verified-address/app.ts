import { App, Stack, StackProps } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Peer } from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Cache, Cdn, ClickHouse, ClientAddress, Kafka, ObjectStorage, Postgres, PostHog, Product } from 'cdk-posthog';
import { Construct } from 'constructs';

/** A sample of the CIDR blocks of CloudFront. The full list is CLOUDFRONT_ORIGIN_FACING in https://ip-ranges.amazonaws.com/ip-ranges.json */
const CLOUDFRONT = ['120.52.22.96/27', '130.176.0.0/18', '15.158.0.0/16', '64.252.64.0/18'];

/** The id of the managed prefix list com.amazonaws.global.cloudfront.origin-facing in your region. */
const CLOUDFRONT_PREFIX_LIST = 'pl-0123456789abcdef0';

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
      clientAddress: ClientAddress.verified({ cdn: Cdn.fromCidrs(CLOUDFRONT) }),
      openListener: false,
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
    // CloudFront must forward the client's Host header, as the origin request policy AllViewer does.
    posthog.ingress.connections.allowDefaultPortFrom(Peer.prefixList(CLOUDFRONT_PREFIX_LIST), 'CloudFront');
  }
}

if (require.main === module) {
  new VerifiedAddressStack(new App(), 'VerifiedAddress');
}
