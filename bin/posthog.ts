#!/usr/bin/env node
import { Annotations, App, CfnOutput, Stack } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AppAccess, Cache, ClickHouse, Kafka, NatMode, ObjectStorage, Postgres, PostHog, PostHogRelease, PostHogSize, Product } from '../lib';

/** The settings of this app: in cdk.json, or with `-c posthog:domainName=...`. The values are samples; a deployment needs its own. */
const SAMPLES = {
  domainName: 'posthog.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000',
};

/** Settings that may be left out. Without those of a store, the store is made. */
const OPTIONAL = [
  'postgresUrlSecret', 'postgresNodeUrlSecret', 'postgresHost', 'postgresCredentialsSecret', 'postgresCyclotronUrlSecret', 'postgresNodeCyclotronUrlSecret', 'cacheHost', 'kafkaBrokers', 'clickHouseHost', 'clickHouseSecret', 'bucketName',
  'releaseFile', 'products', 'size', 'vpcId', 'hostedZoneId', 'hostedZoneName', 'appCidrs', 'nat', 'storeSecurityGroupId', 'deletionProtection',
];

const app = new App();
const vpcId = setting('vpcId');
const stack = new Stack(app, 'PostHog', {
  description: 'PostHog behind an Application Load Balancer',
  // Only a VPC that is looked up ties the template to an account.
  env: vpcId ? { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION } : undefined,
});
const samplesInUse: string[] = [];
rejectUnknownSettings();

const hostedZoneId = setting('hostedZoneId');
// The sample must not stand in the way of a certificate that the hosted zone can vouch for.
const needsCertificate = !hostedZoneId || (setting('certificateArn') ?? SAMPLES.certificateArn) !== SAMPLES.certificateArn;
const appCidrs = setting('appCidrs');
const storeSecurityGroupId = setting('storeSecurityGroupId');
if (storeSecurityGroupId && !vpcId) {
  throw new Error('\'posthog:storeSecurityGroupId\' needs \'posthog:vpcId\': a security group admits others of its own VPC only');
}
if (storeSecurityGroupId && !['postgresUrlSecret', 'cacheHost', 'kafkaBrokers', 'clickHouseHost'].some(setting)) {
  throw new Error('\'posthog:storeSecurityGroupId\' is of stores that you run, and none is named: a store that is made has a security group of its own');
}
if (setting('clickHouseSecret') && !setting('clickHouseHost')) {
  throw new Error('\'posthog:clickHouseSecret\' needs \'posthog:clickHouseHost\': without a host, a ClickHouse is made, with a secret of its own');
}
const ofPostgres = OPTIONAL.find((name) => name.startsWith('postgres') && name !== 'postgresUrlSecret' && setting(name));
if (ofPostgres && !setting('postgresUrlSecret')) {
  throw new Error(`'posthog:${ofPostgres}' needs 'posthog:postgresUrlSecret': without it, a PostgreSQL is made, with secrets of its own`);
}
const securityGroups = storeSecurityGroupId ? [SecurityGroup.fromSecurityGroupId(stack, 'StoreSecurityGroup', storeSecurityGroupId)] : undefined;

const posthog = new PostHog(stack, 'PostHog', {
  domainName: needed('domainName'),
  domainZone: hostedZoneId ? HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId, zoneName: setting('hostedZoneName') ?? needed('domainName') }) : undefined,
  certificate: needsCertificate ? Certificate.fromCertificateArn(stack, 'Certificate', needed('certificateArn')) : undefined,
  appAccess: appCidrs ? AppAccess.fromCidrs(appCidrs.split(',')) : undefined,
  vpc: vpcId ? Vpc.fromLookup(stack, 'Vpc', { vpcId }) : undefined,
  nat: setting('nat') as NatMode | undefined,
  release: given('releaseFile', (file) => PostHogRelease.fromFile(file)),
  products: setting('products')?.split(',') as Product[] | undefined,
  size: setting('size') as PostHogSize | undefined,
  deletionProtection: setting('deletionProtection') !== 'false',
  postgres: given('postgresUrlSecret', (name) => Postgres.fromPostgresAttributes(stack, 'Postgres', {
    urlSecret: secret('PostgresUrl', name),
    nodeUrlSecret: given('postgresNodeUrlSecret', (other) => secret('PostgresNodeUrl', other)),
    host: setting('postgresHost'),
    credentials: given('postgresCredentialsSecret', (other) => secret('PostgresCredentials', other)),
    cyclotronUrlSecret: given('postgresCyclotronUrlSecret', (other) => secret('PostgresCyclotronUrl', other)),
    nodeCyclotronUrlSecret: given('postgresNodeCyclotronUrlSecret', (other) => secret('PostgresNodeCyclotronUrl', other)),
    securityGroups,
  })),
  cache: given('cacheHost', (host) => Cache.fromCacheAttributes(stack, 'Cache', { host, securityGroups })),
  kafka: given('kafkaBrokers', (bootstrapServers) => Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers, securityGroups })),
  clickHouse: given('clickHouseHost', (host) => ClickHouse.fromClickHouseAttributes(stack, 'ClickHouse', { host, credentials: clickHouseCredentials(), securityGroups })),
  objectStorage: given('bucketName', (name) => ObjectStorage.fromObjectStorageAttributes(stack, 'ObjectStorage', { bucket: Bucket.fromBucketName(stack, 'Bucket', name) })),
});

