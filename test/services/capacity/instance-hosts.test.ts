import { App, CfnResource, Size, Stack, Token } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceType, Port, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { InstanceHosts, InstanceHostsProps } from '../../../lib/services/capacity/instance-hosts';
import { encryptWith } from '../../../lib/private/encryption-key';
import { FEATURE_FLAGS, only } from '../../helpers/stack';
import { idOf, ofType, statementsOf } from '../../helpers/template';

interface Launch {
  readonly ImageId: string;
  readonly UserData: { 'Fn::Base64': { 'Fn::Join': [string, unknown[]] } };
}

function defined(props: Partial<InstanceHostsProps> = {}, context: Record<string, unknown> = FEATURE_FLAGS) {
  const stack = new Stack(new App({ context, builtinCloudFormationValidation: false, treeMetadata: false }), 'Stack');
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const cluster = new Cluster(stack, 'Cluster', { vpc, enableFargateCapacityProviders: true });
  const hosts = new InstanceHosts(stack, 'Hosts', {
    cluster,
    vpc,
    subnets: vpc.privateSubnets,
    instanceTypes: [new InstanceType('r6a.large')],
    cpuArchitecture: CpuArchitecture.X86_64,
    minInstances: 2,
    maxInstances: 4,
    spot: false,
    volumeSize: Size.gibibytes(60),
    ...props,
  });
  return {
    stack,
    hosts,
    get template() {
      return Template.fromStack(stack);
    },
  };
}

const launchOf = (template: Template) => only(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData as Launch & Record<string, unknown>;
const groupOf = (template: Template) => only(template, 'AWS::AutoScaling::AutoScalingGroup');
const userDataOf = (template: Template) =>
  launchOf(template)
    .UserData['Fn::Base64']['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : idOf(part)))
    .join('');

let byDefault: Template;
beforeAll(() => {
  byDefault = defined().template;
});

describe('the launch template', () => {
  test.each([
    [CpuArchitecture.X86_64, 'r6a.large', '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id'],
    [CpuArchitecture.ARM64, 'r6g.large', '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id'],
  ])('has the AMI of the architecture, which EC2 resolves at launch', (cpuArchitecture, type, parameter) => {
    const { template } = defined({ cpuArchitecture, instanceTypes: [new InstanceType(type)] });
    expect(launchOf(template)).toMatchObject({ ImageId: `resolve:ssm:${parameter}`, InstanceType: type });
    // A parameter of the template would be resolved at each deployment.
    expect(JSON.stringify(template.findParameters('*'))).not.toContain('AWS::EC2::Image');
  });

  test('keeps credentials from tasks, and hosts from the internet', () => {
    expect(launchOf(byDefault)).toMatchObject({
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: false }],
    });
    expect(userDataOf(byDefault)).toContain('\nECS_AWSVPC_BLOCK_IMDS=true\n');
  });

  test('meets what ENI trunking requires of DNS, and terminates a host that shuts down', () => {
    expect(launchOf(byDefault)).toMatchObject({
      PrivateDnsNameOptions: { EnableResourceNameDnsARecord: false, HostnameType: 'ip-name' },
      InstanceInitiatedShutdownBehavior: 'terminate',
      Monitoring: { Enabled: false },
    });
  });

  test('has an encrypted volume of the given size', () => {
    const { template } = defined({ volumeSize: Size.gibibytes(100) });
    expect(launchOf(template).BlockDeviceMappings).toEqual([
      { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 100, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true } },
    ]);
  });

  test('begins with the settings of this cluster and deployment', () => {
    const [cluster] = Object.keys(byDefault.findResources('AWS::ECS::Cluster'));
    const [handle] = Object.keys(byDefault.findResources('AWS::CloudFormation::WaitConditionHandle'));
    expect(userDataOf(byDefault).split('\n').slice(0, 5)).toEqual([
      '#!/bin/bash',
      `CLUSTER='${cluster}'`,
      "REGION='AWS::Region'",
      `READY_URL='${handle}'`,
      `AGENT_CONFIG='ECS_CLUSTER=${cluster}`,
    ]);
  });

  test('differs for Spot Instances by the drain alone', () => {
    const spot = userDataOf(defined({ spot: true }).template);
    expect(spot.replace('\nECS_ENABLE_SPOT_INSTANCE_DRAINING=true', '')).toBe(userDataOf(byDefault));
  });
});

