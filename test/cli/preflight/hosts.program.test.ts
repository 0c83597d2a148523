import { Answers, refusal } from '../doctor/wire';
import { answering, HOSTS, hosts, of, preflight, RESOURCES, useAccount } from './account-fixtures';

useAccount();

/** The stack is deployed, with the role of its hosts. */
const DEPLOYED: Answers = {
  'cloudformation:DescribeStacks': () => ({
    Stacks: [{ StackName: 'PostHog', StackStatus: 'UPDATE_COMPLETE', CreationTime: '2026-11-30T08:00:00Z' }],
  }),
  'cloudformation:GetTemplate': () => ({ TemplateBody: JSON.stringify({ Resources: HOSTS }) }),
  'cloudformation:ListStackResources': () => ({
    StackResourceSummaries: [
      { LogicalResourceId: 'HostRole', PhysicalResourceId: 'PostHog-Hosts-1', ResourceType: 'AWS::IAM::Role', ResourceStatus: 'CREATE_COMPLETE' },
    ],
  }),
};

const setting = (ofRole: string, byDefault = 'disabled'): Answers => ({
  'ecs:ListAccountSettings': ({ principalArn }) => ({
    settings: [
      {
        name: 'awsvpcTrunking',
        value: principalArn ? ofRole : byDefault,
        principalArn: principalArn ?? 'arn:aws:iam::111122223333:root',
      },
    ],
  }),
});

const ON_DEMAND = 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances';
const SPOT = 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests';
const EITHER = 'ENI trunking: hosts enable it for their own role; it is disabled by default in this account and region';

async function hostResults(resources: object, answers: Answers) {
  answering(answers);
  return of((await preflight(resources)).results, 'hosts');
}

test('the quota of instances counts the largest type of a group, and Fargate nothing', async () => {
  answering({});
  const { results } = await preflight(HOSTS);
  const quotas = of(results, 'quota').map(([, text]) => text);
  expect(quotas).toContain(`${ON_DEMAND}: 8, 12 during an update, 16 scaled out; the account has 100, 4 in other use`);
  expect(quotas.filter((text) => /Fargate|Spot/.test(text))).toEqual([]);
});

test('Spot Instances have a quota and a service-linked role of their own', async () => {
  answering({ 'iam:GetRole': () => refusal('NoSuchEntity') });
  const { results } = await preflight(hosts({ spot: true }));
  const quotas = of(results, 'quota').map(([, text]) => text);
  expect(quotas).toContain(`${SPOT}: 8, 12 during an update, 16 scaled out; the account has 100, 2 in other use`);
  expect(quotas.some((text) => text.startsWith(ON_DEMAND))).toBe(false);
  expect(of(results, 'roles').map(([, , fix]) => fix)).toContain('aws iam create-service-linked-role --aws-service-name spot.amazonaws.com');
});

test('every instance type of a group must be in the zones', async () => {
  answering({});
  const { results } = await preflight(HOSTS);
  expect(of(results, 'region').map(([status, text]) => `${status} ${text}`)).toEqual([
    'pass eu-central-1 has the zones eu-central-1a, eu-central-1b',
    'fail EC2 has no r6a.large in eu-central-1',
    'fail EC2 has no r6i.xlarge in eu-central-1',
  ]);
});

describe('ENI trunking', () => {
  test('passes for new hosts, which enable it for their own role', async () => {
    expect(await hostResults(HOSTS, {})).toEqual([['pass', EITHER]]);
  });

  test('passes for existing hosts whose role has it', async () => {
    expect(await hostResults(HOSTS, { ...DEPLOYED, ...setting('enabled') })).toEqual([['pass', EITHER]]);
  });

  test('is a warning for existing hosts whose role has not', async () => {
    expect(
      await hostResults(HOSTS, { ...DEPLOYED, ...setting('disabled'), 'iam:GetRole': () => ({ Role: { Arn: 'arn:aws:iam::111122223333:role/x' } }) }),
    ).toEqual([
      ['pass', EITHER],
      ['warning', expect.stringContaining('arn:aws:iam::111122223333:role/x, the role of existing hosts'), 'npx cdk-posthog runbook hosts'],
    ]);
  });

  test.each([
    ['disabled', 'warning'],
    ['enabled', 'pass'],
  ])('that is %s by default is a %s for the hosts of another capacity provider', async (value, status) => {
    const [result, ...more] = await hostResults(hosts({ provider: 'platform-hosts' }), setting('enabled', value));
    expect([result.slice(0, 2), more]).toEqual([[status, expect.stringContaining(`ENI trunking is ${value} by default, for the hosts`)], []]);
  });

  test('is not read for an app on Fargate', async () => {
    expect(await hostResults(RESOURCES, { 'ecs:ListAccountSettings': () => refusal('AccessDeniedException') })).toEqual([]);
  });

  test('is unknown without the permission', async () => {
    expect(await hostResults(HOSTS, { 'ecs:ListAccountSettings': () => refusal('AccessDeniedException') })).toEqual([
      ['unknown', expect.stringContaining('the credentials do not allow ecs:ListAccountSettings')],
    ]);
  });

  test('fails in a subnet that another account shares', async () => {
    const shared = { 'ec2:DescribeSubnets': () => ({ subnetSet: [{ subnetId: 'subnet-1', ownerId: '999988887777' }] }) };
    expect((await hostResults(HOSTS, shared)).at(-1)).toEqual([
      'fail',
      'the subnet subnet-1 of the hosts belongs to the account 999988887777: a host with ENI trunking cannot register there',
      'use Fargate, or a VPC of this account',
    ]);
  });
});