warnAboutSamples();

new CfnOutput(stack, 'Url', { value: posthog.url, description: 'Where PostHog answers' });
new CfnOutput(stack, 'LoadBalancerDnsName', {
  value: posthog.ingress.loadBalancer.loadBalancerDnsName,
  description: hostedZoneId ? 'What the domain name points at' : 'Next: point the domain name at this name with a CNAME or alias record',
});
new CfnOutput(stack, 'MigrateCommand', {
  description: 'Migrates once more, by hand; a deployment that changes what is migrated to does so by itself',
  value: `aws stepfunctions start-execution --state-machine-arn ${posthog.migration.stateMachine.stateMachineArn}`,
});
new CfnOutput(stack, 'MigrationLogCommand', {
  description: 'Shows what a migration is doing',
  value: `aws logs tail ${posthog.migration.logGroup.logGroupName} --follow`,
});

if (posthog.deploymentCheck) {
  new CfnOutput(stack, 'DeploymentCheck', { value: posthog.deploymentCheck.result, description: 'How the check at the end of the last deployment ended' });
}

/** A setting from the context, if it is there. */
function setting(name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(`posthog:${name}`);
  if (value !== undefined && typeof value !== 'string') {
    throw new Error(`'posthog:${name}' must be a text, got: ${JSON.stringify(value)}`);
  }
  return value || undefined;
}

/** A setting that a deployment needs; its sample where it is not there. */
function needed(name: keyof typeof SAMPLES): string {
  const value = setting(name) ?? SAMPLES[name];
  if (value === SAMPLES[name]) {
    samplesInUse.push(`posthog:${name}`);
  }
  return value;
}

/** What a setting names, if it is there. */
function given<T>(name: string, use: (value: string) => T): T | undefined {
  const value = setting(name);
  return value === undefined ? undefined : use(value);
}

function clickHouseCredentials() {
  const name = setting('clickHouseSecret');
  if (name === undefined) {
    throw new Error('\'posthog:clickHouseHost\' needs \'posthog:clickHouseSecret\': the secret with the keys username and password');
  }
  return secret('ClickHouseCredentials', name);
}

function warnAboutSamples(): void {
  if (samplesInUse.length > 0) {
    Annotations.of(stack).addWarningV2('posthog:samples',
      `this template is made from sample values and cannot be deployed yet; in cdk.json, or with -c name=value, set: ${samplesInUse.join(', ')}`);
  }
}

function secret(id: string, nameOrArn: string) {
  return nameOrArn.startsWith('arn:') ? Secret.fromSecretCompleteArn(stack, id, nameOrArn) : Secret.fromSecretNameV2(stack, id, nameOrArn);
}

/** A misspelt setting would be a silent default. */
function rejectUnknownSettings(): void {
  const known = [...Object.keys(SAMPLES), ...OPTIONAL];
  const given = Object.keys(app.node.getAllContext() as Record<string, unknown>).filter((key) => key.startsWith('posthog:')).map((key) => key.slice('posthog:'.length));
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`'posthog:${unknown}' is no setting of this app; these are: ${known.map((name) => `posthog:${name}`).join(', ')}`);
  }
}
