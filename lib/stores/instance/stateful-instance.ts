import { Annotations, Duration, Lazy, RemovalPolicy, Stack, Tags, Token } from 'aws-cdk-lib/core';
import { AutoScalingGroup, CfnAutoScalingGroup, Signals, UpdatePolicy } from 'aws-cdk-lib/aws-autoscaling';
import {
  AmazonLinux2023ImageSsmParameter, AmazonLinuxCpuType, BlockDeviceVolume, CfnVolume, EbsDeviceVolumeType, InstanceArchitecture, InstanceType, ISecurityGroup, ISubnet,
  IVpc, LaunchTemplate, LaunchTemplateHttpTokens, MachineImage, UserData,
} from 'aws-cdk-lib/aws-ec2';
import { IGrantable, IPrincipal, IRole } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { bootAsset, firstBootScript } from './boot-asset';
import { DeferredValues } from './deferred-values';
import { InstanceContainer } from './instance-container';
import { instanceFiles } from './instance-files';
import { instanceRole, TAGS } from './instance-role';
import { checkVolume, InstanceVolume, volumeRemovalPolicy } from './instance-volume';
import { withoutSnapshot } from '../removal';
import { acknowledge } from '../../private/acknowledge';
import { checkDomainName } from '../../private/domain-name';
import { ecrRepository } from '../../private/ecr';
import { at, rejected } from '../../private/errors';

/** What an instance is, and what runs on it. */
export interface StatefulInstanceProps {
  readonly vpc: IVpc;
  /** The volume lives in its zone. It must have a way out: to AWS's interfaces, to Amazon Linux's repositories and to where the image comes from. */
  readonly subnet: ISubnet;
  readonly securityGroup: ISecurityGroup;
  /** Graviton or x86, of the Nitro system; the operating system follows. */
  readonly instanceType: InstanceType;
  readonly volume: InstanceVolume;
  /** Where the volume is mounted on the host. */
  readonly mountPoint: string;
  /** The numeric `uid:gid` that the mount point belongs to. */
  readonly owner: string;
  /** Of the volume; logs stay unless it is DESTROY. */
  readonly removalPolicy: RemovalPolicy;
  /** A full name in `zone` that follows the instance over replacements. */
  readonly hostName: string;
  readonly zone: IPrivateHostedZone;
  readonly container: InstanceContainer;
  readonly logRetention: RetentionDays;
}

/** Room for the operating system, Docker and a few images. */
const ROOT_VOLUME_GIB = 20;

/** How long a deployment waits for the service: an old instance has to end, a volume to come over, an image to come down. */
const START_TIMEOUT = Duration.minutes(30);

/** Instances of the Xen system, whose volumes do not appear by their id. */
const XEN = /^(a0|c1|c3|c4|d2|g2|g3|h1|i2|m1|m2|m3|m4|p2|p3|r3|r4|t1|t2|x1|x1e)\./;

/** One instance at a time that keeps its data: whatever happens to it, the next one finds the volume and goes on. */
export class StatefulInstance extends Construct implements IGrantable {
  public readonly autoScalingGroup: AutoScalingGroup;
  public readonly role: IRole;
  public readonly grantPrincipal: IPrincipal;
  public readonly volume: CfnVolume;
  public readonly host: string;
  public readonly logGroup: LogGroup;

