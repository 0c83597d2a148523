import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { TrustedProxies } from '../../../lib';
import { ADDRESS_PARTS, addressPart, assignableAddresses } from '../../../lib/ingress/client-address/trusted-addresses';
import { ec2Error, elbError, loadBalancerIn, LOAD_BALANCER, Subnets } from './load-balancer-apis';
import { Answer, Api, Invocation, packedFunction } from '../../helpers/custom-resource';

/** Properties of every event of CloudFormation, each with its maximum length. */
const NAMES = {
  RequestId: '11111111-2222-3333-4444-555555555555',
  LogicalResourceId: 'L'.repeat(255),
  StackId: `arn:aws-us-gov:cloudformation:us-gov-east-1:111122223333:stack/${'s'.repeat(128)}/11111111-2222-3333-4444-555555555555`,
  ResourceType: 'Custom::PostHogLoadBalancerAddresses',
  ResponseURL: 'https://localhost/response?signature=secret',
};
const SMALL: Subnets = { 'subnet-2': '10.0.9.0/27', 'subnet-1': '10.0.10.0/27' };
/** The remaining time with which the function waits two seconds, and responds to CloudFormation. */
const TWO_SECONDS = 62_000;

const lambda = packedFunction((stack) => {
  const loadBalancer = ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'LoadBalancer', {
    loadBalancerArn: LOAD_BALANCER,
    securityGroupId: 'sg-1',
  });
  TrustedProxies.fromLoadBalancer(loadBalancer)._bind(stack, 'addresses');
});

function create(part: number, arn = LOAD_BALANCER): object {
  return { ...NAMES, RequestType: 'Create', ResourceProperties: { ServiceToken: 'arn', LoadBalancerArn: arn, Part: String(part) } };
}

function update(part: number): object {
  return { ...create(part), RequestType: 'Update', PhysicalResourceId: 'existing-id', OldResourceProperties: {} };
}

function onlyAnswer({ answers }: Invocation): Answer {
  expect(answers).toHaveLength(1);
  return answers[0];
}

/** The only response of a failed invocation. */
async function failure(api: Api, event = create(0), time?: number): Promise<string> {
  const { Status, Reason, PhysicalResourceId, Data } = onlyAnswer(await lambda.invoke(event, api, time));
  expect({ Status, PhysicalResourceId, Data }).toEqual({
    Status: 'FAILED',
    PhysicalResourceId: 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED',
    Data: undefined,
  });
  return Reason;
}

describe('the bundled function', () => {
  test('returns the list of `fromSubnets`, in parts', async () => {
    const answers = [];
    for (let part = 0; part < ADDRESS_PARTS; part++) {
      answers.push(onlyAnswer(await lambda.invoke(create(part), loadBalancerIn(SMALL))));
    }
    expect(answers.map(({ Status }) => Status)).toEqual(Array.from({ length: ADDRESS_PARTS }, () => 'SUCCESS'));
    expect(answers.map(({ Data }) => Data!.Addresses).join('')).toBe(assignableAddresses(['10.0.9.0/27', '10.0.10.0/27']).join(','));
    expect(answers[0]).toMatchObject({ StackId: NAMES.StackId, RequestId: NAMES.RequestId, LogicalResourceId: NAMES.LogicalResourceId });
  }, 60_000);

  test('makes two signed API calls, only for the subnets of the load balancer', async () => {
    await lambda.invoke(create(0), loadBalancerIn(SMALL));
    expect(lambda.calls).toEqual([
      {
        action: 'DescribeLoadBalancers',
        parameters: { 'Version': '2015-12-01', 'LoadBalancerArns.member.1': LOAD_BALANCER },
        json: {},
        credential: expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/eu-central-1\/elasticloadbalancing\/aws4_request$/) as string,
        signed: true,
      },
      {
        action: 'DescribeSubnets',
        parameters: { 'Version': '2016-11-15', 'SubnetId.1': 'subnet-2', 'SubnetId.2': 'subnet-1' },
        json: {},
        credential: expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/eu-central-1\/ec2\/aws4_request$/) as string,
        signed: true,
      },
    ]);
  });

  test('responds with less than 4,096 bytes for the longest list in six zones', async () => {
    const subnets = Object.fromEntries(
      ['255.255.248.0/24', '255.255.249.0/24', '255.255.250.0/24', '255.255.251.0/24', '255.255.252.0/28', '255.255.252.128/29'].map((cidr, i) => [
        `subnet-${i}`,
        cidr,
      ]),
    );
    const { answers, bytes } = await lambda.invoke(create(5), loadBalancerIn(subnets));
    expect(answers[0].Data!.Addresses.length).toBeGreaterThan(2600);
    expect(bytes).toBeLessThan(4096);
  });

  test('returns the CIDR blocks without a part, with any number of addresses', async () => {
    const event = { ...create(0), ResourceProperties: { ServiceToken: 'arn', LoadBalancerArn: LOAD_BALANCER } };
    expect(onlyAnswer(await lambda.invoke(event, loadBalancerIn({ ...SMALL, 'subnet-3': '10.1.0.0/16' }))).Data).toEqual({
      Cidrs: '10.0.10.0/27,10.0.9.0/27,10.1.0.0/16',
    });
  });

  test('keeps the physical id in an update, and describes the subnets again', async () => {
    const { PhysicalResourceId, Data } = onlyAnswer(await lambda.invoke(update(0), loadBalancerIn({ 'subnet-3': '10.0.42.0/27' })));
    expect(PhysicalResourceId).toBe('existing-id');
    expect(Data).toEqual({ Addresses: addressPart(assignableAddresses(['10.0.42.0/27']), 0) });
    const failed = onlyAnswer(await lambda.invoke(update(0), () => elbError(400, 'LoadBalancerNotFound', 'not found')));
    expect([failed.Status, failed.PhysicalResourceId]).toEqual(['FAILED', 'existing-id']);
  });

  test('returns the same physical id for a repeated request', async () => {
    const ids = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      ids.push(onlyAnswer(await lambda.invoke(create(1), loadBalancerIn(SMALL))).PhysicalResourceId);
    }
    expect(ids[0]).toBeTruthy();
    expect(ids[1]).toBe(ids[0]);
  });

  test.each([
    ['as usual', { ...create(0), RequestType: 'Delete', PhysicalResourceId: 'existing-id' }],
    [
      'of a resource that was never created',
      { ...create(0), RequestType: 'Delete', PhysicalResourceId: 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED' },
    ],
    ['without properties', { ...NAMES, RequestType: 'Delete', PhysicalResourceId: 'existing-id' }],
  ])('succeeds at deletion %s, without an API call', async (_, event) => {
    const { Status } = onlyAnswer(await lambda.invoke(event, () => elbError(403, 'AccessDenied', 'not allowed')));
    expect(Status).toBe('SUCCESS');
    expect(lambda.calls).toEqual([]);
  });
});

