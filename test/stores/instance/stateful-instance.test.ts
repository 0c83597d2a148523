import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { App, Duration, Fn, RemovalPolicy, Size, Stack, Token } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { StatefulInstanceProps } from '../../../lib/stores/instance/stateful-instance-props';
import { newStack, only } from '../../helpers/stack';
import { idOf, ofType, Resource, statementsOf } from '../../helpers/template';
import { assetFiles, givenVpc, newInstance } from './fixtures';

const ENV = { account: '111122223333', region: 'eu-central-1' };

function templateOf(overrides: Partial<StatefulInstanceProps> = {}, stack = newStack({ env: ENV })): Template {
  newInstance(stack, overrides);
  return Template.fromStack(stack);
}

function volumeOf(template: Template): Resource {
  return ofType(template, 'AWS::EC2::Volume')[0][1];
}

function launchTemplateData(template: Template): Record<string, unknown> {
  return only(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData as Record<string, unknown>;
}

describe('the volume of StatefulInstance', () => {
  test('is encrypted, gp3, in the zone of the subnet, tagged and retained', () => {
    expect(volumeOf(templateOf())).toMatchObject({
      Properties: {
        AvailabilityZone: 'eu-central-1a',
        Encrypted: true,
        VolumeType: 'gp3',
        Size: 100,
        Tags: [
          { Key: 'cdk-posthog:volume', Value: 'Stack/Db' },
          { Key: 'Name', Value: 'Stack/Db' },
        ],
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test.each([
    [RemovalPolicy.SNAPSHOT, 'Snapshot', 'RetainExceptOnCreate'],
    [RemovalPolicy.DESTROY, 'Delete', 'Delete'],
  ])('with removal policy %s has deletion policy %s, and its logs %s', (removalPolicy, volume, logs) => {
    const template = templateOf({ removalPolicy });
    expect(volumeOf(template)).toMatchObject({ DeletionPolicy: volume, UpdateReplacePolicy: volume });
    expect(ofType(template, 'AWS::Logs::LogGroup')[0][1].DeletionPolicy).toBe(logs);
  });

  test('takes IOPS, throughput and a snapshot', () => {
    expect(volumeOf(templateOf({ volume: { size: Size.tebibytes(1), iops: 7000, throughput: 500, snapshotId: 'snap-1' } })).Properties).toMatchObject(
      { Size: 1024, Iops: 7000, Throughput: 500, SnapshotId: 'snap-1' },
    );
  });

  test('has no attachment in the template', () => {
    templateOf().resourceCountIs('AWS::EC2::VolumeAttachment', 0);
  });

  test('has the same logical id with other props', () => {
    expect(ofType(templateOf(), 'AWS::EC2::Volume').map(([id]) => id)).toEqual(['DbVolume59C8040B']);
  });
});

describe('the auto scaling group of StatefulInstance', () => {
  test('has one instance in one subnet, and terminates it before the next starts', () => {
    const [, group] = ofType(templateOf(), 'AWS::AutoScaling::AutoScalingGroup')[0];
    expect(group.Properties).toMatchObject({
      MinSize: '1',
      MaxSize: '1',
      VPCZoneIdentifier: ['subnet-1'],
      InstanceMaintenancePolicy: { MinHealthyPercentage: 0, MaxHealthyPercentage: 100 },
    });
    expect(group).toMatchObject({
      CreationPolicy: { ResourceSignal: { Count: 1, Timeout: 'PT30M' } },
      UpdatePolicy: { AutoScalingRollingUpdate: { MinInstancesInService: 0, MaxBatchSize: 1, WaitOnResourceSignals: true, PauseTime: 'PT30M' } },
    });
  });

  test('depends on the resources that its instance needs', () => {
    const [, group] = ofType(templateOf(), 'AWS::AutoScaling::AutoScalingGroup')[0] as unknown as [string, { DependsOn: string[] }];
    expect(group.DependsOn).toEqual(expect.arrayContaining(['DbVolume59C8040B', 'DbRoleBFEEE73B', 'DbLogsEEAA6A52']));
  });
});

describe('the EC2 instance of StatefulInstance', () => {
  test('has no public address, no key, IMDSv2 with one hop, an encrypted root volume and detailed monitoring', () => {
    const data = launchTemplateData(templateOf());
    expect(data).toMatchObject({
      NetworkInterfaces: [{ AssociatePublicIpAddress: false, DeviceIndex: 0 }],
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeType: 'gp3', VolumeSize: 40, DeleteOnTermination: true } }],
      Monitoring: { Enabled: true },
      EbsOptimized: true,
      InstanceType: 'm7g.large',
    });
    expect(data).not.toHaveProperty('KeyName');
  });

  test.each([
    ['m7g.large', 'arm64'],
    ['m7i.large', 'x86_64'],
  ])('of type %s resolves the AMI of Amazon Linux 2023 for %s at launch', (type, architecture) => {
    const template = templateOf({ instanceType: new InstanceType(type) });
    expect(launchTemplateData(template).ImageId).toBe(`resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`);
    expect(template.toJSON()).not.toHaveProperty('Parameters.SsmParameterValueawsserviceamiamazonlinuxlatest');
  });

  test('has a root volume without the tag of the data volume', () => {
    expect(JSON.stringify(launchTemplateData(templateOf()).TagSpecifications)).not.toContain('cdk-posthog:volume');
  });

  test('has user data well below the limit', () => {
    const stack = newStack({ env: ENV });
    const template = templateOf(
      {
        container: {
          name: 'db',
          image: 'db:1',
          port: 9000,
          environment: {},
          secrets: {},
          files: { '/etc/big.xml': '<row/>'.repeat(10_000) },
          mounts: {},
          stopTimeout: 60,
        },
      },
      stack,
    );
    expect(JSON.stringify(launchTemplateData(template).UserData).length).toBeLessThan(6000);
    expect(assetFiles(stack)['host/etc/big.xml']).toHaveLength(60_000);
  });
});

describe('the files of StatefulInstance', () => {
  test('have their tokens in user data, in order, and everything else in the asset', () => {
    const stack = newStack();
    const secret = new Secret(stack, 'Secret');
    const template = templateOf(
      {
        container: {
          name: 'db',
          image: 'db:1',
          port: 9000,
          stopTimeout: 60,
          mounts: { '/var/lib/db/data': '/data' },
          environment: { TOPIC_ARN: Fn.importValue('Topic') },
          secrets: { PASSWORD: { secret, field: 'password' } },
          files: { '/etc/db/config.xml': `<host>${Fn.importValue('Host')}</host>` },
        },
      },
      stack,
    );
    const data = JSON.stringify(launchTemplateData(template).UserData);
    const deferred = [...data.matchAll(/\{"Fn::Base64":("[^"]*"|\{.*?\})\}/g)].map(([, value]) => value);
    const files = assetFiles(stack);
    const deferredAs = (value: string) => `@{value-${deferred.indexOf(value)}}`;
    expect(deferred).not.toHaveLength(0);
    expect(files['host/etc/db/config.xml']).toBe(`<host>${deferredAs('{"Fn::ImportValue":"Host"}')}</host>`);
    expect(files['container/environment']).toBe(`TOPIC_ARN=${deferredAs('{"Fn::ImportValue":"Topic"}')}\n`);
    expect(files['container/secrets']).toBe(`PASSWORD\t${deferredAs('{"Ref":"SecretA720EF05"}')}\tpassword\n`);
    expect(files.settings).toContain(`GROUP=${deferredAs('"DbGroupASGEAEC3555"')}\n`);
    expect(files.settings).toContain(`LOG_GROUP=${deferredAs('{"Ref":"DbLogsEEAA6A52"}')}\n`);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['boot/install.sh', 'boot/volume.sh', 'boot/stateful-instance.service']));
  });

  test('contain no secret', () => {
    const stack = newStack();
    const template = templateOf(
      {
        container: {
          name: 'db',
          image: 'db:1',
          port: 9000,
          stopTimeout: 60,
          mounts: {},
          files: {},
          environment: {},
          secrets: { PASSWORD: { secret: new Secret(stack, 'Secret') } },
        },
      },
      stack,
    );
    expect(JSON.stringify([template.toJSON(), assetFiles(stack)])).not.toContain('{{resolve:secretsmanager');
  });

  test('are the same at every synthesis, and no temporary folder remains', () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('cdk-posthog-instance-'));
    expect(templateOf().toJSON()).toEqual(templateOf().toJSON());
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('cdk-posthog-instance-'))).toEqual(before);
  });

  test('replace the instance when they change', () => {
    const container = { name: 'db', image: 'db:1', port: 9000, environment: {}, secrets: {}, mounts: {}, stopTimeout: 60 };
    const userData = (content: string) => launchTemplateData(templateOf({ container: { ...container, files: { '/etc/x': content } } })).UserData;
    expect(userData('a')).not.toEqual(userData('b'));
  });
});

