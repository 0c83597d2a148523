import { RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { InstanceType, ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { InstanceContainer } from './instance-container';
import { checkVolume, InstanceVolume } from './instance-volume';
import { checkDomainName } from '../../private/domain-name';
import { invalidValue } from '../../private/errors';

/** Properties for `StatefulInstance`. */
export interface StatefulInstanceProps {
  readonly vpc: IVpc;
  /** The subnet, whose zone is that of the volume. It needs outbound access to AWS APIs, Amazon Linux repositories and the container registry. */
  readonly subnet: ISubnet;
  readonly securityGroup: ISecurityGroup;
  /** The instance type, Graviton or x86, on the Nitro system; it determines the AMI. */
  readonly instanceType: InstanceType;
  readonly volume: InstanceVolume;
  /** The mount point of the volume on the host. */
  readonly mountPoint: string;
  /** The numeric `uid:gid` of the mount point. */
  readonly owner: string;
  /** The removal policy of the volume; logs are retained unless it is DESTROY. */
  readonly removalPolicy: RemovalPolicy;
  /** The full name in `zone`, which always points to the current instance. */
  readonly hostName: string;
  readonly zone: IPrivateHostedZone;
  readonly container: InstanceContainer;
  readonly logRetention: RetentionDays;
}

/** Instance types on Xen, whose device names do not contain the volume id. */
const XEN = /^(a0|c1|c3|c4|d2|g2|g3|h1|i2|m1|m2|m3|m4|p2|p3|r3|r4|t1|t2|x1|x1e)\./;

/** Rejects props that cannot work. */
export function checkInstanceProps({ instanceType, volume, owner, hostName, zone, removalPolicy }: StatefulInstanceProps): void {
  const type = instanceType.toString();
  if (Token.isUnresolved(type)) {
    throw invalidValue('instanceType', 'must be known at synthesis', type, 'use a literal type: its architecture determines the AMI');
  }
  if (XEN.test(type)) {
    throw invalidValue(
      'instanceType',
      'must be on the Nitro system, where device names contain the volume id',
      type,
      'use a current type, such as m7g.large',
    );
  }
  if (!/^\d+:\d+$/.test(owner)) {
    throw invalidValue('owner', 'must be numbers, uid:gid', owner);
  }
  checkVolume(volume);
  checkDomainName('hostName', hostName);
  if (!Token.isUnresolved(hostName) && !Token.isUnresolved(zone.zoneName) && !hostName.endsWith(`.${zone.zoneName}`)) {
    throw invalidValue('hostName', `must be in the hosted zone ${zone.zoneName}`, hostName);
  }
  const policies = [RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, RemovalPolicy.SNAPSHOT, RemovalPolicy.DESTROY];
  if (!policies.includes(removalPolicy)) {
    throw invalidValue('removalPolicy', `must be one of ${policies.join(', ')}`, removalPolicy);
  }
}