describe('the group', () => {
  test('has no launch configuration with any feature flags', () => {
    const flags = Object.entries(FEATURE_FLAGS).filter(([, value]) => typeof value === 'boolean');
    for (const context of [{}, Object.fromEntries(flags.map(([flag]) => [flag, true]))]) {
      const { template } = defined({}, context);
      expect(template.findResources('AWS::AutoScaling::LaunchConfiguration')).toEqual({});
      expect(userDataOf(template)).toBe(userDataOf(byDefault));
    }
  });

  test('prefers the instance types in their order, on demand', () => {
    const { template } = defined({ instanceTypes: ['r6a.large', 'r6i.large'].map((type) => new InstanceType(type)) });
    expect(groupOf(template)).toMatchObject({
      MinSize: '2',
      MaxSize: '4',
      CapacityRebalance: false,
      MixedInstancesPolicy: {
        InstancesDistribution: { OnDemandAllocationStrategy: 'prioritized', OnDemandPercentageAboveBaseCapacity: 100 },
        LaunchTemplate: { Overrides: [{ InstanceType: 'r6a.large' }, { InstanceType: 'r6i.large' }] },
      },
    });
    // ECS sets it.
    expect(groupOf(template)).not.toHaveProperty('DesiredCapacity');
  });

  test('starts Spot Instances where there are most of them, and replaces those at risk', () => {
    expect(groupOf(defined({ spot: true }).template)).toMatchObject({
      CapacityRebalance: true,
      MixedInstancesPolicy: { InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 0, SpotAllocationStrategy: 'capacity-optimized' } },
    });
  });

  test('starts a host before it ends another one, and lets ECS scale it', () => {
    expect(groupOf(byDefault)).toMatchObject({
      InstanceMaintenancePolicy: { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 },
      Tags: expect.arrayContaining([{ Key: 'AmazonECSManaged', Value: 'true', PropagateAtLaunch: true }]) as unknown,
    });
  });

  test('accepts numbers of instances that are tokens', () => {
    const { template } = defined({ minInstances: Token.asNumber({ Ref: 'Min' }), maxInstances: Token.asNumber({ Ref: 'Max' }) });
    expect(groupOf(template)).toMatchObject({ MinSize: { Ref: 'Min' }, MaxSize: { Ref: 'Max' } });
  });

  test('waits for the routes of its subnets', () => {
    const [[, { DependsOn = [] }]] = ofType(byDefault, 'AWS::AutoScaling::AutoScalingGroup');
    expect(DependsOn.filter((id) => id.includes('DefaultRoute'))).toHaveLength(2);
  });
});

test('the capacity provider drains hosts, and does not protect them from CloudFormation', () => {
  byDefault.hasResourceProperties('AWS::ECS::CapacityProvider', {
    AutoScalingGroupProvider: {
      AutoScalingGroupArn: { Ref: Match.stringLikeRegexp('HostsGroup') },
      ManagedScaling: { Status: 'ENABLED', TargetCapacity: 100 },
      ManagedDraining: 'ENABLED',
      ManagedTerminationProtection: 'DISABLED',
    },
  });
  expect(groupOf(byDefault)).not.toHaveProperty('NewInstancesProtectedFromScaleIn');
});

test('services can wait for the first host, which the deployment waits half an hour for', () => {
  const { stack, hosts } = defined();
  const service = new CfnResource(stack, 'Service', { type: 'Some::Service' });
  service.node.addDependency(hosts.ready);
  const [condition] = Object.keys(byDefault.findResources('AWS::CloudFormation::WaitCondition'));
  expect(ofType(Template.fromStack(stack), 'Some::Service')[0][1].DependsOn).toEqual([condition]);
  const [[, { Properties, DependsOn = [] }]] = ofType<Record<string, unknown>>(byDefault, 'AWS::CloudFormation::WaitCondition');
  expect(Properties).toMatchObject({ Count: 1, Timeout: '1800' });
  expect(DependsOn.some((id) => id.startsWith('HostsGroup'))).toBe(true);
});