describe('two StatefulInstance in one stack', () => {
  const stack = newStack({ env: ENV });
  newInstance(stack);
  newInstance(stack, {}, 'Other');
  const template = Template.fromStack(stack);

  test('have their own volumes and tags', () => {
    const tags = ofType(template, 'AWS::EC2::Volume').map(([, { Properties }]) => (Properties.Tags as { Value: string }[])[0].Value);
    expect(tags).toEqual(['Stack/Db', 'Stack/Other']);
  });

  test('are refused if their volumes would have the same tag', () => {
    const twice = newStack({ env: ENV });
    newInstance(twice, { hostName: 'a.example.internal' }, 'A b');
    expect(() => newInstance(twice, { hostName: 'b.example.internal' }, 'A-b')).toThrow(
      "[Stack/A-b] `id` must differ from that of Stack/A b in a letter, a digit or one of _./@+-, because the tag of its volume has no others, got: 'A-b'",
    );
  });

  test('may have the same id in two stacks', () => {
    const app = new App();
    const stacks = ['One', 'Two'].map((name) => new Stack(app, name, { env: ENV }));
    stacks.forEach((one) => newInstance(one));
    const tags = stacks.map((one) => (volumeOf(Template.fromStack(one)).Properties.Tags as { Value: string }[])[0].Value);
    expect(tags).toEqual(['One/Db', 'Two/Db']);
  });
});

