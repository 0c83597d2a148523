import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ACTIONS } from '../../../../cli/doctor/deployment/aws';
import { ofType } from '../../../../cli/alb/template';
import { cli } from '../../fixtures';
import { ELB } from '../deployments';
import { denied, Question, refusal } from '../wire';
import { template, answering, changed, amiss, doctor, useDeployment } from './fixtures';
import { onHosts } from './host-answers';

const BALANCER = ['--load-balancer', 'PostHo-Ingre-1'];

/** Without these, nothing at all can be said. */
const NEEDED = [
  'cloudformation:ListStackResources',
  'elasticloadbalancing:DescribeListeners',
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeRules',
];

useDeployment();

describe('a denied action', () => {
  test.each(ACTIONS.filter((action) => !NEEDED.includes(action) && !action.startsWith('ecs:List')))(
    '%s is reported as unknown, and the exit code is not 0',
    async (action) => {
      onHosts({ [action]: denied });
      const run = await doctor();
      const found = amiss(run);
      expect(found.length).toBeGreaterThan(0);
      expect(
        found.filter(([, status, text]) => status !== 'unknown' || !text.includes(`the credentials do not allow ${action}`)).map(([check]) => check),
      ).toEqual(action === 'ecs:DescribeServices' ? ['endpoints'] : []);
      expect(run.exitCode).toBe(2);
      expect((await doctor('--allow-unknown')).exitCode).toBe(0);
    },
  );

  test('does not hide a failed check in the exit code', async () => {
    answering({ 'ec2:DescribeSubnets': denied, 'elasticloadbalancing:DescribeTargetHealth': () => ({ TargetHealthDescriptions: [] }) });
    expect((await doctor()).exitCode).toBe(1);
    const groups = ofType(template, 'AWS::ElasticLoadBalancingV2::TargetGroup').length;
    expect((await cli('doctor')).out).toMatch(new RegExp(`\\d+ passed, ${groups} failed, 1 unknown, \\d+ warnings?$`));
  });

  test.each(NEEDED)('%s stops the doctor with one line', async (action) => {
    answering({ [action]: denied });
    expect(await doctor()).toEqual({ exitCode: 2, out: '', err: `cdk-posthog: the credentials do not allow ${action}` });
  });

  test.each(['ecs:ListClusters', 'ecs:ListServices'])('%s is needed only if the stack has no services', async (action) => {
    answering({ [action]: denied });
    expect((await doctor()).exitCode).toBe(0);
    expect(amiss(await doctor(...BALANCER))).toContainEqual(['services', 'unknown', `the ECS services: the credentials do not allow ${action}`]);
  });
});

