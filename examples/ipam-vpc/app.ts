import { App, Stack, StackProps } from 'aws-cdk-lib/core';
import { IpAddresses, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Cache, ClickHouse, Kafka, ObjectStorage, Postgres, PostHog, Product } from 'cdk-posthog';
import { Construct } from 'constructs';

/** A PostHog in a VPC whose addresses are allocated during the deployment. */
export class AnalyticsStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    // PostHog needs the list of addresses that its load balancer can have. They are unknown at synthesis, so a Lambda function in the stack
    // looks them up during the deployment. This needs no configuration.
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.awsIpamAllocation({
        ipv4IpamPoolId: 'ipam-pool-0123456789abcdef0',
        ipv4NetmaskLength: 22,
        defaultSubnetIpv4NetmaskLength: 26,
      }),
      maxAzs: 2,
      subnetConfiguration: [
        { name: 'PostHogLoadBalancer', subnetType: SubnetType.PUBLIC, cidrMask: 27 },
        { name: 'Apps', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      ],
    });

    new PostHog(this, 'PostHog', {
      domainName: 'posthog.example.com',
      certificate: Certificate.fromCertificateArn(
        this,
        'Certificate',
        'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
      ),
      vpc,
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
  }
}

if (require.main === module) {
  new AnalyticsStack(new App(), 'Analytics');
}
