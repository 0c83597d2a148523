import { App, CfnOutput, Stack } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Alarm, ComparisonOperator } from 'aws-cdk-lib/aws-cloudwatch';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AppAccess,
  Cache,
  CacheEncryption,
  ClickHouse,
  Kafka,
  ObjectStorage,
  Postgres,
  PostHog,
  PostHogProcess,
  PostHogSize,
  Product,
} from '../../lib';

/** Returns the stack of app.py, in TypeScript. */
export function languagesStack(): Stack {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Languages', { env: { account: '111122223333', region: 'eu-central-1' } });
  const secret = (name: string): ISecret => Secret.fromSecretNameV2(stack, name, name);
  const posthog = new PostHog(stack, 'PostHog', {
    domainName: 'posthog.example.com',
    certificate: Certificate.fromCertificateArn(
      stack,
      'Certificate',
      'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
    ),
    appAccess: AppAccess.fromCidrs(['198.51.100.0/24']),
    products: [Product.EVENTS, Product.FEATURE_FLAGS, Product.SESSION_REPLAY],
    size: PostHogSize.PRODUCTION,
    serviceOptions: [
      { process: PostHogProcess.WEB, cpu: 4096, memoryLimitMiB: 16384, environment: { GRANIAN_WORKERS: '7' } },
      { process: PostHogProcess.INGESTION_SESSION_REPLAY, minTasks: 3, maxTasks: 9 },
    ],
    postgres: Postgres.fromPostgresAttributes(stack, 'Postgres', {
      urlSecret: secret('postgres-url'),
      nodeUrlSecret: secret('node-url'),
      nodeCyclotronUrlSecret: secret('node-cyclotron-url'),
    }),
    cache: Cache.fromCacheAttributes(stack, 'Cache', { host: 'cache.internal', encryption: CacheEncryption.NONE }),
    kafka: Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers: 'b-1.internal:9094', clusterName: 'events' }),
    clickHouse: ClickHouse.fromClickHouseAttributes(stack, 'ClickHouse', { host: 'clickhouse.internal', credentials: secret('clickhouse') }),
    objectStorage: ObjectStorage.fromObjectStorageAttributes(stack, 'ObjectStorage', { bucket: Bucket.fromBucketName(stack, 'Bucket', 'objects') }),
  });

  const web = posthog.service(PostHogProcess.WEB);
  web.connections.addSecurityGroup(SecurityGroup.fromSecurityGroupId(stack, 'SmtpClients', 'sg-0123456789abcdef0'));
  new Bucket(stack, 'Exports').grantRead(web);

  for (const service of posthog.services) {
    new Alarm(stack, `${service.node.id}Running`, {
      metric: service.metricRunningTaskCount(),
      threshold: 1,
      evaluationPeriods: 3,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    });
  }
  new Alarm(stack, 'Lag', {
    metric: posthog.service(PostHogProcess.INGESTION_SESSION_REPLAY).metricConsumerLag(),
    threshold: 100_000,
    evaluationPeriods: 3,
  });
  new CfnOutput(stack, 'Key', { value: posthog.appSecrets.secretKey.secretArn });
  return stack;
}
