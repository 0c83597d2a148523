import { App, Duration, Size, Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ClickHouse, PostHogBackup } from '../../../lib';
import { BackupSettings } from '../../../lib/operations/backup/backup-settings';
import { drillConfig } from '../../../lib/operations/backup/drill-config';
import { newPostHog, newStack, only } from '../../helpers/stack';
import { newBackup } from './fixtures';

/** The settings of the function, with references as `<logical id>`. */
function settingsOf(template: Template): BackupSettings {
  const [{ Properties }] = Object.values(
    template.findResources('AWS::Lambda::Function', { Properties: { Environment: { Variables: { SETTINGS: Match.anyValue() } } } }),
  ) as { Properties: { Environment: { Variables: { SETTINGS: unknown } } } }[];
  const text = (value: unknown): string => {
    if (typeof value === 'string') {
      return value;
    }
    const { 'Fn::Join': join, 'Ref': ref } = value as { 'Fn::Join'?: [string, unknown[]]; 'Ref'?: string };
    return join ? join[1].map(text).join(join[0]) : `<${ref ?? 'attribute'}>`;
  };
  return JSON.parse(text(Properties.Environment.Variables.SETTINGS)) as BackupSettings;
}

function statementsOf(template: Template): { Action: string | string[]; Effect: string; Resource: unknown }[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy')) as { Properties: { PolicyDocument: { Statement: never[] } } }[];
  const roles = Object.values(template.findResources('AWS::IAM::Role')) as {
    Properties: { Policies?: { PolicyDocument: { Statement: never[] } }[] };
  }[];
  return [
    ...policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement),
    ...roles.flatMap(({ Properties: { Policies = [] } }) => Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)),
  ];
}

test('a PostHog has backups by default: hourly function, bucket, snapshots of its volume, in at most 14 resources', () => {
  const resources = (backup?: object) => {
    const stack = newStack();
    newPostHog(stack, { backup });
    return Object.keys(Template.fromStack(stack).toJSON().Resources as object).length;
  };
  expect(resources() - resources({ clickHouseBackups: false, volumeSnapshots: false })).toBeLessThanOrEqual(14);
});

test('the function has the server, the bucket, the database and the schedule', () => {
  const stack = newStack();
  newBackup(stack, { fullBackupInterval: Duration.days(14), retention: Duration.days(28) });
  expect(settingsOf(Template.fromStack(stack))).toMatchObject({
    bucketUrl: expect.stringMatching(/^https:\/\/<Backup\w+>\.s3\.[^/]*[^/]$/) as string,
    fullInterval: 14 * 86_400_000,
    incrementalInterval: 86_400_000,
    retention: 28 * 86_400_000,
    clickHouse: { port: 8443, tls: true, verifyCertificate: false, database: 'posthog' },
    rds: { kind: 'instance' },
  });
});

test('the bucket is private, encrypted, versioned, for TLS only, and outlives its stack', () => {
  const stack = newStack();
  newBackup(stack);
  const template = Template.fromStack(stack);
  template.hasResource('AWS::S3::Bucket', {
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
      VersioningConfiguration: { Status: 'Enabled' },
    },
  });
  const { LifecycleConfiguration } = only(template, 'AWS::S3::Bucket') as { LifecycleConfiguration: { Rules: object[] } };
  // No rule that deletes current objects, which would break chains.
  expect(LifecycleConfiguration.Rules.flatMap(Object.keys).filter((key) => /^Expiration/.test(key))).toEqual([]);
  expect(JSON.stringify(template.findResources('AWS::S3::BucketPolicy'))).toContain('aws:SecureTransport');
});