  public constructor(scope: Construct, id: string, props: StatefulInstanceProps) {
    super(scope, id);
    at(this, () => checkProps(props));
    this.host = props.hostName;
    const tag = tagValue(this);
    this.volume = this.defineVolume(props, tag);
    if (props.volume.snapshotId !== undefined) {
      Annotations.of(this).addWarningV2('cdk-posthog:StatefulInstance.snapshotId',
        'leave `snapshotId` as it is for as long as this volume lives: where it is changed or removed, there is another volume, from the other snapshot or empty, ' +
        'and this one leaves the stack');
    }
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: withoutSnapshot(props.removalPolicy),
    });
    const values = new DeferredValues();
    const asset = bootAsset(this, 'Boot', this.files(props, tag, values));
    this.role = instanceRole(this, 'Role', {
      tag, asset, logGroup: this.logGroup, zone: props.zone, hostName: props.hostName, secrets: Object.values(props.container.secrets).map(({ secret }) => secret),
    });
    this.grantPrincipal = this.role;
    ecrRepository(this, 'Image', props.container.image)?.repository.grantPull(this);
    this.autoScalingGroup = this.defineGroup(props, this.defineLaunchTemplate(props, tag, userData(this, asset, values)));
    acknowledge(this, {
      'AwsSolutions-AS3': 'a store that is down shows where it is missed; events of the group are in its own history',
      'CloudWatchLogGroupEncrypted': 'encrypted with the key that CloudWatch Logs keeps',
      'EC2EBSInBackupPlan': 'the plan is the user\'s; the volume stays when the stack goes',
    });
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
    });
    definition.applyRemovalPolicy(volumeRemovalPolicy(removalPolicy));
    Tags.of(definition).add('Name', this.node.path);
    Tags.of(definition).add(TAGS.volume, tag);
    return definition;
  }

  private files(props: StatefulInstanceProps, tag: string, values: DeferredValues): Record<string, string> {
    const stack = Stack.of(this);
    const files = at(this, () => instanceFiles({
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
    }, props.container, Object.fromEntries(Object.entries(props.container.secrets).map(([name, { secret, field }]) => [name, { arn: secret.secretArn, field }]))));
    return Object.fromEntries(Object.entries(files).map(([name, content]) => [name, at(this, () => values.mark(name, content))]));
  }

  /**
   * The newest Amazon Linux 2023 is chosen when an instance starts, not when the stack is deployed: every new instance is patched, and no deployment
   * restarts a store because there is a new image.
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
      // The container is on the host's network, where the role's credentials are one hop away.
      httpPutResponseHopLimit: 1,
      detailedMonitoring: true,
      ebsOptimized: true,
      blockDevices: [{ deviceName: '/dev/xvda', volume: BlockDeviceVolume.ebs(ROOT_VOLUME_GIB, { encrypted: true, deleteOnTermination: true, volumeType: EbsDeviceVolumeType.GP3 }) }],
    });
    Tags.of(launchTemplate).add('Name', this.node.path);
    Tags.of(launchTemplate).add(TAGS.instance, tag);
    return launchTemplate;
  }

  /** A group of exactly one, which ends an instance before it starts the next: two would wait for one volume. */
  private defineGroup({ vpc, subnet }: StatefulInstanceProps, launchTemplate: LaunchTemplate): AutoScalingGroup {
    const group = new AutoScalingGroup(this, 'Group', {
      vpc,
      vpcSubnets: { subnets: [subnet] },
      launchTemplate,
      minCapacity: 1,
      maxCapacity: 1,
      signals: Signals.waitForAll({ timeout: START_TIMEOUT }),
      updatePolicy: UpdatePolicy.rollingUpdate({ minInstancesInService: 0, maxBatchSize: 1 }),
    });
    const definition = group.node.defaultChild as CfnAutoScalingGroup;
    definition.instanceMaintenancePolicy = { minHealthyPercentage: 0, maxHealthyPercentage: 100 };
    // What an instance asks for when it boots.
    group.node.addDependency(this.volume, this.role, this.logGroup, subnet.internetConnectivityEstablished);
    return group;
  }
}

/** The user data: where the files are, what they leave open, and the script that brings both together. */
function userData(scope: Construct, asset: Asset, values: DeferredValues): UserData {
  return UserData.custom(`#!/bin/bash\nASSET='${asset.s3ObjectUrl}'\nREGION='${Stack.of(scope).region}'\nVALUES='${values.render()}'\n${firstBootScript()}`);
}

/**
 * The construct id of a volume. One from another snapshot is another volume: CloudFormation refuses to update the snapshot of one, and its zone.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-volume.html
 */
function volumeId(snapshotId?: string): string {
  if (snapshotId === undefined) {
    return 'Volume';
  }
  return Token.isUnresolved(snapshotId) ? 'VolumeFromSnapshot' : `Volume-${snapshotId}`;
}

/**
 * What marks the volume and its instances, in the letters that tags may have. It is the same when a stack is deployed anew, so that a volume
 * which stayed is never overlooked.
 */
function tagValue(scope: Construct): string {
  const stack = Stack.of(scope);
  const path = scope.node.path.slice(stack.node.path.length).replace(/^\//, '').replace(/[^A-Za-z0-9_./@+-]/g, '-');
  return `${stack.stackName}/${path.length > 100 ? `${path.slice(0, 50)}${scope.node.addr}` : path}`;
}

function checkProps({ instanceType, volume, owner, hostName, zone, removalPolicy }: StatefulInstanceProps): void {
  const type = instanceType.toString();
  if (Token.isUnresolved(type)) {
    throw rejected('instanceType', 'must be known at synthesis', type, 'write the type itself: its architecture decides which operating system is started');
  }
  if (XEN.test(type)) {
    throw rejected('instanceType', 'must be of the Nitro system, where a volume is found by its id', type, 'use a current type, such as m7g.large');
  }
  if (!/^\d+:\d+$/.test(owner)) {
    throw rejected('owner', 'must be numbers, uid:gid', owner);
  }
  checkVolume(volume);
  checkDomainName('hostName', hostName);
  if (!Token.isUnresolved(hostName) && !Token.isUnresolved(zone.zoneName) && !hostName.endsWith(`.${zone.zoneName}`)) {
    throw rejected('hostName', `must be in the hosted zone ${zone.zoneName}`, hostName);
  }
  const policies = [RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, RemovalPolicy.SNAPSHOT, RemovalPolicy.DESTROY];
  if (!policies.includes(removalPolicy)) {
    throw rejected('removalPolicy', `must be one of ${policies.join(', ')}`, removalPolicy);
  }
}
