import { Stack } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ISubnet, IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { ApplicationListener, ApplicationLoadBalancer, IApplicationListener, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { HostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { stores } from '../helpers/stack';

const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];
const ACCOUNT = 'eu-central-1:111122223333';

/** What is there already, whatever is changed. Nothing of it stands in the template. */
export class Given extends Construct {
  public readonly vpc = this.importedVpc('one');
  public readonly otherVpc = this.importedVpc('two');
  public readonly stores = stores(this);
  public readonly certificate = Certificate.fromCertificateArn(
    this,
    'Certificate',
    `arn:aws:acm:${ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555`,
  );
  public readonly otherCertificate = Certificate.fromCertificateArn(
    this,
    'Other',
    `arn:aws:acm:${ACCOUNT}:certificate/66666666-2222-3333-4444-555555555555`,
  );
  public readonly publicZone = HostedZone.fromHostedZoneAttributes(this, 'PublicZone', { hostedZoneId: 'Z1', zoneName: 'example.com' });
  public readonly privateZone = PrivateHostedZone.fromHostedZoneAttributes(this, 'PrivateZone', {
    hostedZoneId: 'Z2',
    zoneName: 'inside.example.com',
  });
  public readonly bucket = Bucket.fromBucketName(this, 'LogBucket', 'logs');
  public readonly key = Key.fromKeyArn(this, 'Key', `arn:aws:kms:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`);
  public readonly securityGroup = SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', 'sg-0123456789abcdef0');
  public readonly cluster = Cluster.fromClusterAttributes(this, 'Cluster', { clusterName: 'given', vpc: this.vpc });
  public readonly cloudMapNamespace = PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(this, 'Namespace', {
    namespaceName: 'services.example.com',
    namespaceId: 'ns-1',
    namespaceArn: 'arn:aws:servicediscovery:eu-central-1:111122223333:namespace/ns-1',
  });
  public readonly secret = Secret.fromSecretNameV2(this, 'Secret', 'given');
  public readonly loadBalancer = this.importedLoadBalancer('one');
  public readonly otherLoadBalancer = this.importedLoadBalancer('two');
  public readonly listener = this.importedListener('one');
  public readonly otherListener = this.importedListener('two');

  public constructor(stack: Stack) {
    super(stack, 'Given');
  }

  /** The subnets of a VPC in another order, so that the first one lies in another zone. */
  public turned(subnets: readonly ISubnet[]): { subnets: ISubnet[] } {
    return { subnets: [...subnets].reverse() };
  }

  private importedLoadBalancer(name: string): IApplicationLoadBalancer {
    return ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(this, `LoadBalancer-${name}`, {
      loadBalancerArn: `arn:aws:elasticloadbalancing:${ACCOUNT}:loadbalancer/app/${name}/1`,
      securityGroupId: 'sg-0123456789abcdef0',
      loadBalancerDnsName: `${name}.example.com`,
      loadBalancerCanonicalHostedZoneId: 'Z215JYRZR1TBD5',
    });
  }

  private importedListener(name: string): IApplicationListener {
    const listenerArn = `arn:aws:elasticloadbalancing:${ACCOUNT}:listener/app/${name}/1/2`;
    return ApplicationListener.fromApplicationListenerAttributes(this, `Listener-${name}`, { listenerArn, securityGroup: this.securityGroup });
  }

  private importedVpc(name: string): IVpc {
    const subnets = (tier: string) => ZONES.map((_, index) => `subnet-${name}-${tier}-${index}`);
    const tables = (tier: string) => ZONES.map((_, index) => `rtb-${name}-${tier}-${index}`);
    const blocks = (tier: number) => ZONES.map((_, index) => `10.${name.length}.${tier + index}.0/24`);
    return Vpc.fromVpcAttributes(this, `Vpc-${name}`, {
      vpcId: `vpc-${name}`,
      vpcCidrBlock: '10.0.0.0/8',
      availabilityZones: ZONES,
      publicSubnetIds: subnets('public'),
      publicSubnetRouteTableIds: tables('public'),
      publicSubnetIpv4CidrBlocks: blocks(10),
      privateSubnetIds: subnets('private'),
      privateSubnetRouteTableIds: tables('private'),
      privateSubnetIpv4CidrBlocks: blocks(20),
      isolatedSubnetIds: subnets('isolated'),
      isolatedSubnetRouteTableIds: tables('isolated'),
      isolatedSubnetIpv4CidrBlocks: blocks(30),
    });
  }
}
