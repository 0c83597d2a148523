import { App, Stack, StackProps } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer, ListenerAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AppAccess, Cache, ClickHouse, Kafka, ObjectStorage, Postgres, PostHog, Product } from 'cdk-posthog';
import { Construct } from 'constructs';

/** Two PostHogs, one for staging and one for production, behind an existing load balancer of the platform. */
export class SharedListenerStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const vpc = new Vpc(this, 'Vpc', {
      subnetConfiguration: [
        { name: 'LoadBalancer', subnetType: SubnetType.PUBLIC, cidrMask: 27 },
        { name: 'Apps', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
      ],
    });
    const cluster = new Cluster(this, 'Cluster', { vpc });

    // In your own stack, use ApplicationListener.fromLookup(...), and also pass `loadBalancer: ApplicationLoadBalancer.fromLookup(...)` below.
    const listener = new ApplicationLoadBalancer(this, 'LoadBalancer', { vpc, internetFacing: true }).addListener('Https', {
      port: 443,
      certificates: [
        Certificate.fromCertificateArn(this, 'Certificate', 'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555'),
      ],
      defaultAction: ListenerAction.fixedResponse(404),
    });

    for (const [name, rulePriorityBase] of [
      ['staging', 10_000],
      ['production', 20_000],
    ] as const) {
      const stores = new Construct(this, `${name}-stores`);
      new PostHog(this, `${name}-posthog`, {
        domainName: `${name}.posthog.example.com`,
        cluster,
        listener,
        rulePriorityBase,
        appAccess: AppAccess.fromCidrs(['203.0.113.0/24']),
        // The other products need more attributes of this PostgreSQL.
        products: [Product.EVENTS, Product.FEATURE_FLAGS, Product.SESSION_REPLAY],
        postgres: Postgres.fromPostgresAttributes(stores, 'Postgres', {
          urlSecret: Secret.fromSecretNameV2(stores, 'PostgresUrl', `${name}/postgres-url`),
        }),
        cache: Cache.fromCacheAttributes(stores, 'Cache', { host: `cache.${name}.example.internal` }),
        kafka: Kafka.fromKafkaAttributes(stores, 'Kafka', { bootstrapServers: `kafka.${name}.example.internal:9094` }),
        clickHouse: ClickHouse.fromClickHouseAttributes(stores, 'ClickHouse', {
          host: `clickhouse.${name}.example.internal`,
          credentials: Secret.fromSecretNameV2(stores, 'ClickHouseCredentials', `${name}/clickhouse`),
        }),
        objectStorage: ObjectStorage.fromObjectStorageAttributes(stores, 'ObjectStorage', {
          bucket: Bucket.fromBucketName(stores, 'Bucket', `example-${name}-objects`),
        }),
      });
    }
  }
}

if (require.main === module) {
  new SharedListenerStack(new App(), 'SharedListener');
}
