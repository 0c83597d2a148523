import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { NatMode, Product } from '../../lib';
import { newPostHog, newStack } from '../helpers/stack';

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly Principal?: { readonly Service?: unknown; readonly AWS?: unknown };
  readonly Condition?: Record<string, Record<string, unknown>>;
}

interface Document {
  readonly Statement: Statement[];
}

interface Properties {
  readonly AssumeRolePolicyDocument?: Document;
  readonly Policies?: { readonly PolicyDocument: Document }[];
  readonly PolicyDocument?: Document;
}

interface Found {
  readonly id: string;
  readonly statement: Statement;
}

/** Everything that PostHog can create, with three ways to the internet. */
function templateOf(props: Parameters<typeof newPostHog>[1]): Record<string, { readonly Type: string; readonly Properties?: Properties }> {
  const stack: Stack = newStack();
  const created = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined };
  newPostHog(stack, { ...created, ...props });
  return (Template.fromStack(stack).toJSON() as { Resources: Record<string, { Type: string; Properties?: Properties }> }).Resources;
}

const TEMPLATES: readonly [string, ReturnType<typeof templateOf>][] = [
  ['with the default products', templateOf({ products: undefined })],
  [
    'with every product, ECS Exec and a NAT instance',
    templateOf({ products: Object.values(Product), enableExecuteCommand: true, nat: NatMode.INSTANCE }),
  ],
];

/** Services that do not say for which resource they assume a role: AWS documents no condition for them. */
const WITHOUT_SOURCE: Readonly<Record<string, string>> = {
  'lambda.amazonaws.com': 'Lambda sets no source in sts:AssumeRole',
  'backup.amazonaws.com': 'AWS documents no source for the roles of AWS Backup',
  'ec2.amazonaws.com': 'an instance gets its role from its profile',
};

/** Trust in the account: only roles of the account that are granted sts:AssumeRole can assume these. */
const TRUSTS_ACCOUNT: Readonly<Record<string, string>> = {
  FileDownloadsRole: "the task roles of Django's processes sign links with it; naming them would make each depend on the other",
};

/** Actions whose resource can only be `*`, or is only known when it exists. */
const ON_EVERYTHING: Readonly<Record<string, string>> = {
  'ecr:GetAuthorizationToken': 'supports no resource',
  'ec2:DescribeVolumes': 'supports no resource',
  'ec2:DescribeVolumesModifications': 'supports no resource',
  'ec2:DescribeNetworkInterfaces': 'supports no resource',
  'ec2:DescribeSnapshots': 'supports no resource',
  'ec2:DescribeTags': 'supports no resource',
  'tag:GetResources': 'supports no resource',
  'ec2:AssignPrivateIpAddresses': 'of functions in a VPC: Lambda creates their interfaces; denied to their own code',
  'ec2:CreateNetworkInterface': 'of functions in a VPC: Lambda creates their interfaces; denied to their own code',
  'ec2:DeleteNetworkInterface': 'of functions in a VPC: Lambda creates their interfaces; denied to their own code',
  'ec2:DescribeSubnets': 'of functions in a VPC: supports no resource',
  'ec2:UnassignPrivateIpAddresses': 'of functions in a VPC: Lambda creates their interfaces; denied to their own code',
  'autoscaling:DescribeAutoScalingInstances': 'supports no resource',
  'autoscaling:DescribeAutoScalingGroups': 'supports no resource',
  'ecs:ListTasks': 'supports no resource; limited to the cluster by a condition',
  'logs:CreateLogDelivery': 'supports no resource',
  'logs:GetLogDelivery': 'supports no resource',
  'logs:UpdateLogDelivery': 'supports no resource',
  'logs:DeleteLogDelivery': 'supports no resource',
  'logs:ListLogDeliveries': 'supports no resource',
  'logs:PutResourcePolicy': 'supports no resource',
  'logs:DescribeResourcePolicies': 'supports no resource',
  'logs:DescribeLogGroups': 'supports no resource: of ECS Exec',
  'xray:PutTraceSegments': 'supports no resource',
  'xray:PutTelemetryRecords': 'supports no resource',
  'xray:GetSamplingRules': 'supports no resource',
  'xray:GetSamplingTargets': 'supports no resource',
  'ssm:UpdateInstanceInformation': 'the instance, which is not known before it exists',
  'ssmmessages:CreateControlChannel': 'supports no resource',
  'ssmmessages:CreateDataChannel': 'supports no resource',
  'ssmmessages:OpenControlChannel': 'supports no resource',
  'ssmmessages:OpenDataChannel': 'supports no resource',
};

