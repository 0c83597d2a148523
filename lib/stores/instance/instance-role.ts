import { Stack } from 'aws-cdk-lib/core';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge, resultText } from '../../private/acknowledge';
import { InlineRole } from '../../private/inline-role';

/** The tag that identifies a volume, that of the instances that can attach it, and that of their group with the maximum size of the volume. */
export const TAGS = { volume: 'cdk-posthog:volume', instance: 'cdk-posthog:instance', maxVolumeGib: 'cdk-posthog:max-volume-gib' } as const;

/** Properties of the role of an instance. */
export interface InstanceRoleProps {
  /** The value of both tags. */
  readonly tag: string;
  readonly asset: Asset;
  readonly logGroup: ILogGroup;
  readonly zone: IPrivateHostedZone;
  readonly hostName: string;
  readonly secrets: readonly ISecret[];
  /** Indicates whether the instance enlarges its volume. */
  readonly growsVolume: boolean;
  /** The key of the volume; undefined if it is that of EBS. */
  readonly volumeKey?: IKey;
}

/**
 * Returns the statements with which EC2 may use the key of a volume for an instance that attaches it.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html (permissions for users)
 */
function attachmentStatements(key: IKey | undefined): PolicyStatement[] {
  return key === undefined
    ? []
    : [
        new PolicyStatement({
          actions: ['kms:CreateGrant'],
          resources: [key.keyArn],
          conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
        }),
        new PolicyStatement({
          actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'],
          resources: [key.keyArn],
        }),
      ];
}

/**
 * Defines the role of an instance: it can attach and enlarge its volume, write its DNS record, read its files and secrets, write logs, signal
 * CloudFormation, and open Session Manager sessions.
 */
export function instanceRole(scope: Construct, id: string, props: InstanceRoleProps): InlineRole {
  const stack = Stack.of(scope);
  const [volumes, instances] = ['volume', 'instance'].map((resource) => stack.formatArn({ service: 'ec2', resource, resourceName: '*' }));
  const withTag = (actions: string[], resource: string, tag: string): PolicyStatement =>
    new PolicyStatement({
      actions,
      resources: [resource],
      conditions: { StringEquals: { [`aws:ResourceTag/${tag}`]: props.tag } },
    });
  const role = new InlineRole(scope, id, {
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    description: `PostHog instance: ${props.hostName}`,
  });
  const statements = [
    // These actions do not support resource ARNs.
    new PolicyStatement({
      actions: [
        'ec2:DescribeVolumes',
        ...(props.growsVolume ? ['ec2:DescribeVolumesModifications'] : []),
        'autoscaling:DescribeAutoScalingInstances',
        'autoscaling:DescribeAutoScalingGroups',
      ],
      resources: ['*'],
    }),
    withTag(['ec2:AttachVolume', ...(props.growsVolume ? ['ec2:ModifyVolume'] : [])], volumes, TAGS.volume),
    withTag(['ec2:AttachVolume'], instances, TAGS.instance),
    new PolicyStatement({
      actions: ['route53:ChangeResourceRecordSets'],
      resources: [props.zone.hostedZoneArn],
      conditions: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': [props.hostName],
          'route53:ChangeResourceRecordSetsRecordTypes': ['A'],
          'route53:ChangeResourceRecordSetsActions': ['UPSERT', 'DELETE'],
        },
      },
    }),
    new PolicyStatement({ actions: ['s3:GetObject'], resources: [props.asset.bucket.arnForObjects(props.asset.s3ObjectKey)] }),
    new PolicyStatement({ actions: ['cloudformation:SignalResource'], resources: [stack.stackId] }),
    // Only Session Manager, without the other features of Systems Manager.
    new PolicyStatement({
      actions: [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      resources: ['*'],
    }),
  ];
  statements.forEach((statement) => role.addToPolicy(statement));
  attachmentStatements(props.volumeKey).forEach((statement) => role.addToPolicy(statement));
  props.logGroup.grantWrite(role);
  props.secrets.forEach((secret) => secret.grantRead(role));
  acknowledge(role, {
    'IAMNoInlinePolicy': 'the role belongs to one instance, and so does its policy',
    'AwsSolutions-IAM5[Resource::*]': 'Describe actions, Session Manager and ecr:GetAuthorizationToken do not support resource ARNs',
    ...Object.fromEntries(
      [volumes, instances].map((resource) => [
        `AwsSolutions-IAM5[Resource::${resultText(stack.resolve(resource))}]`,
        'limited by the tag that this one volume and its instances have',
      ]),
    ),
  });
  return role;
}