describe('when AWS throttles, the bundled function', () => {
  test('waits and retries', async () => {
    const api: Api = (call, earlier) => {
      const before = earlier.filter(({ action }) => action === call.action).length;
      if (before >= 2) {
        return loadBalancerIn(SMALL)(call, earlier);
      }
      return call.action === 'DescribeSubnets'
        ? ec2Error(503, 'RequestLimitExceeded', 'Request limit exceeded.')
        : elbError(400, 'Throttling', 'Rate exceeded');
    };
    const { Status } = onlyAnswer(await lambda.invoke(create(0), api));
    expect(Status).toBe('SUCCESS');
    expect(lambda.calls.map(({ action }) => action)).toEqual([
      ...Array.from({ length: 3 }, () => 'DescribeLoadBalancers'),
      ...Array.from({ length: 3 }, () => 'DescribeSubnets'),
    ]);
  }, 60_000);

  test('responds in time if AWS always throttles', async () => {
    const start = Date.now();
    expect(await failure(() => elbError(400, 'Throttling', 'Rate exceeded'), create(0), TWO_SECONDS)).toMatch(
      new RegExp(
        `^the addresses of the load balancer ${LOAD_BALANCER} could not be found: .*deploy again, or name its addresses with \`trustedProxies: TrustedProxies\\.fromAddresses`,
      ),
    );
    expect(Date.now() - start).toBeGreaterThan(2000);
    expect(Date.now() - start).toBeLessThan(20_000);
    expect(lambda.calls.length).toBeGreaterThan(1);
    expect(lambda.calls.length).toBeLessThan(20);
  }, 60_000);

  test('responds in time if AWS does not respond', async () => {
    expect(await failure(() => 'silence', create(0), TWO_SECONDS)).toContain(
      'AWS did not respond, or throttled requests, until this function timed out: deploy again',
    );
  }, 60_000);

  test('responds if no time is left for an API call', async () => {
    expect(await failure(loadBalancerIn(SMALL), create(0), 1000)).toContain(`the addresses of the load balancer ${LOAD_BALANCER} could not be found`);
  });
});