test.each<[string, string]>([
  ['Deep/Path', 'Stack/Deep-Path'],
  [`${'x'.repeat(120)}`, 'Stack/'],
])('the tag of a StatefulInstance with the id %s is valid for EC2', (id, tag) => {
  const stack = new Stack(newStack(), 'Inner', { stackName: 'Stack' });
  newInstance(stack, { hostName: 'db.example.internal' }, id.replace('/', '<'));
  const [{ Value: value }] = volumeOf(Template.fromStack(stack)).Properties.Tags as { Value: string }[];
  expect(value).toMatch(/^[A-Za-z0-9_./@+-]{1,128}$/);
  expect(value.startsWith(tag)).toBe(true);
});

test.each<[string, Partial<StatefulInstanceProps>, string]>([
  [
    'an `instanceType` on Xen',
    { instanceType: new InstanceType('t2.large') },
    "`instanceType` must be on the Nitro system, where device names contain the volume id, got: 't2.large'; use a current type, such as m7g.large",
  ],
  ['an `instanceType` that is a token', { instanceType: new InstanceType(Fn.importValue('Type')) }, '`instanceType` must be known at synthesis'],
  ['an `owner` by name', { owner: 'clickhouse' }, "`owner` must be numbers, uid:gid, got: 'clickhouse'"],
  ['a volume of 0 GiB', { volume: { size: Size.gibibytes(0) } }, '`volumeSize` must be from 1 to 65536 GiB, got: 0'],
  ['a `hostName` without domain', { hostName: 'db' }, '`hostName` must be a fully qualified host name'],
  ['a `hostName` in another zone', { hostName: 'db.example.com' }, "`hostName` must be in the hosted zone example.internal, got: 'db.example.com'"],
  [
    'an unknown `removalPolicy`',
    { removalPolicy: 'keep' as never },
    "`removalPolicy` must be one of retain, retain-on-update-or-delete, snapshot, destroy, got: 'keep'",
  ],
  [
    'a file without an absolute path',
    { container: { name: 'db', image: 'db:1', port: 1, environment: {}, secrets: {}, mounts: {}, stopTimeout: 1, files: { x: '' } } },
    '`files and mounts` must be at absolute paths',
  ],
])('StatefulInstance rejects %s', (_, overrides, message) => {
  expect(() => newInstance(newStack(), overrides)).toThrow(`[Stack/Db] ${message}`);
});

