import { ACTIONS } from '../../../../cli/doctor/deployment/aws';
import { cli } from '../../fixtures';
import { ELB } from '../deployments';
import { onHosts } from './host-answers';
import { account, wire, answering, changed, reportedResults, amiss, doctor, useDeployment } from './fixtures';

const BALANCER = ['--load-balancer', 'PostHo-Ingre-1'];

useDeployment();

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
    onHosts();
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
