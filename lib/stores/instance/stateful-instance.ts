import { RemovalPolicy, Size, Tags } from 'aws-cdk-lib/core';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { CfnVolume, InstanceType, ISecurityGroup, ISubnet, IVpc, LaunchTemplate } from 'aws-cdk-lib/aws-ec2';
import { IGrantable, IPrincipal, IRole, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import { InstanceContainer } from './instance-container';

// Differences from the agreed interface: container.port (required) and container.afterStart; mounts below the mount point are made;
// `hostName` is the full name (`clickhouse.example.internal`), not a label; logGroup is public; the volume is a CfnVolume.

/** The volume of an instance: gp3, encrypted. */
export interface InstanceVolume {
  readonly size: Size;
  /** gp3's own are 3,000. */
  readonly iops?: number;
  /** In MiB a second; gp3's own are 125. */
  readonly throughput?: number;
  /** Where its content comes from. A volume that comes from a snapshot is never formatted. */
  readonly snapshotId?: string;
}

/** What an instance is, and what runs on it. */
export interface StatefulInstanceProps {
  readonly vpc: IVpc;
  /** The volume lives in its zone. It must have a way out: to AWS's interfaces and to where the image comes from. */
  readonly subnet: ISubnet;
  readonly securityGroup: ISecurityGroup;
  /** Graviton or x86; the operating system follows. */
  readonly instanceType: InstanceType;
  readonly volume: InstanceVolume;
  /** Where the volume is mounted on the host. */
  readonly mountPoint: string;
  /** The numeric `uid:gid` that the mount point belongs to. */
  readonly owner: string;
  /** Of the volume. */
  readonly removalPolicy: RemovalPolicy;
  /** A full name in `zone` that follows the instance over replacements. */
  readonly hostName: string;
  readonly zone: IPrivateHostedZone;
  readonly container: InstanceContainer;
  readonly logRetention: RetentionDays;
}

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
    this.host = props.hostName;
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    this.grantPrincipal = this.role;
    this.logGroup = new LogGroup(this, 'Logs', { retention: props.logRetention, removalPolicy: props.removalPolicy });
    this.volume = new CfnVolume(this, 'Volume', { availabilityZone: props.subnet.availabilityZone, size: props.volume.size.toGibibytes(), encrypted: true, volumeType: 'gp3' });
    Tags.of(this.volume).add('Name', this.node.path);
    const launchTemplate = new LaunchTemplate(this, 'LaunchTemplate', { role: this.role, instanceType: props.instanceType, securityGroup: props.securityGroup });
    this.autoScalingGroup = new AutoScalingGroup(this, 'Group', { vpc: props.vpc, vpcSubnets: { subnets: [props.subnet] }, launchTemplate, minCapacity: 1, maxCapacity: 1 });
  }
}
