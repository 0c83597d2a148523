import { Annotations, Duration, Lazy, Stack, Tags, Token } from 'aws-cdk-lib/core';
import { AutoScalingGroup, CfnAutoScalingGroup, Signals, UpdatePolicy } from 'aws-cdk-lib/aws-autoscaling';
import { Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import {
  AmazonLinux2023ImageSsmParameter,
  AmazonLinuxCpuType,
  BlockDeviceVolume,
  CfnVolume,
  EbsDeviceVolumeType,
  InstanceArchitecture,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
  UserData,
} from 'aws-cdk-lib/aws-ec2';
import { IGrantable, IPrincipal, IRole } from 'aws-cdk-lib/aws-iam';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct, IConstruct } from 'constructs';
import { bootAsset, DeferredValues, firstBootScript } from './boot-asset';
import { instanceFiles } from './instance-files';
import { instanceRole, TAGS } from './instance-role';
import { maxGibibytesText } from './instance-volume';
import { checkInstanceProps, StatefulInstanceProps } from './stateful-instance-props';
import { ownTag } from './volume-tag';
import { instanceMetric, STATUS_CHECK, volumeMetric } from '../metrics';
import { withoutSnapshot } from '../removal';
import { INSTANCE_DISK_GIB } from '../../catalog/images';
import { acknowledge } from '../../private/acknowledge';
import { encryptionKeyOf } from '../../private/encryption-key';
import { defineLogGroup } from '../../private/log-group';
import { ecrRepository } from '../../private/container-image';
import { withPath } from '../../private/errors';
import { resourcePolicy } from '../../private/removal-policy';

/** The time that a deployment waits for the service: the old instance stops, the volume is attached, the image is pulled. */
const START_TIMEOUT = Duration.minutes(30);

/**
 * An EC2 instance with a persistent volume. An auto scaling group replaces the instance if it fails, and the new one attaches the same volume.
 */
export interface IStatefulInstance extends IConstruct, IGrantable {
  /** The auto scaling group, which always has one instance. */
  readonly autoScalingGroup: AutoScalingGroup;
  /** The launch template of the instance. */
  readonly launchTemplate: LaunchTemplate;
  /** The data volume. */
  readonly volume: CfnVolume;
  /** The IAM role of the instance. */
  readonly role: IRole;
  /** The log group of the instance and of its container. */
  readonly logGroup: ILogGroup;
  /** The full name, which always points to the current instance. */
  readonly host: string;
  /**
   * Returns a metric of the instance, from the namespace `AWS/EC2`, by the name of its auto scaling group.
   *
   * @param metricName the name of the metric
   * @param props options of the metric
   */
  metric(metricName: string, props?: MetricOptions): Metric;
  /**
   * Returns the metric of the CPU utilization, in percent.
   *
   * @param props options of the metric; by default the average over 5 minutes
   */
  metricCpuUtilization(props?: MetricOptions): Metric;
  /**
   * Returns the metric of failed status checks: 1 if one failed, 0 otherwise.
   *
   * @param props options of the metric; by default the maximum over a minute
   */
  metricStatusCheckFailed(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the used part of the volume, in percent, which the instance publishes every five minutes.
   *
   * @param props options of the metric; by default the maximum over 5 minutes
   */
  metricVolumeUsedPercent(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the hours until the volume is full at its maximum size, if it fills as in the last day; 8,760 if it does not fill. It is
   * published from the sixth hour of an instance on.
   *
   * @param props options of the metric; by default the minimum over 5 minutes
   */
  metricVolumeHoursToFull(props?: MetricOptions): Metric;
}

/** A single EC2 instance with a persistent volume: a replacement attaches the same volume. */
export class StatefulInstance extends Construct implements IStatefulInstance {
  public readonly autoScalingGroup: AutoScalingGroup;
  public readonly launchTemplate: LaunchTemplate;
  public readonly role: IRole;
  public readonly grantPrincipal: IPrincipal;
  public readonly volume: CfnVolume;
  public readonly host: string;
  public readonly logGroup: ILogGroup;
  /**
   * The value of the tag `cdk-posthog:volume` of the volume.
   *
   * @internal
   */
  public readonly _volumeTag: string;

  public constructor(scope: Construct, id: string, props: StatefulInstanceProps) {
    super(scope, id);
    withPath(this, () => checkInstanceProps(props));
    this.host = props.hostName;
    const tag = withPath(this, () => ownTag(this, id));
    this._volumeTag = tag;
    this.volume = this.defineVolume(props, tag);
    if (props.volume.snapshotId !== undefined) {
      Annotations.of(this).addWarningV2(
        'cdk-posthog:StatefulInstance.snapshotId',
        'do not change `snapshotId` as long as this volume exists: if it is changed or removed, another volume is created, from the other snapshot or empty, ' +
          'and this one is removed from the stack',
      );
    }
    if (props.vpc.isolatedSubnets.includes(props.subnet)) {
      Annotations.of(this).addWarningV2(
        'cdk-posthog:StatefulInstance.isolatedSubnet',
        `the subnet ${props.subnet.node.path} has no route to the internet: the instance starts only with the VPC endpoints and the way to Route 53 that ` +
          'docs/instances.md lists, and with images in ECR',
      );
    }
    this.logGroup = defineLogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: withoutSnapshot(props.removalPolicy),
    });
    const values = new DeferredValues();
    const asset = bootAsset(this, 'Boot', this.files(props, tag, values));
    const role = instanceRole(this, 'Role', {
      tag,
      asset,
      logGroup: this.logGroup,
      zone: props.zone,
      hostName: props.hostName,
      growsVolume: props.volume.maxSize !== undefined,
      volumeKey: encryptionKeyOf(this),
      secrets: [
        ...Object.values(props.container.secrets).map(({ secret }) => secret),
        ...(props.container.registryCredentials ? [props.container.registryCredentials] : []),
      ],
    });
    ecrRepository(this, 'Image', props.container.image)?.repository.grantPull(role);
    this.role = role;
    this.grantPrincipal = role;
    this.launchTemplate = this.defineLaunchTemplate(props, tag, userData(this, asset, values));
    this.autoScalingGroup = this.defineGroup(props);
    role.close();
    acknowledge(this, {
      'AwsSolutions-AS3': 'clients notice a data store that is down; the group has a history of its events',
      'EC2EBSInBackupPlan': 'a backup plan is up to the user; the volume is retained when the stack is deleted',
    });
  }

