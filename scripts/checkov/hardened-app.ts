/**
 * The app that checkov reads: every product, and everything that makes a PostHog safer.
 *
 * It is written to CDK_OUTDIR.
 */
import { App, Stack } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ContainerInsights } from 'aws-cdk-lib/aws-ecs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  AppAccess,
  Cache,
  ClientAddress,
  NatMode,
  ObjectStorage,
  Postgres,
  PostgresLogins,
  PostHog,
  PostHogNetwork,
  PostHogStores,
  Product,
} from '../../lib';

const ENV = { account: '111122223333', region: 'eu-central-1' };
const KEY = `arn:aws:kms:${ENV.region}:${ENV.account}:key/11111111-2222-3333-4444-555555555555`;
const CERTIFICATE = `arn:aws:acm:${ENV.region}:${ENV.account}:certificate/11111111-2222-3333-4444-555555555555`;

const app = new App();
const storesStack = new Stack(app, 'PostHogStores', { env: ENV });
const encryptionKey = Key.fromKeyArn(storesStack, 'Key', KEY);
const network = new PostHogNetwork(storesStack, 'Network', { nat: NatMode.PER_ZONE, encryptionKey });
const { vpc, storeSubnets: vpcSubnets } = network;
const stores = new PostHogStores(storesStack, 'Stores', {
  network,
  encryptionKey,
  postgres: new Postgres(storesStack, 'Postgres', { vpc, vpcSubnets, multiAz: true, logins: PostgresLogins.BY_PURPOSE, encryptionKey }),
  objectStorage: new ObjectStorage(storesStack, 'ObjectStorage', {
    encryptionKey,
    serverAccessLogsBucket: Bucket.fromBucketName(storesStack, 'ServerAccessLogs', 'server-access-logs'),
  }),
  cache: new Cache(storesStack, 'Cache', { vpc, vpcSubnets, replicas: 1, encryptionKey }),
});
const stack = new Stack(app, 'PostHog', { env: ENV });
new PostHog(stack, 'PostHog', {
  domainName: 'posthog.example.com',
  certificate: Certificate.fromCertificateArn(stack, 'Certificate', CERTIFICATE),
  stores,
  products: Object.values(Product),
  containerInsights: ContainerInsights.ENABLED,
  alarms: { email: 'operator@example.com' },
  appAccess: AppAccess.fromCidrs(['203.0.113.0/24']),
  clientAddress: ClientAddress.verified(),
  accessLogsBucket: Bucket.fromBucketName(stack, 'AccessLogs', 'access-logs'),
});
app.synth();
