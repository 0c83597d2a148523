import { Size } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { newStack, only } from '../../helpers/stack';
import { ofType } from '../../helpers/template';
import { newInstance, SAMPLE_IMAGES } from './fixtures';

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
const secret = new Secret(stack, 'Secret');
newInstance(stack, {
  container: { name: 'db', image: 'db:1', port: 9000, environment: {}, secrets: { PASSWORD: { secret } }, files: {}, mounts: {}, stopTimeout: 60 },
});
const template = Template.fromStack(stack);
const statements = statementsOfRole(template);

/** What the role of the instance is allowed, with conditions. */
function statementsOfRole(from: Template): Statement[] {
  const [[, { Properties }]] = ofType<{ Policies: { PolicyDocument: { Statement: Statement[] } }[] }>(from, 'AWS::IAM::Role').filter(([id]) =>
    id.startsWith('DbRole'),
  );
  return Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

function allowing(action: string): Statement[] {
  return statements.filter(({ Action }) => [Action].flat().includes(action));
}

test('instanceRole grants these actions only', () => {
  expect(statements.flatMap(({ Action }) => Action).sort()).toEqual([
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeAutoScalingInstances',
    'cloudformation:SignalResource',
    'ec2:AttachVolume',
    'ec2:AttachVolume',
    'ec2:DescribeVolumes',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'route53:ChangeResourceRecordSets',
    's3:GetObject',
    'secretsmanager:DescribeSecret',
    'secretsmanager:GetSecretValue',
    'ssm:UpdateInstanceInformation',
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ]);
});

test('instanceRole can attach its own volume to its own instances only, and detach none', () => {
  const arn = (resource: string) => `arn:aws:ec2:eu-central-1:111122223333:${resource}/*`;
  expect(allowing('ec2:AttachVolume').map(({ Resource, Condition }) => ({ Resource, Condition }))).toEqual([
    { Resource: arn('volume'), Condition: { StringEquals: { 'aws:ResourceTag/cdk-posthog:volume': 'Stack/Db' } } },
    { Resource: arn('instance'), Condition: { StringEquals: { 'aws:ResourceTag/cdk-posthog:instance': 'Stack/Db' } } },
  ]);
  const data = only(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData as { TagSpecifications: { ResourceType: string; Tags: unknown[] }[] };
  expect(data.TagSpecifications.find(({ ResourceType }) => ResourceType === 'instance')!.Tags).toContainEqual({
    Key: 'cdk-posthog:instance',
    Value: 'Stack/Db',
  });
});

test('instanceRole can change one record of one zone', () => {
  expect(allowing('route53:ChangeResourceRecordSets')).toMatchObject([
    {
      Resource: 'arn:aws:route53:::hostedzone/Z0123456789ABC',
      Condition: {
        'ForAllValues:StringEquals': {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': ['db.example.internal'],
          'route53:ChangeResourceRecordSetsRecordTypes': ['A'],
          'route53:ChangeResourceRecordSetsActions': ['UPSERT', 'DELETE'],
        },
      },
    },
  ]);
});

test('instanceRole can read its own asset only', () => {
  const [{ Resource }] = allowing('s3:GetObject');
  expect(JSON.stringify(Resource)).toMatch(/:s3:::cdk-hnb659fds-assets-111122223333-eu-central-1\/[0-9a-f]{64}\.zip"/);
});

test('instanceRole can read its secrets, write its log and signal its stack', () => {
  expect(allowing('secretsmanager:GetSecretValue').map(({ Resource }) => Resource)).toEqual([{ Ref: 'SecretA720EF05' }]);
  expect(allowing('logs:PutLogEvents').map(({ Resource }) => Resource)).toEqual([{ 'Fn::GetAtt': ['DbLogsEEAA6A52', 'Arn'] }]);
  expect(allowing('cloudformation:SignalResource').map(({ Resource }) => Resource)).toEqual([{ Ref: 'AWS::StackId' }]);
});

test('instanceRole has all resources only for actions without resource ARNs', () => {
  const everywhere = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
  expect(everywhere.filter((action) => !/^(ssm|ssmmessages):|^(ec2|autoscaling):Describe/.test(action))).toEqual([]);
});

describe('the role of StatefulInstance', () => {
  /** Where a stack can be that pulls from a partition. */
  const REGIONS: Readonly<Record<string, string>> = { 'aws': 'eu-central-1', 'aws-us-gov': 'us-gov-east-1', 'aws-cn': 'cn-northwest-1' };

  /** What an instance in such a stack may do in ECR, by resource. */
  function allowedInEcr(image: string, partition = 'aws'): [resource: unknown, actions: string[]][] {
    const other = newStack({ env: { account: '111122223333', region: REGIONS[partition] } });
    newInstance(other, { container: { name: 'db', image, port: 9000, environment: {}, secrets: {}, files: {}, mounts: {}, stopTimeout: 60 } });
    return statementsOfRole(Template.fromStack(other))
      .map(({ Action, Resource }) => [Resource, [Action].flat().filter((action) => action.startsWith('ecr:'))] as [unknown, string[]])
      .filter(([, actions]) => actions.length > 0);
  }

  test.each(SAMPLE_IMAGES.flatMap(({ image, ecr }) => (ecr ? [[image, ecr.repositoryArn]] : [])))(
    'can pull %s from %s only',
    (image, repositoryArn) => {
      expect(allowedInEcr(image, repositoryArn.split(':')[1])).toEqual([
        ['*', ['ecr:GetAuthorizationToken']],
        [repositoryArn, ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']],
      ]);
    },
  );

  test.each(SAMPLE_IMAGES.filter(({ ecr }) => !ecr))('has no ECR permissions for $image', ({ image }) => {
    expect(allowedInEcr(image)).toEqual([]);
  });
});

test('instanceRole can enlarge the volume with its tag only, if that may grow', () => {
  const growing = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  newInstance(growing, { volume: { size: Size.gibibytes(100), maxSize: Size.gibibytes(400) } });
  const modifying = statementsOfRole(Template.fromStack(growing)).filter(({ Action }) => [Action].flat().some((action) => /Modif/.test(action)));
  expect(modifying).toMatchObject([
    { Action: expect.arrayContaining(['ec2:DescribeVolumesModifications']) as string[], Resource: '*' },
    {
      Action: ['ec2:AttachVolume', 'ec2:ModifyVolume'],
      Resource: 'arn:aws:ec2:eu-central-1:111122223333:volume/*',
      Condition: { StringEquals: { 'aws:ResourceTag/cdk-posthog:volume': 'Stack/Db' } },
    },
  ]);
});
