import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { DeploymentCheck } from '../../../lib/operations/deployment-check/deployment-check';
import { Answer, Api, packedFunction } from '../../helpers/custom-resource';

const STACK = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/Analytics/11111111-2222-3333-4444-555555555555';

/** A name that never resolves (RFC 6761), for a load balancer that does not respond. */
const NOWHERE = 'load-balancer.invalid';

/** The remaining time for one attempt and the response. */
const ONE_ATTEMPT = 61_000;

const lambda = packedFunction((stack) => {
  const loadBalancer = ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'LoadBalancer', {
    loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/our/0123456789abcdef',
    securityGroupId: 'sg-1',
    loadBalancerDnsName: NOWHERE,
  });
  new DeploymentCheck(stack, 'Check', {
    loadBalancer,
    domainName: 'posthog.example.com',
    checks: ['capture'],
    expectsRoute: true,
    taskDefinitions: [],
    services: [],
  });
});

function event(RequestType: string, properties: object = {}): object {
  return {
    RequestType,
    RequestId: 'request',
    LogicalResourceId: 'Check',
    StackId: STACK,
    ResourceType: 'Custom::PostHogDeploymentCheck',
    ResponseURL: 'https://localhost/response',
    ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'existing-id' }),
    ResourceProperties: {
      ServiceToken: 'arn',
      LoadBalancerDnsName: NOWHERE,
      DomainName: 'posthog.example.com',
      Checks: ['capture', 'app'],
      ExpectsRoute: 'true',
      TaskDefinitions: ['one'],
      ...properties,
    },
  };
}

/** Stub of CloudFormation, with a stack in this state. */
function stackIn(status: string): Api {
  return ({ action, parameters }) => {
    expect({ action, stack: parameters.StackName }).toEqual({ action: 'DescribeStacks', stack: STACK });
    return {
      status: 200,
      body:
        `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>Analytics</StackName><StackId>${STACK}</StackId>` +
        `<CreationTime>2026-11-29T12:00:00Z</CreationTime><StackStatus>${status}</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    };
  };
}

async function answerTo(request: object, api: Api = () => 'silence'): Promise<Answer> {
  const { answers } = await lambda.invoke(request, api, ONE_ATTEMPT);
  expect(answers).toHaveLength(1);
  return answers[0];
}

test('the function fails an update after which PostHog does not respond, and names the prop that disables the check', async () => {
  const { Status, Reason, PhysicalResourceId } = await answerTo(event('Update'), stackIn('UPDATE_IN_PROGRESS'));
  expect({ Status, PhysicalResourceId }).toEqual({ Status: 'FAILED', PhysicalResourceId: 'existing-id' });
  expect(Reason).toMatch(
    /^PostHog does not work after this update: event capture: POST \/i\/v0\/e\/ got no response for \d+ s \(ENOTFOUND|EAI_AGAIN.*; the app: GET .*\. To deploy without this check, set `checkDeployment: false`/,
  );
});

/** Stub of CloudWatch, with one alarm in this state, and of CloudFormation. */
function alarmIn(state: string | undefined): Api {
  return (call, earlier) => {
    if (call.action !== 'DescribeAlarms') {
      return stackIn('UPDATE_IN_PROGRESS')(call, earlier);
    }
    return state === undefined
      ? { status: 403, body: JSON.stringify({ __type: 'AccessDenied', message: 'not allowed' }) }
      : { status: 200, body: JSON.stringify({ MetricAlarms: [{ AlarmName: 'trial-stopped', StateValue: state }] }) };
  };
}

test('the function does not check while all tasks are stopped on a schedule', async () => {
  const { Status, Data } = await answerTo(event('Update', { StoppedAlarm: 'trial-stopped' }), alarmIn('ALARM'));
  expect({ Status, Data }).toEqual({
    Status: 'SUCCESS',
    Data: { Result: 'not checked: all tasks are stopped on a schedule, as the alarm trial-stopped says' },
  });
});

test.each([['OK'], ['INSUFFICIENT_DATA'], [undefined]])('the function checks with the alarm of a stop in the state %p', async (state) => {
  expect(await answerTo(event('Update', { StoppedAlarm: 'trial-stopped' }), alarmIn(state))).toMatchObject({ Status: 'FAILED' });
});

test('the function fails an update that adds the check', async () => {
  expect(await answerTo(event('Create'), stackIn('UPDATE_IN_PROGRESS'))).toMatchObject({ Status: 'FAILED' });
});

test.each(['CREATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'IMPORT_IN_PROGRESS'])(
  'the function returns a warning for a stack in %s',
  async (status) => {
    const { Status, Data } = await answerTo(event(status === 'CREATE_IN_PROGRESS' ? 'Create' : 'Update'), stackIn(status));
    expect(Status).toBe('SUCCESS');
    expect(Data!.Result).toMatch(/^WARNING: event capture: POST \/i\/v0\/e\/ got no response/);
  },
);

test('the function returns a warning if the status of the stack cannot be read', async () => {
  const denied: Api = () => ({
    status: 403,
    body: '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
  });
  const { Status, Data } = await answerTo(event('Update'), denied);
  expect({ Status, isWarning: Data!.Result.startsWith('WARNING: ') }).toEqual({ Status: 'SUCCESS', isWarning: true });
});

test('the function does not check a load balancer with private addresses', async () => {
  expect(await answerTo(event('Update', { LoadBalancerDnsName: 'localhost' }))).toMatchObject({
    Status: 'SUCCESS',
    Data: { Result: 'not checked: localhost has private addresses only, which this function has no route to' },
  });
  expect(lambda.calls).toEqual([]);
});

test('the function reports no failure of a load balancer that may allow other clients only', async () => {
  const { Status, Data } = await answerTo(event('Update', { ExpectsRoute: 'false' }));
  expect({ Status, begin: Data!.Result.slice(0, 69) }).toEqual({
    Status: 'SUCCESS',
    begin: 'not checked: load-balancer.invalid does not allow this function; even',
  });
});

test('the function checks nothing on deletion', async () => {
  expect(await answerTo(event('Delete'))).toMatchObject({ Status: 'SUCCESS' });
  expect(lambda.calls).toEqual([]);
});

test('the function refuses an event with missing properties', async () => {
  const { Status, Reason } = await answerTo(event('Update', { Checks: ['everything'] }));
  expect(Status).toBe('FAILED');
  expect(Reason).toContain('the event must have LoadBalancerDnsName, DomainName and Checks (capture, app), got: ');
});