  public metric(metricName: string, props?: MetricOptions): Metric {
    return instanceMetric(this, { AutoScalingGroupName: this.autoScalingGroup.autoScalingGroupName }, metricName, props);
  }

  public metricCpuUtilization(props?: MetricOptions): Metric {
    return this.metric('CPUUtilization', props);
  }

  public metricStatusCheckFailed(props?: MetricOptions): Metric {
    return this.metric('StatusCheckFailed', { ...STATUS_CHECK, ...props });
  }

  public metricVolumeUsedPercent(props?: MetricOptions): Metric {
    return volumeMetric(this, this._volumeTag, 'VolumeUsedPercent', { statistic: Stats.MAXIMUM, ...props });
  }

  public metricVolumeHoursToFull(props?: MetricOptions): Metric {
    return volumeMetric(this, this._volumeTag, 'VolumeHoursToFull', { statistic: Stats.MINIMUM, ...props });
  }

  private defineVolume({ volume, subnet, removalPolicy }: StatefulInstanceProps, tag: string): CfnVolume {
    const definition = new CfnVolume(this, volumeId(volume.snapshotId), {
      availabilityZone: subnet.availabilityZone,
      encrypted: true,
      volumeType: 'gp3',
      size: volume.size.toGibibytes(),
      iops: volume.iops,
      throughput: volume.throughput,
      snapshotId: volume.snapshotId,
      kmsKeyId: encryptionKeyOf(this)?.keyArn,
    });
    definition.applyRemovalPolicy(resourcePolicy(removalPolicy));
    Tags.of(definition).add('Name', this.node.path);
    Tags.of(definition).add(TAGS.volume, tag);
    return definition;
  }