const actionsOf = ({ Action }: Statement): string[] => [Action].flat();

describe.each(TEMPLATES)('in a template %s', (_, resources) => {
  const entries = Object.entries(resources);
  const trusts: Found[] = entries.flatMap(([id, { Properties }]) =>
    (Properties?.AssumeRolePolicyDocument?.Statement ?? []).map((statement) => ({ id, statement })),
  );
  const grants: Found[] = entries.flatMap(([id, { Type, Properties }]) =>
    [...(Properties?.Policies ?? []), ...(Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy' ? [Properties] : [])]
      .flatMap((policy) => policy?.PolicyDocument?.Statement ?? [])
      .filter(({ Effect }) => Effect !== 'Deny')
      .map((statement) => ({ id, statement })),
  );

  test('every role trusts one service, for resources of its account and region only', () => {
    expect(trusts.length).toBeGreaterThan(20);
    const wrong = trusts.filter(({ id, statement: { Principal, Condition } }) => {
      const service = String(Principal?.Service);
      if (service in WITHOUT_SOURCE) {
        return Condition !== undefined;
      }
      if (Principal?.AWS !== undefined) {
        return !Object.keys(TRUSTS_ACCOUNT).some((name) => id.includes(name)) || !JSON.stringify(Principal).includes(':root');
      }
      const arn = JSON.stringify(Condition?.ArnLike?.['aws:SourceArn'] ?? '');
      return (
        JSON.stringify(Condition?.StringEquals?.['aws:SourceAccount']) !== '{"Ref":"AWS::AccountId"}' ||
        !arn.includes('AWS::AccountId') ||
        !arn.includes('AWS::Region')
      );
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  test('every exception of trust is used', () => {
    const services = new Set(trusts.map(({ statement }) => String(statement.Principal?.Service)));
    expect(Object.keys(WITHOUT_SOURCE).filter((service) => !services.has(service))).toEqual([]);
  });

  test('no policy allows all actions, those of a whole service, or everything but some', () => {
    expect(grants.length).toBeGreaterThan(60);
    const wrong = grants.filter(
      ({ statement }) =>
        // Lambda's documentation denies a function's own code the permissions for its network interfaces.
        (statement.Effect !== 'Allow' && statement.Condition?.ArnLike?.['lambda:SourceFunctionArn'] === undefined) ||
        'NotAction' in statement ||
        'NotResource' in statement ||
        actionsOf(statement).some((action) => /^(\*|\w+:\*)$/.test(action)),
    );
    expect(wrong).toEqual([]);
  });

  test('only actions with a reason are allowed on every resource', () => {
    const wrong = grants
      .filter(({ statement }) => [statement.Resource].flat().includes('*'))
      .flatMap(({ id, statement }) =>
        actionsOf(statement)
          .filter((action) => !(action in ON_EVERYTHING))
          .map((action) => `${id} ${action}`),
      );
    expect(wrong).toEqual([]);
  });

  test('listing tasks is limited to a cluster', () => {
    const lists = grants.filter(({ statement }) => actionsOf(statement).includes('ecs:ListTasks'));
    expect(lists.filter(({ statement }) => !JSON.stringify(statement.Condition ?? {}).includes('ecs:cluster'))).toEqual([]);
  });

  test("only Django's processes, which can use the whole bucket, can list it without a condition", () => {
    const lists = grants.filter(({ statement }) => actionsOf(statement).includes('s3:ListBucket') && !statement.Condition?.StringLikeIfExists);
    expect(lists.map(({ id }) => id.replace(/^PostHogServices|TaskTaskRole[0-9A-F]{8}$|TaskRole[0-9A-F]{8}$/g, ''))).toEqual([
      'Web',
      'Worker',
      'TemporalDjangoWorker',
      'TemporalBatchExportsWorker',
    ]);
  });
});

test('every reason is a sentence', () => {
  expect(Object.values({ ...WITHOUT_SOURCE, ...TRUSTS_ACCOUNT, ...ON_EVERYTHING }).filter((reason) => reason.length < 15)).toEqual([]);
});
