import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppAccess } from '../../../../lib';
import { ACTIONS } from '../../../../cli/doctor/deployment/aws';
import { NamedCheckResult } from '../../../../cli/doctor/check';
import { CloudFormationTemplate, ofType } from '../../../../cli/alb/template';
import { awsEnvironment, useEnvironment } from '../../aws-environment';
import { cli, Run, templateOfPostHog } from '../../fixtures';
import { accountWith } from '../account';
import { ELB } from '../deployments';
import { Answers, denied, Question, refusal, Wire } from '../wire';

const BALANCER = ['--load-balancer', 'PostHo-Ingre-1'];

/** Without these, nothing at all can be said. */
const NEEDED = [
  'cloudformation:ListStackResources',
  'elasticloadbalancing:DescribeListeners',
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeRules',
];

let template: CloudFormationTemplate;
let account: Answers;
let wire: Wire;

useEnvironment(() => awsEnvironment(wire));

beforeAll(async () => {
  template = templateOfPostHog({ appAccess: AppAccess.fromCidrs(['203.0.113.0/24']) }, true);
  wire = await Wire.start();
});

beforeEach(() => {
  account = accountWith(template);
  wire.answers = account;
  wire.asked = [];
});

afterAll(async () => {
  await wire.stop();
});

const answering = (answers: Answers) => {
  wire.answers = { ...account, ...answers };
};
/** The answer of the account, changed. */
const changed = (action: string, change: (answer: never) => object) =>
  answering({ [action]: (question) => change(account[action](question) as never) });
const reportedResults = ({ out }: Run) => (JSON.parse(out) as { results: NamedCheckResult[] }).results;
const amiss = (run: Run) =>
  reportedResults(run)
    .filter(({ status }) => status !== 'pass' && status !== 'warning')
    .map(({ check, status, text }) => [check, status, text]);
const doctor = (...argv: string[]) => cli('doctor', '--json', ...argv);