  private files(props: StatefulInstanceProps, tag: string, values: DeferredValues): Record<string, string> {
    const stack = Stack.of(this);
    const files = withPath(this, () =>
      instanceFiles(
        {
          region: stack.region,
          stack: stack.stackName,
          group: Lazy.string({ produce: () => stack.getLogicalId(this.autoScalingGroup.node.defaultChild as CfnAutoScalingGroup) }),
          logGroup: this.logGroup.logGroupName,
          volumeTag: tag,
          mountPoint: props.mountPoint,
          owner: props.owner,
          zone: props.zone.hostedZoneId,
          hostName: props.hostName,
          signalTimeoutSeconds: START_TIMEOUT.toSeconds() - 60,
        },
        props.container,
        Object.fromEntries(Object.entries(props.container.secrets).map(([name, { secret, field }]) => [name, { arn: secret.secretArn, field }])),
      ),
    );
    return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, withPath(this, () => values.mark(name, content))]));
  }

  /**
   * Defines the launch template. The AMI, Amazon Linux 2023, is resolved when an instance starts: every new instance is patched, and no
   * deployment restarts a data store because of a new AMI.
   */
  private defineLaunchTemplate({ instanceType, securityGroup }: StatefulInstanceProps, tag: string, data: UserData): LaunchTemplate {
    const cpuType = instanceType.architecture === InstanceArchitecture.ARM_64 ? AmazonLinuxCpuType.ARM_64 : AmazonLinuxCpuType.X86_64;
    const launchTemplate = new LaunchTemplate(this, 'LaunchTemplate', {
      machineImage: MachineImage.resolveSsmParameterAtLaunch(AmazonLinux2023ImageSsmParameter.ssmParameterName({ cpuType })),
      instanceType,
      securityGroup,
      role: this.role,
      userData: data,
      associatePublicIpAddress: false,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      // The container uses the host's network, one hop away from the metadata service.
      httpPutResponseHopLimit: 1,
      detailedMonitoring: true,
      ebsOptimized: true,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(INSTANCE_DISK_GIB, { encrypted: true, deleteOnTermination: true, volumeType: EbsDeviceVolumeType.GP3 }),
        },
      ],
    });
    Tags.of(launchTemplate).add('Name', this.node.path);
    Tags.of(launchTemplate).add(TAGS.instance, tag);
    return launchTemplate;
  }

  /** Defines a group of one instance. It terminates an instance before it starts the next, because only one can attach the volume. */
  private defineGroup({ vpc, subnet, volume }: StatefulInstanceProps): AutoScalingGroup {
    const group = new AutoScalingGroup(this, 'Group', {
      vpc,
      vpcSubnets: { subnets: [subnet] },
      launchTemplate: this.launchTemplate,
      minCapacity: 1,
      maxCapacity: 1,
      signals: Signals.waitForAll({ timeout: START_TIMEOUT }),
      updatePolicy: UpdatePolicy.rollingUpdate({ minInstancesInService: 0, maxBatchSize: 1 }),
    });
    const definition = group.node.defaultChild as CfnAutoScalingGroup;
    definition.instanceMaintenancePolicy = { minHealthyPercentage: 0, maxHealthyPercentage: 100 };
    // Of the group and not of the instance: the maximum changes without another instance.
    const maxVolumeGib = maxGibibytesText(volume);
    if (maxVolumeGib !== undefined) {
      Tags.of(definition).add(TAGS.maxVolumeGib, maxVolumeGib, { applyToLaunchedInstances: false });
    }
    // An instance needs these at boot.
    group.node.addDependency(this.volume, this.role, this.logGroup, subnet.internetConnectivityEstablished);
    return group;
  }
}

/** Returns the user data: the location of the files, the deferred values, and the script that installs both. */
function userData(scope: Construct, asset: Asset, values: DeferredValues): UserData {
  return UserData.custom(
    `#!/bin/bash\nASSET='${asset.s3ObjectUrl}'\nREGION='${Stack.of(scope).region}'\nVALUES='${values.render()}'\n${firstBootScript()}`,
  );
}

/**
 * Returns the construct id of a volume, which includes its snapshot: CloudFormation cannot update the snapshot or the zone of a volume.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-volume.html
 */
function volumeId(snapshotId?: string): string {
  if (snapshotId === undefined) {
    return 'Volume';
  }
  return Token.isUnresolved(snapshotId) ? 'VolumeFromSnapshot' : `Volume-${snapshotId}`;
}
