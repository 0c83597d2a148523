import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { App, RemovalPolicy, Size, Stack } from 'aws-cdk-lib/core';
import { InstanceType, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { StatefulInstance } from '../../../lib/stores/instance/stateful-instance';
import { StatefulInstanceProps } from '../../../lib/stores/instance/stateful-instance-props';

/** A VPC that somebody has, in two zones. */
export function givenVpc(stack: Stack): Vpc {
  return Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetRouteTableIds: ['r1', 'r2'],
  }) as Vpc;
}

/** An instance with only what it cannot do without, and whatever a test adds. */
export function newInstance(stack: Stack, overrides: Partial<StatefulInstanceProps> = {}, id = 'Db'): StatefulInstance {
  const vpc = (stack.node.tryFindChild('Vpc') as Vpc | undefined) ?? givenVpc(stack);
  return new StatefulInstance(stack, id, {
    vpc,
    subnet: vpc.privateSubnets[0],
    securityGroup: new SecurityGroup(stack, `${id}Group`, { vpc }),
    instanceType: new InstanceType('m7g.large'),
    volume: { size: Size.gibibytes(100) },
    mountPoint: '/var/lib/db',
    owner: '101:101',
    removalPolicy: RemovalPolicy.RETAIN,
    hostName: `${id.toLowerCase()}.example.internal`,
    zone: PrivateHostedZone.fromHostedZoneAttributes(stack, `${id}Zone`, { hostedZoneId: 'Z0123456789ABC', zoneName: 'example.internal' }),
    container: { name: 'db', image: 'db:1', port: 9000, environment: {}, secrets: {}, files: {}, mounts: {}, stopTimeout: 60 },
    logRetention: RetentionDays.ONE_MONTH,
    ...overrides,
  });
}

/** The files of the only asset, by path, once the app has been synthesised. */
export function assetFiles(stack: Stack): Record<string, string> {
  const { directory } = (stack.node.root as App).synth();
  const [asset, ...others] = readdirSync(directory).filter((name) => name.startsWith('asset.'));
  if (asset === undefined || others.length > 0) {
    throw new Error(`expected one asset, got: ${others.length + (asset === undefined ? 0 : 1)}`);
  }
  const folder = path.join(directory, asset);
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(path.join(folder, name)).isFile())
      .map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
  );
}

/** An image that a store may be given, and where in ECR it is, if that is a private registry. */
export interface SampleImage {
  readonly image: string;
  readonly ecr?: { readonly registry: string; readonly region: string; readonly repositoryArn: string };
}

function inEcr(registry: string, repository: string, version: string, partition = 'aws'): SampleImage {
  const [account, , , region] = registry.split('.');
  return {
    image: `${registry}/${repository}${version}`,
    ecr: { registry, region, repositoryArn: `arn:${partition}:ecr:${region}:${account}:repository/${repository}` },
  };
}

/** What the construct lets an instance pull and what its scripts log in to must be the same. */
export const SAMPLE_IMAGES: readonly SampleImage[] = [
  inEcr('111122223333.dkr.ecr.eu-central-1.amazonaws.com', 'redpanda', `@sha256:${'0'.repeat(64)}`),
  inEcr('444455556666.dkr.ecr.us-east-1.amazonaws.com', 'mirror/redpandadata/redpanda', ':v25.1.9'),
  inEcr('444455556666.dkr.ecr.us-gov-west-1.amazonaws.com', 'redpanda', `:v25.1.9@sha256:${'0'.repeat(64)}`, 'aws-us-gov'),
  inEcr('444455556666.dkr.ecr.cn-north-1.amazonaws.com.cn', 'redpanda', '', 'aws-cn'),
  { image: 'redpanda:1' },
  { image: 'docker.io/redpandadata/redpanda:v25.1.9' },
  { image: 'public.ecr.aws/redpanda/redpanda:v25.1.9' },
  // Whoever has such a name must not be told a password.
  { image: '111122223333.dkr.ecr.eu-central-1.amazonaws.com.example.com/redpanda:1' },
  { image: 'registry.example.com/111122223333.dkr.ecr.eu-central-1.amazonaws.com/redpanda:1' },
];