describe('a healthy deployment', () => {
  test.each([
    ['by its stack', []],
    ["by its load balancer's name", BALANCER],
    ["by its load balancer's ARN", ['--load-balancer', `${ELB}:loadbalancer/app/PostHo-Ingre-1/1`]],
  ])('passes if it is named %s', async (_, argv) => {
    const run = await doctor('--access', 'cidrs', ...argv);
    expect(amiss(run)).toEqual([]);
    expect(run.exitCode).toBe(0);
    expect(reportedResults(run).filter(({ check }) => check === 'trusted-proxies')).toHaveLength(2);
  });

  test('is printed as text, after a line of progress', async () => {
    const { out, err } = await cli('doctor');
    expect(err).toBe('describing the stack PostHog in eu-central-1 ...');
    expect(out).toMatch(/^Load balancer PostHo-Ingre-1 in eu-central-1, of the stack PostHog, for posthog\.example\.com\n\n✓ listeners /);
    expect(out).toMatch(/\n\n\d\d passed, 0 failed, \d+ warnings?$/);
  });

  test('reports the age of its release, and the maximum', async () => {
    const ages = async (...argv: string[]) =>
      reportedResults(await doctor(...argv))
        .filter(({ text }) => text.includes(' days old'))
        .map(({ check, status }) => [check, status]);
    expect(await ages('--max-release-age', '0')).toEqual([['release', 'warning']]);
    expect(await ages('--max-release-age', '99999', '--release', '2026-09-11-r2')).toEqual([['release', 'pass']]);
  });

  test('needs exactly the documented permissions', async () => {
    await doctor();
    await doctor(...BALANCER);
    expect([...new Set(wire.asked)].sort()).toEqual([...ACTIONS]);
  });

  test('is found through its listener if the stack only adds rules', async () => {
    changed('cloudformation:ListStackResources', (answer: { StackResourceSummaries: { ResourceType: string }[] }) => ({
      ...answer,
      StackResourceSummaries: answer.StackResourceSummaries.filter(({ ResourceType }) => !/::(LoadBalancer|Listener)$/.test(ResourceType)),
    }));
    expect(amiss(await doctor())).toEqual([]);
  });

  test('is found in a nested stack', async () => {
    const nested = {
      LogicalResourceId: 'Nested',
      PhysicalResourceId: 'arn:aws:cloudformation:nested',
      ResourceType: 'AWS::CloudFormation::Stack',
      ResourceStatus: 'CREATE_COMPLETE',
    };
    const resources = account['cloudformation:ListStackResources'];
    answering({
      'cloudformation:ListStackResources': (question) =>
        question.StackName === 'Outer' ? { StackResourceSummaries: [nested] } : resources(question),
    });
    expect(amiss(await doctor('--stack', 'Outer'))).toEqual([]);
  });

  describe('with another load balancer of the stack', () => {
    const own = `${ELB}:loadbalancer/app/PostHo-Ingre-1/1`;
    const other = `${ELB}:loadbalancer/app/PostHo-AppIn-1/2`;
    const group = `${ELB}:targetgroup/Other/2`;
    const describedBy = (arn: unknown) => (arn === own ? 'internet-facing' : 'internal');

    beforeEach(() => {
      const { 'cloudformation:ListStackResources': resources, 'elasticloadbalancing:DescribeLoadBalancers': balancers } = account;
      const { 'elasticloadbalancing:DescribeTargetGroups': groups, 'ecs:DescribeServices': services, 'ec2:DescribeSubnets': subnets } = account;
      answering({
        'cloudformation:ListStackResources': (question) => {
          const page = resources(question) as { StackResourceSummaries: object[] };
          const ResourceType = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
          const second = { LogicalResourceId: 'AppLoadBalancer', PhysicalResourceId: other, ResourceType, ResourceStatus: 'CREATE_COMPLETE' };
          return question.NextToken === undefined ? { ...page, StackResourceSummaries: [...page.StackResourceSummaries, second] } : page;
        },
        'elasticloadbalancing:DescribeLoadBalancers': (question) => {
          const arn = question['LoadBalancerArns.member.1'];
          const found = balancers({ 'LoadBalancerArns.member.1': own }) as { LoadBalancers: object[] };
          const zones = arn === own ? {} : { LoadBalancerArn: other, AvailabilityZones: [{ SubnetId: 'subnet-other' }] };
          return { LoadBalancers: [{ ...found.LoadBalancers[0], ...zones, Scheme: describedBy(arn) }] };
        },
        'elasticloadbalancing:DescribeTargetGroups': (question) =>
          question['TargetGroupArns.member.1'] === group
            ? { TargetGroups: [{ TargetGroupArn: group, TargetGroupName: 'Other', LoadBalancerArns: [other] }] }
            : groups(question),
        'ecs:DescribeServices': (question) => {
          const found = services(question) as { services: { loadBalancers: object[] }[] };
          return {
            services: found.services.map((one) => ({
              ...one,
              loadBalancers: one.loadBalancers.flatMap((target) => [target, { ...target, targetGroupArn: group }]),
            })),
          };
        },
        'ec2:DescribeSubnets': (question) =>
          question['SubnetId.1'] === 'subnet-other' ? { subnetSet: [{ subnetId: 'subnet-other', cidrBlock: '10.0.9.0/27' }] } : subnets(question),
      });
    });

    test.each([
      ['its scheme', ['--load-balancer', 'internet-facing']],
      ['its name', ['--stack', 'PostHog', '--load-balancer', 'PostHo-Ingre-1']],
    ])('can be chosen by %s, and trusts the addresses of both', async (_, argv) => {
      const run = await doctor(...argv);
      expect(amiss(run)).toEqual([]);
      const trusted = reportedResults(run).filter(({ check }) => check === 'trusted-proxies');
      expect(trusted[0].text).toContain('but those of another load balancer in front of it');
    });
  });

  test('can have its services in another stack', async () => {
    changed('cloudformation:ListStackResources', (answer: { StackResourceSummaries: { ResourceType: string }[] }) => ({
      ...answer,
      StackResourceSummaries: answer.StackResourceSummaries.filter(({ ResourceType }) => ResourceType !== 'AWS::ECS::Service'),
    }));
    expect(amiss(await doctor())).toEqual([]);
  });
});