test('servers can delete nothing but the mark of an unfinished backup', () => {
  const stack = newStack();
  newBackup(stack);
  const statements = statementsOf(Template.fromStack(stack)).filter(({ Action }) => [Action].flat().includes('s3:DeleteObject'));
  const texts = statements.map(({ Resource }) => JSON.stringify(Resource));
  expect(texts.map((text) => /\/clickhouse[^"]*/.exec(text)?.[0]).sort()).toEqual(['/clickhouse/*', '/clickhouse/backups/*/.lock']);
});

test('snapshots are of the volumes of this installation only', () => {
  const stack = newStack();
  newBackup(stack, { copyToVaultArn: 'arn:aws:backup:eu-west-1:111122223333:backup-vault:copies', lockVault: true });
  const template = Template.fromStack(stack);
  expect(only(template, 'AWS::Backup::BackupSelection')).toMatchObject({
    BackupSelection: {
      ListOfTags: ['Stack/ClickHouse/Server1', 'Stack/Kafka/Instance'].map((ConditionValue) => ({
        ConditionType: 'STRINGEQUALS',
        ConditionKey: 'cdk-posthog:volume',
        ConditionValue,
      })),
    },
  });
  expect(only(template, 'AWS::Backup::BackupPlan')).toMatchObject({
    BackupPlan: {
      BackupPlanRule: [
        {
          Lifecycle: { DeleteAfterDays: 7 },
          CopyActions: [
            { DestinationBackupVaultArn: 'arn:aws:backup:eu-west-1:111122223333:backup-vault:copies', Lifecycle: { DeleteAfterDays: 7 } },
          ],
        },
      ],
    },
  });
  expect(only(template, 'AWS::Backup::BackupVault')).toMatchObject({ LockConfiguration: { MinRetentionDays: 7 } });
  const volumes = Object.values(template.findResources('AWS::EC2::Volume')) as { Properties: { Tags: { Key: string; Value: string }[] } }[];
  const tags = volumes.flatMap(({ Properties: { Tags } }) => Tags.filter(({ Key }) => Key === 'cdk-posthog:volume'));
  expect(tags.map(({ Value }) => Value).sort()).toEqual(['Stack/ClickHouse/Server1', 'Stack/Kafka/Instance']);
});

test('the volumes of replicas have no snapshots: one of them does not match the state of the Keepers', () => {
  const stack = newStack();
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const kafka = newBackup(stack, { vpc }).node.scope!.node.findChild('Kafka') as never;
  new PostHogBackup(stack, 'Other', { vpc, clickHouse: new ClickHouse(stack, 'Replicas', { vpc, kafka, replicas: 2 }) });
  Template.fromStack(stack).resourceCountIs('AWS::Backup::BackupSelection', 1);
});

test('restore tests of snapshots have a selection for each volume', () => {
  const stack = newStack();
  newBackup(stack, { snapshotRestoreTests: true });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Backup::RestoreTestingPlan', 1);
  template.resourceCountIs('AWS::Backup::RestoreTestingSelection', 2);
});

test('a restore drill has an empty disk, and a way to HTTPS only: not to Kafka, ClickHouse or its Keeper', () => {
  const stack = newStack();
  newBackup(stack, { restoreDrills: { ephemeralStorage: Size.gibibytes(50) } });
  const template = Template.fromStack(stack);
  expect(only(template, 'AWS::ECS::TaskDefinition')).toMatchObject({ EphemeralStorage: { SizeInGiB: 50 } });
  const [group] = Object.entries(
    template.findResources('AWS::EC2::SecurityGroup', { Properties: { GroupDescription: 'PostHog restore drill: tasks' } }),
  );
  expect((group[1] as { Properties: { SecurityGroupEgress: unknown } }).Properties.SecurityGroupEgress).toEqual([
    expect.objectContaining({ FromPort: 443, ToPort: 443 }),
  ]);
  const rules = JSON.stringify(template.findResources('AWS::EC2::SecurityGroupIngress'));
  expect(rules).not.toContain(group[0]);
  expect(settingsOf(template).drill).toMatchObject({ container: 'restore-drill', interval: 30 * 86_400_000 });
});

test('the server of a drill uses its own Keeper, the paths of the real server, and no broker', () => {
  const config = drillConfig();
  expect(config).toContain('<keeper_server>');
  expect(config).toContain('<listen_host>127.0.0.1</listen_host>');
  expect(config).toMatch(/<macros>[^]*<replica>ch1<\/replica>/);
  expect(config).not.toMatch(/kafka/i);
  // Everything that it writes is below its own folder.
  const paths = [...config.matchAll(/_path>([^<\s]+)</g)].map(([, path]) => path);
  expect(paths.filter((path) => !path.startsWith('/tmp/drill/'))).toEqual([]);
});

test('a bucket of another region is written to at its own endpoint, and one with dots in its name by its path', () => {
  const app = new App();
  const other = Bucket.fromBucketAttributes(new Stack(app, 'Other', { env: { region: 'eu-west-1' } }), 'B', {
    bucketName: 'backups',
    region: 'eu-west-1',
  });
  const stack = new Stack(app, 'Stack', { env: { region: 'eu-central-1', account: '111122223333' } });
  newBackup(stack, { bucket: other });
  expect(settingsOf(Template.fromStack(stack)).bucketUrl).toMatch(/^https:\/\/backups\.s3\.eu-west-1\./);
  const dotted = newStack();
  newBackup(dotted, { bucket: Bucket.fromBucketName(dotted, 'B', 'backups.example.com') });
  expect(settingsOf(Template.fromStack(dotted)).bucketUrl).toMatch(/^https:\/\/s3\..*\/backups\.example\.com$/);
});

describe('an existing ClickHouse', () => {
  const existing = (stack: Stack, withRole: boolean) =>
    ClickHouse.fromClickHouseAttributes(stack, 'Existing', {
      host: 'clickhouse.internal',
      credentials: Secret.fromSecretNameV2(stack, 'Credentials', 'clickhouse'),
      serverRoles: withRole ? [Role.fromRoleName(stack, 'ServerRole', 'clickhouse')] : undefined,
    });

  test('is not backed up unless its roles and security groups are known', () => {
    const stack = newStack();
    const backup = new PostHogBackup(stack, 'Backup', { vpc: new Vpc(stack, 'Vpc'), clickHouse: existing(stack, true) });
    expect([backup.bucket, backup.function]).toEqual([undefined, undefined]);
  });

  test('is backed up on request, if its roles are known', () => {
    const stack = newStack();
    const vpc = new Vpc(stack, 'Vpc');
    const backup = new PostHogBackup(stack, 'Backup', { vpc, clickHouse: existing(stack, true), clickHouseBackups: true });
    expect(backup.bucket).toBeDefined();
    const other = newStack();
    expect(
      () => new PostHogBackup(other, 'Backup', { vpc: new Vpc(other, 'Vpc'), clickHouse: existing(other, false), clickHouseBackups: true }),
    ).toThrow(
      '[Stack/Backup] `clickHouseBackups` needs a ClickHouse with `serverRoles`, which write to the bucket; pass `serverRoles` to ' +
        'ClickHouse.fromClickHouseAttributes()',
    );
  });
});

describe('metrics', () => {
  test('have the name of the installation', () => {
    const stack = newStack();
    const backup = newBackup(stack, { restoreDrills: {}, installation: 'Analytics' });
    const metrics = [backup.metricClickHouseBackupAge(), backup.metricDatabaseBackupAge(), backup.metricRestoreDrillAge()];
    expect(metrics.map(({ namespace, metricName, dimensions }) => [namespace, metricName, dimensions])).toEqual(
      ['ClickHouseBackupAge', 'DatabaseBackupAge', 'RestoreDrillAge'].map((name) => ['PostHog', name, { Installation: 'Analytics' }]),
    );
  });

  test('that nobody publishes are refused', () => {
    const stack = newStack();
    const backup = new PostHogBackup(stack, 'Backup', { vpc: new Vpc(stack, 'Vpc') });
    expect(() => backup.metricClickHouseBackupAge()).toThrow('[Stack/Backup] `metricClickHouseBackupAge` needs backups of ClickHouse');
    expect(() => backup.metricDatabaseBackupAge()).toThrow('[Stack/Backup] `metricDatabaseBackupAge` needs `postgres` on RDS');
    expect(() => backup.metricRestoreDrillAge()).toThrow('[Stack/Backup] `metricRestoreDrillAge` needs `restoreDrills`');
  });
});

describe('options', () => {
  const refused = (options: object) => {
    const stack = newStack();
    return () => new PostHogBackup(stack, 'Backup', { vpc: new Vpc(stack, 'Vpc'), ...options });
  };

  test('that would break a chain are refused', () => {
    expect(refused({ retention: Duration.days(6) })).toThrow(
      '[Stack/Backup] `retention` must not be shorter than `fullBackupInterval`: the incremental backups between two full ones need the first; ' +
        'raise `retention`, or lower `fullBackupInterval`',
    );
    expect(refused({ incrementalBackupInterval: Duration.days(8) })).toThrow(
      '[Stack/Backup] `incrementalBackupInterval` must not be longer than `fullBackupInterval`, got: 8 days',
    );
  });

  test('without an effect are refused', () => {
    expect(refused({ volumeSnapshots: false, lockVault: true })).toThrow(
      '[Stack/Backup] `lockVault` has no effect with `volumeSnapshots: false`; remove one of them',
    );
    expect(refused({ clickHouseBackups: false, restoreDrills: {} })).toThrow(
      '[Stack/Backup] `restoreDrills` has no effect with `clickHouseBackups: false`; remove one of them',
    );
  });

  test('out of range are refused', () => {
    expect(refused({ retention: Duration.days(36) })).toThrow('`retention` must be whole days, from 1 to 35, got: 36 days');
    expect(refused({ restoreDrills: { ephemeralStorage: Size.gibibytes(20) } })).toThrow('must be from 21 to 200 GiB, got: 20 GiB');
    expect(refused({ copyToVaultArn: 'vault' })).toThrow("`copyToVaultArn` must be the ARN of a vault of AWS Backup, got: 'vault'");
  });

  test('a full backup every day leaves no incremental ones', () => {
    const stack = newStack();
    newBackup(stack, { fullBackupInterval: Duration.days(1) });
    expect(settingsOf(Template.fromStack(stack))).toMatchObject({ fullInterval: 86_400_000, incrementalInterval: 86_400_000 });
  });
});