describe('the role', () => {
  const id = () => Object.keys(byDefault.findResources('AWS::IAM::Role')).find((name) => name.startsWith('HostsRole'))!;
  const actions = (template: Template) => statementsOf(template, id()).flatMap((statement) => statement.actions);

  test('can do what an agent and the boot script need, and nothing else', () => {
    expect(actions(byDefault).sort()).toEqual([
      'autoscaling:DescribeAutoScalingInstances',
      'ecs:DeregisterContainerInstance',
      'ecs:DescribeCapacityProviders',
      'ecs:DescribeClusters',
      'ecs:DescribeContainerInstances',
      'ecs:DiscoverPollEndpoint',
      'ecs:Poll',
      'ecs:PutAccountSetting',
      'ecs:RegisterContainerInstance',
      'ecs:StartTelemetrySession',
      'ecs:SubmitAttachmentStateChanges',
      'ecs:SubmitContainerStateChange',
      'ecs:SubmitTaskStateChange',
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ]);
    expect(ofType<{ ManagedPolicyArns?: unknown }>(byDefault, 'AWS::IAM::Role').find(([name]) => name === id())![1].Properties).not.toHaveProperty(
      'ManagedPolicyArns',
    );
  });

  test('can change one setting of its own only', () => {
    const { Policies } = byDefault.findResources('AWS::IAM::Role')[id()].Properties as {
      Policies: [{ PolicyDocument: { Statement: { Action: unknown; Condition?: unknown }[] } }];
    };
    expect(Policies[0].PolicyDocument.Statement.find(({ Action }) => Action === 'ecs:PutAccountSetting')!.Condition).toEqual({
      StringEquals: { 'ecs:account-setting': 'awsvpcTrunking' },
    });
  });

  test('can drain a Spot Instance', () => {
    const more = actions(defined({ spot: true }).template).filter((action) => !actions(byDefault).includes(action));
    expect(more).toEqual(['ecs:UpdateContainerInstancesState']);
  });
});

test('with a key of the user, volumes have it', () => {
  const stack = new Stack(new App({ context: FEATURE_FLAGS, builtinCloudFormationValidation: false }), 'Stack');
  const vpc = new Vpc(stack, 'Vpc');
  encryptWith(stack, new Key(stack, 'Key'));
  new InstanceHosts(stack, 'Hosts', {
    cluster: new Cluster(stack, 'Cluster', { vpc }),
    vpc,
    subnets: vpc.privateSubnets,
    instanceTypes: [new InstanceType('r6a.large')],
    cpuArchitecture: CpuArchitecture.X86_64,
    minInstances: 1,
    maxInstances: 2,
    spot: false,
    volumeSize: Size.gibibytes(60),
  });
  const template = Template.fromStack(stack);
  expect(launchOf(template).BlockDeviceMappings).toMatchObject([
    { Ebs: { Encrypted: true, KmsKeyId: { 'Fn::GetAtt': [expect.stringContaining('Key'), 'Arn'] } } },
  ]);
  // Auto Scaling starts instances with its service-linked role, which the policy of the key must name.
  const { KeyPolicy } = only(template, 'AWS::KMS::Key') as { KeyPolicy: { Statement: { Action: unknown; Condition?: unknown }[] } };
  const grants = KeyPolicy.Statement.filter(({ Condition }) => JSON.stringify(Condition ?? '').includes('AWSServiceRoleForAutoScaling'));
  expect(grants.map(({ Action }) => Action)).toEqual([
    ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*'],
    'kms:CreateGrant',
  ]);
});

test('connections are those of the hosts', () => {
  const { hosts, stack } = defined();
  hosts.connections.allowFromAnyIpv4(Port.tcp(1));
  const groups = ofType<{ GroupDescription: string; SecurityGroupIngress?: unknown[] }>(Template.fromStack(stack), 'AWS::EC2::SecurityGroup');
  expect(groups.map(([, { Properties }]) => [Properties.GroupDescription, Properties.SecurityGroupIngress?.length])).toEqual([
    ['PostHog hosts: instances', 1],
  ]);
});
