import { App, SecretValue, Stack, StackProps } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AppAccess, Cache, ClickHouse, EndpointGroup, Kafka, NatMode, ObjectStorage, Postgres, PostHog, Product } from 'cdk-posthog';
import { Construct } from 'constructs';

/** A PostHog whose app requires a sign-in with the company's identity provider. SDK endpoints are public. */
export class ClosedAppStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    new PostHog(this, 'PostHog', {
      domainName: 'posthog.example.com',
      certificate: Certificate.fromCertificateArn(
        this,
        'Certificate',
        'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
      ),
      // For a VPN or an office instead: AppAccess.fromCidrs(['203.0.113.0/24', '2001:db8::/32']).
      appAccess: AppAccess.oidc({
        issuer: 'https://login.example.com',
        authorizationEndpoint: 'https://login.example.com/authorize',
        tokenEndpoint: 'https://login.example.com/token',
        userInfoEndpoint: 'https://login.example.com/userinfo',
        clientId: 'posthog',
        clientSecret: SecretValue.secretsManager('posthog/oidc-client-secret'),
      }),
      // Shared dashboards and hosted surveys stay public for everyone with the link.
      publicEndpointGroups: [EndpointGroup.SHARED_CONTENT, EndpointGroup.END_USER_PAGES],
      nat: NatMode.PER_ZONE,
      accessLogsBucket: Bucket.fromBucketName(this, 'AccessLogs', 'example-access-logs'),
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
  new ClosedAppStack(new App(), 'ClosedApp', { env: { region: 'eu-central-1' } });
}