describe('the bundled function names the load balancer and the fix', () => {
  const ways = 'or name its addresses with `trustedProxies: TrustedProxies.fromAddresses([...])`';
  const lost = (arn = LOAD_BALANCER) => `the addresses of the load balancer ${arn} could not be found: `;

  test('when the load balancer does not exist', async () => {
    const other = LOAD_BALANCER.replace('/our/', '/other/');
    expect(await failure(loadBalancerIn(SMALL), create(0, other))).toBe(
      `${lost(other)}One or more load balancers not found; it must be an Application Load Balancer of this account and region, ${ways}`,
    );
    expect(lambda.calls).toHaveLength(1);
  });

  test('when the ARN is invalid', async () => {
    expect(await failure(() => elbError(400, 'ValidationError', "'our' is not a valid load balancer ARN"), create(0, 'our'))).toBe(
      `${lost('our')}'our' is not a valid load balancer ARN; it must be named by its ARN, in the region of this stack, ${ways}`,
    );
  });

  const DENIED = 'look for a service control policy or a permissions boundary that denies it';

  test('when it has no permission to describe the load balancer', async () => {
    expect(await failure(() => elbError(403, 'AccessDenied', 'no policy allows the elasticloadbalancing:DescribeLoadBalancers action'))).toBe(
      `${lost()}no policy allows the elasticloadbalancing:DescribeLoadBalancers action; the role of this function has the permission, so ${DENIED}, ${ways}`,
    );
    expect(lambda.calls).toHaveLength(1);
  });

  test('when it has no permission to describe the subnets, with a long message of AWS', async () => {
    const reason = await failure((call, earlier) =>
      call.action === 'DescribeSubnets'
        ? ec2Error(
            403,
            'UnauthorizedOperation',
            `You are not authorized to perform this operation. Encoded authorization failure message: ${'x'.repeat(5000)}`,
          )
        : loadBalancerIn(SMALL)(call, earlier),
    );
    expect(reason.slice(0, 250)).toContain(`${lost()}You are not authorized to perform this operation.`);
    expect(reason).toContain(`${DENIED}, ${ways}`);
    expect(reason.length).toBeLessThan(2500);
  });

  test('when a subnet has no IPv4 CIDR block', async () => {
    expect(await failure(loadBalancerIn({ 'subnet-1': '10.0.0.0/27', 'subnet-2': undefined }))).toBe(
      `${lost()}its subnets must have IPv4 CIDR blocks, got: 2 of 2 subnets, 1 without: subnet-2; move it to subnets that have them, ${ways}`,
    );
  });

  test('when a subnet does not exist', async () => {
    const reason = await failure((call, earlier) =>
      call.action === 'DescribeSubnets'
        ? ec2Error(400, 'InvalidSubnetID.NotFound', "The subnet ID 'subnet-2' does not exist")
        : loadBalancerIn(SMALL)(call, earlier),
    );
    expect(reason).toBe(`${lost()}The subnet ID 'subnet-2' does not exist; deploy again, ${ways}`);
  });

  test('when the load balancer has no subnets, without describing all subnets of the account', async () => {
    expect(await failure(loadBalancerIn({}))).toBe(`${lost()}it has no subnets; deploy again when it has, ${ways}`);
    expect(lambda.calls.map(({ action }) => action)).toEqual(['DescribeLoadBalancers']);
  });

  test('when there are more addresses than PostHog can be configured with', async () => {
    expect(await failure(loadBalancerIn({ 'subnet-1': '10.0.0.0/20', 'subnet-2': '10.0.16.0/20' }))).toBe(
      `${lost()}\`subnets\` of the load balancer may have at most 1024 addresses together, not 8182, because PostHog is configured with each of them, got: ` +
        "['10.0.0.0/20', '10.0.16.0/20']; give the load balancer small subnets of its own (/27 is the smallest that it accepts) with `loadBalancerSubnets`, or name " +
        'its addresses with `trustedProxies: TrustedProxies.fromAddresses([...])`, or set `clientAddress: ClientAddress.verified()`',
    );
  });

  test.each([
    ['no properties', { ...NAMES, RequestType: 'Create' }],
    ['no load balancer', { ...NAMES, RequestType: 'Create', ResourceProperties: { Part: '0' } }],
    ['a load balancer that is no text', { ...NAMES, RequestType: 'Create', ResourceProperties: { LoadBalancerArn: ['arn'], Part: '0' } }],
    ['a part that is no number', { ...NAMES, RequestType: 'Create', ResourceProperties: { LoadBalancerArn: LOAD_BALANCER, Part: 'all' } }],
    ['a part that there is not', create(ADDRESS_PARTS)],
    ['another type of request', { ...create(0), RequestType: 'Migrate', PhysicalResourceId: undefined }],
  ])('when an event has %s', async (_, event) => {
    const { Status, Reason } = onlyAnswer(await lambda.invoke(event, loadBalancerIn(SMALL)));
    expect(Status).toBe('FAILED');
    expect(Reason).toContain('the event must be a Create, Update or Delete with LoadBalancerArn, and a Part from 0 to 5 or none, got: {');
    expect(Reason).toContain('leave this resource to TrustedProxies.fromLoadBalancer()');
    expect(lambda.calls).toEqual([]);
  });

  test('without a stack trace of the bundle, and without the signed URL in the log', async () => {
    const { answers, log } = await lambda.invoke(create(0), () => elbError(400, 'LoadBalancerNotFound', 'not found'));
    expect(answers[0].Reason).not.toContain('index.js');
    expect(log).toContain('LoadBalancerNotFound');
    expect(log).not.toContain('signature=secret');
  });
});
