import { Aws, Fn, Names, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { CfnBackupPlan, CfnBackupSelection, CfnBackupVault, CfnRestoreTestingPlan, CfnRestoreTestingSelection } from 'aws-cdk-lib/aws-backup';
import { IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge, resultText } from '../../private/acknowledge';
import { encryptionKeyOf } from '../../private/encryption-key';
import { InlineRole } from '../../private/inline-role';
import { resourcePolicy } from '../../private/removal-policy';
import { TAGS } from '../../stores/instance/instance-role';

/** Properties for `VolumeSnapshots`. */
export interface VolumeSnapshotsProps {
  /** The values of the tag `cdk-posthog:volume` of the volumes. */
  readonly volumeTags: readonly string[];
  readonly retentionDays: number;
  readonly copyToVaultArn?: string;
  readonly lockVault: boolean;
  readonly restoreTests: boolean;
}

/** The hours that AWS Backup has to start a snapshot, and to complete it, in minutes. */
const WINDOW = { start: 60, complete: 8 * 60 };

/** Daily snapshots of the volumes of an installation by AWS Backup, in a vault of their own. */
export class VolumeSnapshots extends Construct {
  public readonly vault: CfnBackupVault;

  public constructor(scope: Construct, id: string, props: VolumeSnapshotsProps) {
    super(scope, id);
    const { retentionDays } = props;
    const key = encryptionKeyOf(this);
    // The name of a vault is unique in its account and region, and a vault with snapshots outlives its stack.
    const stack = Fn.select(4, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
    const prefix = Names.uniqueResourceName(this, { maxLength: 37, separator: '-', allowedSpecialCharacters: '-_' });
    this.vault = new CfnBackupVault(this, 'Vault', {
      backupVaultName: `${prefix}-${stack}`,
      encryptionKeyArn: key?.keyArn,
      lockConfiguration: props.lockVault ? { minRetentionDays: retentionDays } : undefined,
    });
    this.vault.applyRemovalPolicy(resourcePolicy(RemovalPolicy.RETAIN));
    const lifecycle = { deleteAfterDays: retentionDays };
    const plan = new CfnBackupPlan(this, 'Plan', {
      backupPlan: {
        backupPlanName: Names.uniqueResourceName(this, { maxLength: 50, separator: '-', allowedSpecialCharacters: '-_' }),
        backupPlanRule: [
          {
            ruleName: 'Daily',
            targetBackupVault: this.vault.ref,
            // Between the backups of ClickHouse and the morning.
            scheduleExpression: 'cron(30 3 * * ? *)',
            startWindowMinutes: WINDOW.start,
            completionWindowMinutes: WINDOW.complete,
            lifecycle,
            copyActions: props.copyToVaultArn === undefined ? undefined : [{ destinationBackupVaultArn: props.copyToVaultArn, lifecycle }],
          },
        ],
      },
    });
    const role = this.defineRole(props.restoreTests, props.copyToVaultArn !== undefined);
    // One of the tags is enough. A volume that is created from a snapshot has the tag of the one before, so it is in the plan as well.
    const listOfTags = props.volumeTags.map((value) => ({
      conditionType: 'STRINGEQUALS',
      conditionKey: TAGS.volume,
      conditionValue: value,
    }));
    const selection = new CfnBackupSelection(this, 'Selection', {
      backupPlanId: plan.ref,
      backupSelection: { selectionName: 'Volumes', iamRoleArn: role.roleArn, listOfTags },
    });
    selection.node.addDependency(role);
    if (props.restoreTests) {
      this.defineRestoreTests(role, props.volumeTags);
    }
  }

  /**
   * Defines the role: of the permissions of AWS's own policies for backup and restore, those for volumes.
   *
   * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html
   * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForRestores.html
   */
  private defineRole(restores: boolean, copies: boolean): Role {
    const { partition, region, account } = Stack.of(this);
    const snapshots = `arn:${partition}:ec2:*::snapshot/*`;
    const vaults = `arn:${partition}:backup:*:*:backup-vault:*`;
    const volumes = `arn:${partition}:ec2:${region}:${account}:volume/*`;
    const key = encryptionKeyOf(this);
    // Without a condition on the source: AWS does not document that AWS Backup sets it.
    const role = new InlineRole(this, 'Role', {
      assumedBy: new ServicePrincipal('backup.amazonaws.com'),
      description: 'PostHog backup: snapshots of volumes',
    });
    const statements = [
      { actions: ['ec2:CreateSnapshot'], resources: [snapshots, volumes] },
      { actions: ['ec2:CreateTags', 'ec2:DeleteSnapshot', 'ec2:ModifySnapshotAttribute'], resources: [snapshots] },
      { actions: ['ec2:DescribeVolumes', 'ec2:DescribeSnapshots', 'ec2:DescribeTags', 'tag:GetResources'], resources: ['*'] },
      { actions: ['backup:DescribeBackupVault', 'backup:CopyIntoBackupVault'], resources: [vaults] },
      ...(copies ? [{ actions: ['ec2:CopySnapshot'], resources: [snapshots] }] : []),
      ...(restores ? [{ actions: ['ec2:CreateVolume', 'ec2:DeleteVolume', 'ec2:CreateTags'], resources: [volumes, snapshots] }] : []),
    ];
    statements.forEach((statement) => role.addToPolicy(new PolicyStatement(statement)));
    if (key) {
      role.addToPolicy(
        new PolicyStatement({ actions: ['kms:DescribeKey', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'], resources: [key.keyArn] }),
      );
      role.addToPolicy(
        new PolicyStatement({
          actions: ['kms:CreateGrant'],
          resources: [key.keyArn],
          conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
        }),
      );
    }
    acknowledge(role, {
      IAMNoInlinePolicy: 'the role belongs to the snapshots of one PostHog',
      ...Object.fromEntries(
        ['*', snapshots, volumes, vaults, ...(key ? ['Action::kms:ReEncrypt*', 'Action::kms:GenerateDataKey*'] : [])].map((pattern) => [
          `AwsSolutions-IAM5[${pattern.startsWith('Action') ? pattern : `Resource::${resultText(Stack.of(this).resolve(pattern))}`}]`,
          'AWS Backup names snapshots, and a plan selects volumes by their tags',
        ]),
      ),
    });
    return role;
  }

  /** Defines a plan that restores a snapshot of each volume every month, and deletes the restored volume after a day. */
  private defineRestoreTests(role: IRole, volumeTags: readonly string[]): void {
    // Names of restore testing plans have letters, digits and underscores only.
    const name = Names.uniqueResourceName(this, { maxLength: 50, separator: '_', allowedSpecialCharacters: '_' });
    const plan = new CfnRestoreTestingPlan(this, 'RestoreTests', {
      restoreTestingPlanName: name,
      scheduleExpression: 'cron(0 5 1 * ? *)',
      startWindowHours: 8,
      recoveryPointSelection: {
        algorithm: 'LATEST_WITHIN_WINDOW',
        includeVaults: [this.vault.attrBackupVaultArn],
        recoveryPointTypes: ['SNAPSHOT'],
        selectionWindowDays: 7,
      },
    });
    // Conditions must all hold, so each volume needs a selection of its own.
    volumeTags.forEach((value, index) => {
      new CfnRestoreTestingSelection(this, `RestoreTestsSelection${index + 1}`, {
        restoreTestingPlanName: plan.ref,
        restoreTestingSelectionName: `Volume${index + 1}`,
        protectedResourceType: 'EBS',
        iamRoleArn: role.roleArn,
        protectedResourceConditions: { stringEquals: [{ key: `aws:ResourceTag/${TAGS.volume}`, value }] },
        validationWindowHours: 24,
      });
    });
  }
}