test('StatefulInstance accepts tokens', () => {
  const stack = newStack();
  const vpc = givenVpc(stack);
  const size = Size.gibibytes(Token.asNumber({ Ref: 'Size' }));
  expect(() => newInstance(stack, { vpc, hostName: Fn.importValue('Name'), volume: { size, snapshotId: Fn.importValue('Snapshot') } })).not.toThrow();
});

test('StatefulInstance warns about a subnet without a route to the internet, and not about others', () => {
  const stack = newStack();
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-central-1a'],
    isolatedSubnetIds: ['subnet-1'],
    privateSubnetIds: ['subnet-2'],
  });
  newInstance(stack, { vpc, subnet: vpc.isolatedSubnets[0] }, 'Isolated');
  newInstance(stack, { vpc, subnet: vpc.privateSubnets[0] }, 'Private');
  const annotations = Annotations.fromStack(stack);
  annotations.hasWarning('/Stack/Isolated', Match.stringLikeRegexp('the subnet Stack/Vpc/IsolatedSubnet1 has no route to the internet'));
  annotations.hasNoWarning('/Stack/Private', Match.stringLikeRegexp('route to the internet'));
});

test('StatefulInstance grants access to the credentials of the registry, and puts their ARN into its files', () => {
  const stack = newStack({ env: ENV });
  const registryCredentials = Secret.fromSecretNameV2(stack, 'DockerHub', 'docker-hub');
  const container = {
    name: 'db',
    image: 'db:1',
    port: 9000,
    environment: {},
    secrets: {},
    files: {},
    mounts: {},
    stopTimeout: 60,
    registryCredentials,
  };
  const { role } = newInstance(stack, { container });
  const template = Template.fromStack(stack);
  const reads = statementsOf(template, idOf(stack.resolve(role.roleArn))).filter(({ actions }) => actions.includes('secretsmanager:GetSecretValue'));
  expect(JSON.stringify(reads.map(({ resources }) => resources))).toContain(':secret:docker-hub-??????');
  expect(assetFiles(stack).settings).toMatch(/^REGISTRY_SECRET=.*:secret:docker-hub$/m);
});

describe('the maximum size of the volume', () => {
  const GROWING = { size: Size.gibibytes(100), maxSize: Size.gibibytes(400) };
  const groupTags = (template: Template) =>
    ((ofType(template, 'AWS::AutoScaling::AutoScalingGroup')[0][1].Properties.Tags ?? []) as { Key: string }[]).filter(
      ({ Key }) => Key === 'cdk-posthog:max-volume-gib',
    );

  test('is a tag of the group, and not of its instances', () => {
    expect(groupTags(templateOf({ volume: GROWING }))).toEqual([{ Key: 'cdk-posthog:max-volume-gib', Value: '400', PropagateAtLaunch: false }]);
    expect(groupTags(templateOf())).toEqual([]);
  });

  test('changes nothing else, so that no instance is replaced', () => {
    const without = (template: Template) =>
      JSON.stringify(template.toJSON()).replace(/,?\{"Key":"cdk-posthog:max-volume-gib","PropagateAtLaunch":false,"Value":"\d+"\}/, '');
    const [one, other] = [GROWING, { ...GROWING, maxSize: Size.gibibytes(500) }].map((volume) => templateOf({ volume }));
    expect(groupTags(one)).not.toEqual(groupTags(other));
    expect(without(one)).toBe(without(other));
  });
});

test('StatefulInstance has the metrics that it publishes about its volume, by the tag of the volume', () => {
  const instance = newInstance(newStack());
  const identity = { namespace: 'PostHog', dimensions: { Volume: 'Stack/Db' }, period: Duration.minutes(5) };
  expect(instance.metricVolumeUsedPercent()).toMatchObject({ ...identity, metricName: 'VolumeUsedPercent', statistic: 'Maximum' });
  expect(instance.metricVolumeHoursToFull()).toMatchObject({ ...identity, metricName: 'VolumeHoursToFull', statistic: 'Minimum' });
  expect(instance.metricVolumeUsedPercent({ statistic: 'Average' }).statistic).toBe('Average');
});
