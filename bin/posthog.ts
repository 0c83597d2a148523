#!/usr/bin/env node
import { Annotations, App, CfnOutput, Stack } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  AppAccess,
  Cache,
  ClickHouse,
  Kafka,
  NatMode,
  ObjectStorage,
  Postgres,
  PostHog,
  PostHogNetwork,
  PostHogRelease,
  PostHogSize,
  PostHogStores,
  Product,
} from '../lib';

/** Sample values of the context settings that a deployment must replace, in cdk.json or with `-c posthog:domainName=...`. */
const SAMPLES = {
  domainName: 'posthog.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000',
};

/** The optional settings. A data store without settings is created. */
const OPTIONAL = [
  'postgresUrlSecret',
  'postgresNodeUrlSecret',
  'postgresHost',
  'postgresCredentialsSecret',
  'postgresCyclotronUrlSecret',
  'postgresNodeCyclotronUrlSecret',
  'cacheHost',
  'kafkaBrokers',
  'clickHouseHost',
  'clickHouseSecret',
  'bucketName',
  'releaseFile',
  'products',
  'size',
  'vpcId',
  'hostedZoneId',
  'hostedZoneName',
  'appCidrs',
  'nat',
  'storeSecurityGroupId',
  'deletionProtection',
  'migrationTrigger',
  'alarmEmail',
];

const app = new App();
const vpcId = setting('vpcId');
// Only a VPC that is looked up ties the templates to an account.
const env = vpcId ? { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION } : undefined;
const stack = new Stack(app, 'PostHog', {
  description: 'PostHog behind an Application Load Balancer',
  // Indentation takes a third of the template, whose size CloudFormation limits.
  suppressTemplateIndentation: true,
  env,
});
// With an existing VPC and existing data stores, a stack of their own would be empty, which CloudFormation refuses.
const createsNothing = [vpcId, ...['postgresUrlSecret', 'cacheHost', 'kafkaBrokers', 'clickHouseHost', 'bucketName'].map(setting)].every(Boolean);
const storesStack = createsNothing ? stack : new Stack(app, 'PostHogStores', { description: 'The data stores of PostHog with their network', env });
const samplesInUse: string[] = [];
rejectUnknownSettings();

const hostedZoneId = setting('hostedZoneId');
// With a hosted zone, a certificate is created, unless the user sets one. The sample must not prevent that.
const needsCertificate = !hostedZoneId || (setting('certificateArn') ?? SAMPLES.certificateArn) !== SAMPLES.certificateArn;
const appCidrs = setting('appCidrs');
const storeSecurityGroupId = setting('storeSecurityGroupId');
if (storeSecurityGroupId && !vpcId) {
  throw new Error("'posthog:storeSecurityGroupId' needs 'posthog:vpcId': a security group can only reference groups of its own VPC");
}
if (storeSecurityGroupId && !['postgresUrlSecret', 'cacheHost', 'kafkaBrokers', 'clickHouseHost'].some(setting)) {
  throw new Error("'posthog:storeSecurityGroupId' needs an existing data store, such as 'posthog:cacheHost'");
}
if (setting('clickHouseSecret') && !setting('clickHouseHost')) {
  throw new Error("'posthog:clickHouseSecret' needs 'posthog:clickHouseHost': without it, ClickHouse is created, with a secret of its own");
}
const postgresSetting = OPTIONAL.find((name) => name.startsWith('postgres') && name !== 'postgresUrlSecret' && setting(name));
if (postgresSetting && !setting('postgresUrlSecret')) {
  throw new Error(`'posthog:${postgresSetting}' needs 'posthog:postgresUrlSecret': without it, PostgreSQL is created, with secrets of its own`);
}
const securityGroups = storeSecurityGroupId
  ? [SecurityGroup.fromSecurityGroupId(storesStack, 'StoreSecurityGroup', storeSecurityGroupId)]
  : undefined;

const stores = new PostHogStores(storesStack, 'Stores', {
  network: vpcId ? undefined : new PostHogNetwork(storesStack, 'Network', { nat: setting('nat') as NatMode | undefined }),
  vpc: vpcId ? Vpc.fromLookup(storesStack, 'Vpc', { vpcId }) : undefined,
  release: given('releaseFile', (file) => PostHogRelease.fromFile(file)),
  postgres: given('postgresUrlSecret', (name) =>
    Postgres.fromPostgresAttributes(storesStack, 'Postgres', {
      urlSecret: secret('PostgresUrl', name),
      nodeUrlSecret: given('postgresNodeUrlSecret', (other) => secret('PostgresNodeUrl', other)),
      host: setting('postgresHost'),
      credentials: given('postgresCredentialsSecret', (other) => secret('PostgresCredentials', other)),
      cyclotronUrlSecret: given('postgresCyclotronUrlSecret', (other) => secret('PostgresCyclotronUrl', other)),
      nodeCyclotronUrlSecret: given('postgresNodeCyclotronUrlSecret', (other) => secret('PostgresNodeCyclotronUrl', other)),
      securityGroups,
    }),
  ),
  cache: given('cacheHost', (host) => Cache.fromCacheAttributes(storesStack, 'Cache', { host, securityGroups })),
  kafka: given('kafkaBrokers', (bootstrapServers) => Kafka.fromKafkaAttributes(storesStack, 'Kafka', { bootstrapServers, securityGroups })),
  clickHouse: given('clickHouseHost', (host) =>
    ClickHouse.fromClickHouseAttributes(storesStack, 'ClickHouse', { host, credentials: clickHouseCredentials(), securityGroups }),
  ),
  objectStorage: given('bucketName', (name) =>
    ObjectStorage.fromObjectStorageAttributes(storesStack, 'ObjectStorage', { bucket: Bucket.fromBucketName(storesStack, 'Bucket', name) }),
  ),
});