describe('one line and exit code 2', () => {
  const oneLine = async (words: string, ...argv: string[]) => {
    const { exitCode, out, err } = await doctor(...argv);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(/^cdk-posthog: [^\n]+$/);
    expect(err).toContain(words);
    expect(err.length).toBeLessThan(300);
  };
  const everything = (answer: (question: Question) => object) => answering(Object.fromEntries(ACTIONS.map((action) => [action, answer])));

  test.each([
    ['ExpiredToken', 'the AWS credentials have expired: sign in again'],
    ['RequestExpired', 'the AWS credentials have expired: sign in again'],
    ['InvalidClientTokenId', 'AWS does not accept these credentials in eu-central-1 (InvalidClientTokenId)'],
    ['SignatureDoesNotMatch', 'AWS does not accept these credentials'],
    ['Throttling', 'cloudformation:ListStackResources answered Throttling: Rate exceeded'],
  ])('for %s', async (code, words) => {
    everything(() => refusal(code, `Rate exceeded. ${'And so on. '.repeat(100)}`));
    await oneLine(words);
  });

  test.each(['The security token included in the request is expired', 'The provided token has expired.', 'Token is expired'])(
    'for an error of another name with the message: %s',
    async (message) => {
      everything(() => refusal('AccessDenied', message));
      await oneLine('the AWS credentials have expired: sign in again');
    },
  );

  test('for a stack that does not exist, with the region', async () => {
    answering({ 'cloudformation:ListStackResources': () => refusal('ValidationError', 'Stack with id PostHog does not exist') });
    await oneLine("there is no stack 'PostHog' in eu-central-1");
    process.env.AWS_REGION = 'us-east-2';
    await oneLine("there is no stack 'PostHog' in us-east-2");
    await oneLine("there is no stack 'PostHog' in us-west-1", '--region', 'us-west-1');
  });

  test('for a load balancer that does not exist, with the region', async () => {
    await oneLine("there is no load balancer 'other' in eu-central-1", '--load-balancer', 'other');
    await oneLine('in ap-south-1', '--load-balancer', 'arn:aws:elasticloadbalancing:ap-south-1:111122223333:loadbalancer/app/other/1');
  });

  test('for a stack without a load balancer, with several, and with a deleted one', async () => {
    const resource = (id: string) => ({
      LogicalResourceId: id,
      PhysicalResourceId: `${ELB}:loadbalancer/app/${id}/1`,
      ResourceType: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
      ResourceStatus: 'CREATE_COMPLETE',
    });
    const holding = (...ids: string[]) => answering({ 'cloudformation:ListStackResources': () => ({ StackResourceSummaries: ids.map(resource) }) });
    holding();
    await oneLine(
      "the stack 'PostHog' in eu-central-1 has no load balancer, and no rules for an existing listener: name the load balancer with --load-balancer",
    );
    holding('One', 'Two');
    await oneLine("the stack 'PostHog' has several load balancers: One, Two; choose one with --load-balancer internet-facing, internal or its name");
    await oneLine("the stack 'PostHog' has no load balancers 'Three': One, Two; choose one", '--stack', 'PostHog', '--load-balancer', 'Three');
    holding('Gone');
    await oneLine("the load balancer Gone of the stack 'PostHog' does not exist any more");
  });

  test('for an invalid age and an invalid release file', async () => {
    await oneLine("--max-release-age must be a whole number of days, got: 'old'", '--max-release-age', 'old');
    await oneLine('cannot read the release file nowhere.json (ENOENT)', '--release', 'nowhere.json');
  });

  test('for another kind of load balancer', async () => {
    changed('elasticloadbalancing:DescribeLoadBalancers', ({ LoadBalancers }: { LoadBalancers: object[] }) => ({
      LoadBalancers: LoadBalancers.map((one) => ({ ...one, Type: 'network' })),
    }));
    await oneLine('PostHo-Ingre-1 is a network load balancer', ...BALANCER);
  });

  test('for no credentials, and no region', async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    await oneLine('no AWS credentials: sign in');
    delete process.env.AWS_REGION;
    await oneLine('no AWS region: use --region, or set AWS_REGION');
  });

  test('for a profile with an invalid region', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-doctor-'));
    const file = path.join(folder, 'config');
    writeFileSync(file, '[default]\nregion = us east\n');
    delete process.env.AWS_REGION;
    process.env.AWS_CONFIG_FILE = file;
    try {
      await oneLine("'us east' is not the name of a region; it comes from the AWS profile");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('for credentials of a profile that cannot be used', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-doctor-'));
    const file = path.join(folder, 'config');
    writeFileSync(
      file,
      [
        '[profile ci]',
        'sso_session = cdk-posthog-test',
        'sso_account_id = 111122223333',
        'sso_role_name = ReadOnly',
        '[sso-session cdk-posthog-test]',
        'sso_start_url = https://example.awsapps.com/start',
        'sso_region = eu-central-1',
        '',
      ].join('\n'),
    );
    delete process.env.AWS_ACCESS_KEY_ID;
    Object.assign(process.env, { AWS_CONFIG_FILE: file, AWS_PROFILE: 'ci' });
    try {
      await oneLine(
        'the AWS credentials are not usable (The SSO session token associated with profile=ci was not found or is invalid): sign in again',
      );
    } finally {
      delete process.env.AWS_PROFILE;
      rmSync(folder, { recursive: true });
    }
  });

  test('for an invalid region, and without a network', async () => {
    await oneLine("'not a region' is not the name of a region; it comes from the command line", '--region', 'not a region');
    process.env.AWS_REGION = 'us east';
    await oneLine("'us east' is not the name of a region; it comes from AWS_REGION");
    process.env.AWS_REGION = 'eu-central-1';
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
    await oneLine('cannot reach AWS in eu-central-1 (connect ECONNREFUSED 127.0.0.1:1)');
  });

  test.each([
    [['PostHog'], "Unexpected argument 'PostHog'; usage: cdk-posthog doctor [--stack NAME"],
    [['--stack', ''], 'the name must not be empty'],
    [['--access', 'everyone'], "--access must be one of anyone, cidrs, authenticated, nobody, got: 'everyone'"],
    [
      ['--region', 'eu-west-1', '--load-balancer', `${ELB}:loadbalancer/app/x/1`],
      'the load balancer is in eu-central-1, and --region says eu-west-1',
    ],
  ])('for %j', async (argv, words) => {
    await oneLine(words, ...argv);
  });
});
