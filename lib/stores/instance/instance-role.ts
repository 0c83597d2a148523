import { Stack } from 'aws-cdk-lib/core';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge, resultText } from '../../private/acknowledge';

/** The tag that a volume is found by, and the one of the instances that may attach it. */
export const TAGS = { volume: 'cdk-posthog:volume', instance: 'cdk-posthog:instance' } as const;

/** What the role of an instance is limited to. */
export interface InstanceRoleProps {
  /** The value of both tags. */
  readonly tag: string;
  readonly asset: Asset;
  readonly logGroup: ILogGroup;
  readonly zone: IPrivateHostedZone;
  readonly hostName: string;
  readonly secrets: readonly ISecret[];
}

/** What an instance may do: attach its volume, write its record, read its files and secrets, log, say that it is up, and open a shell for whom IAM lets. */
export function instanceRole(scope: Construct, id: string, props: InstanceRoleProps): Role {
  const stack = Stack.of(scope);
  const [volumes, instances] = ['volume', 'instance'].map((resource) => stack.formatArn({ service: 'ec2', resource, resourceName: '*' }));
  const attach = (resource: string, tag: string): PolicyStatement => new PolicyStatement({
    actions: ['ec2:AttachVolume'],
    resources: [resource],
    conditions: { StringEquals: { [`aws:ResourceTag/${tag}`]: props.tag } },
  });
  const role = new Role(scope, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com'), description: `The instance of ${props.hostName}` });
  const statements = [
    // These know no resources.
    new PolicyStatement({ actions: ['ec2:DescribeVolumes', 'autoscaling:DescribeAutoScalingInstances', 'autoscaling:DescribeAutoScalingGroups'], resources: ['*'] }),
    attach(volumes, TAGS.volume),
    attach(instances, TAGS.instance),
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
    // Session Manager, and nothing else of Systems Manager.
    new PolicyStatement({
      actions: ['ssm:UpdateInstanceInformation', 'ssmmessages:CreateControlChannel', 'ssmmessages:CreateDataChannel', 'ssmmessages:OpenControlChannel', 'ssmmessages:OpenDataChannel'],
      resources: ['*'],
    }),
  ];
  statements.forEach((statement) => role.addToPolicy(statement));
  props.logGroup.grantWrite(role);
  props.secrets.forEach((secret) => secret.grantRead(role));
  acknowledge(role, {
    'IAMNoInlinePolicy': 'the role belongs to one instance, and so does its policy',
    'AwsSolutions-IAM5[Resource::*]': 'EC2 and Auto Scaling list, Session Manager opens a channel, and ECR gives the password of its registries, without knowing resources',
    ...Object.fromEntries([volumes, instances].map((resource) =>
      [`AwsSolutions-IAM5[Resource::${resultText(stack.resolve(resource))}]`, 'limited by the tag that this one volume and its instances have'])),
  });
  return role;
}