const posthog = new PostHog(stack, 'PostHog', {
  domainName: needed('domainName'),
  domainZone: hostedZoneId
    ? HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId, zoneName: setting('hostedZoneName') ?? needed('domainName') })
    : undefined,
  certificate: needsCertificate ? Certificate.fromCertificateArn(stack, 'Certificate', needed('certificateArn')) : undefined,
  appAccess: appCidrs ? AppAccess.fromCidrs(appCidrs.split(',')) : undefined,
  stores,
  products: setting('products')?.split(',') as Product[] | undefined,
  size: setting('size') as PostHogSize | undefined,
  deletionProtection: setting('deletionProtection') !== 'false',
  migration: given('migrationTrigger', (trigger) => ({ trigger })),
  alarms: given('alarmEmail', (email) => ({ email })),
});

warnAboutSamples();

new CfnOutput(stack, 'Url', { value: posthog.url, description: 'The URL of PostHog' });
new CfnOutput(stack, 'LoadBalancerDnsName', {
  value: posthog.ingress.loadBalancer.loadBalancerDnsName,
  description: hostedZoneId
    ? "The target of the domain name's alias record"
    : 'Next: point the domain name at this name with a CNAME or alias record',
});
new CfnOutput(stack, 'MigrateCommand', {
  description: 'Runs the migration by hand; a deployment that changes the release runs it automatically',
  value: `aws stepfunctions start-execution --state-machine-arn ${posthog.migration.stateMachine.stateMachineArn}`,
});
new CfnOutput(stack, 'MigrationLogCommand', {
  description: 'Follows the log of a migration',
  value: `aws logs tail ${posthog.migration.logGroup.logGroupName} --follow`,
});

if (posthog.deploymentCheck) {
  new CfnOutput(stack, 'DeploymentCheck', { value: posthog.deploymentCheck.result, description: 'The result of the last deployment check' });
}

/** Returns a setting from the context; undefined if it is not set. */
function setting(name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(`posthog:${name}`);
  if (value !== undefined && typeof value !== 'string') {
    throw new Error(`'posthog:${name}' must be a string, got: ${JSON.stringify(value)}`);
  }
  return value || undefined;
}

/** Returns a required setting, or its sample value if it is not set. */
function needed(name: keyof typeof SAMPLES): string {
  const value = setting(name) ?? SAMPLES[name];
  if (value === SAMPLES[name]) {
    samplesInUse.push(`posthog:${name}`);
  }
  return value;
}

/** Maps the value of a setting; undefined if it is not set. */
function given<T>(name: string, use: (value: string) => T): T | undefined {
  const value = setting(name);
  return value === undefined ? undefined : use(value);
}

function clickHouseCredentials() {
  const name = setting('clickHouseSecret');
  if (name === undefined) {
    throw new Error("'posthog:clickHouseHost' needs 'posthog:clickHouseSecret', a secret with the keys username and password");
  }
  return secret('ClickHouseCredentials', name);
}

function warnAboutSamples(): void {
  if (samplesInUse.length > 0) {
    Annotations.of(stack).addWarningV2(
      'posthog:samples',
      `this template holds sample values and cannot be deployed yet; in cdk.json, or with -c name=value, set: ${samplesInUse.join(', ')}`,
    );
  }
}

function secret(id: string, nameOrArn: string) {
  return nameOrArn.startsWith('arn:')
    ? Secret.fromSecretCompleteArn(storesStack, id, nameOrArn)
    : Secret.fromSecretNameV2(storesStack, id, nameOrArn);
}

/** Rejects unknown settings: a misspelt one would silently become a default. */
function rejectUnknownSettings(): void {
  const known = [...Object.keys(SAMPLES), ...OPTIONAL];
  const given = Object.keys(app.node.getAllContext() as Record<string, unknown>)
    .filter((key) => key.startsWith('posthog:'))
    .map((key) => key.slice('posthog:'.length));
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`'posthog:${unknown}' is not a setting of this app; the settings are: ${known.map((name) => `posthog:${name}`).join(', ')}`);
  }
}