describe('a deployment that moto does not support', () => {
  test('with an unhealthy target fails', async () => {
    answering({
      'elasticloadbalancing:DescribeTargetHealth': () => ({
        TargetHealthDescriptions: [
          {
            Target: { Id: '10.0.1.10', Port: 3000 },
            TargetHealth: { State: 'unhealthy', Reason: 'Target.Timeout', Description: 'Request timed out' },
          },
        ],
      }),
    });
    const run = await doctor();
    expect(run.exitCode).toBe(1);
    expect(amiss(run)).toContainEqual([
      'targets',
      'fail',
      'capture: 0 of 1 target is healthy; 10.0.1.10:3000 is unhealthy: Request timed out (health check: HTTP /_readiness to answer 200)',
    ]);
  });

  test('with a missing transform fails', async () => {
    changed('elasticloadbalancing:DescribeRules', ({ Rules, ...page }: { Rules: { Transforms?: object[] }[] }) => ({
      ...page,
      Rules: Rules.map((rule) => ({ ...rule, Transforms: [] })),
    }));
    const run = await doctor();
    expect(amiss(run)).toEqual([
      [
        'rewrites',
        'fail',
        expect.stringMatching(
          /^rule 900 \(LiveEvents\) forwards \/livestream\/events as \/livestream\/events, .* to livestream, which serves them without the first segment$/,
        ),
      ],
    ]);
    expect(reportedResults(run).find(({ status }) => status === 'fail')?.fix).toMatch(
      /^aws elbv2 modify-rule --rule-arn arn:\S+\/PostHogIngressLiveEventsRule\w+ --transforms '\[/,
    );
  });

  test('with a rollout in progress is checked in all running task definitions', async () => {
    changed('ecs:DescribeServices', ({ services }: { services: { serviceName: string; taskDefinition: string; deployments: object[] }[] }) => ({
      services: services.map((service) =>
        /Worker/.test(service.serviceName)
          ? {
              ...service,
              runningCount: 3,
              deployments: [
                { ...service.deployments[0], rolloutState: 'IN_PROGRESS' },
                { status: 'ACTIVE', runningCount: 1, taskDefinition: 'arn:task-definition/Old:7' },
              ],
            }
          : service,
      ),
    }));
    const definitions = account['ecs:DescribeTaskDefinition'];
    wire.answers = {
      ...wire.answers,
      'ecs:DescribeTaskDefinition': (question) =>
        question.taskDefinition === 'arn:task-definition/Old:7'
          ? { taskDefinition: { containerDefinitions: [{ name: 'worker', environment: [{ name: 'TRUSTED_PROXIES', value: '10.0.0.0/27' }] }] } }
          : definitions(question),
    };
    expect(amiss(await doctor())).toEqual(
      expect.arrayContaining([
        ['services', 'fail', 'worker: a deployment is in progress: 3 of 2 tasks run, and 1 of Old:7 still runs'],
        ['trusted-proxies', 'fail', 'worker (Old:7): TRUSTED_PROXIES has 10.0.0.0/27, but PostHog compares strings and does not support CIDR blocks'],
      ]),
    );
  });

  test('with a rule of two target groups is checked by the one with the larger weight', async () => {
    const spread = (groups: (arn: string) => object[]) =>
      changed('elasticloadbalancing:DescribeRules', (answer: { Rules: { Actions: { Type: string; TargetGroupArn?: string }[] }[] }) => ({
        ...answer,
        Rules: answer.Rules.map((rule) => ({
          ...rule,
          Actions: rule.Actions.map((action) =>
            action.TargetGroupArn ? { Type: 'forward', ForwardConfig: { TargetGroups: groups(action.TargetGroupArn) } } : action,
          ),
        })),
      }));
    const other = { TargetGroupArn: 'arn:aws:elasticloadbalancing:x:1:targetgroup/Other/1' };
    spread((arn) => [
      { ...other, Weight: 0 },
      { TargetGroupArn: arn, Weight: 100 },
    ]);
    expect(amiss(await doctor())).toEqual([]);
    spread((arn) => [
      { ...other, Weight: 90 },
      { TargetGroupArn: arn, Weight: 10 },
    ]);
    expect(amiss(await doctor())).toContainEqual(['endpoints', 'unknown', 'requests are forwarded to target group Other, whose process is unknown']);
  });

  test('with a certificate of IAM has an unknown certificate', async () => {
    const certificate = { CertificateArn: 'arn:aws:iam::111122223333:server-certificate/old' };
    changed('elasticloadbalancing:DescribeListeners', ({ Listeners }: { Listeners: object[] }) => ({
      Listeners: Listeners.map((listener) => ({ ...listener, Certificates: [certificate] })),
    }));
    wire.answers = { ...wire.answers, 'elasticloadbalancing:DescribeListenerCertificates': () => ({ Certificates: [certificate] }) };
    expect(amiss(await doctor())).toEqual([
      ['certificate', 'unknown', `the certificate ${certificate.CertificateArn}: it is not a certificate of ACM`],
    ]);
  });
});

describe('a denied action', () => {
  test.each(ACTIONS.filter((action) => !NEEDED.includes(action) && !action.startsWith('ecs:List')))(
    '%s is reported as unknown, and the exit code is not 0',
    async (action) => {
      answering({ [action]: denied });
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
