import { Duration, Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { ScheduledFunction } from '../../lib/operations/scheduled-function';
import { newStack, only } from '../helpers/stack';

function define(stack: Stack): ScheduledFunction {
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  return new ScheduledFunction(stack, 'Function', {
    program: 'deployment-check',
    description: 'a test',
    securityGroupDescription: 'a test: clients',
    schedule: ScheduleExpression.rate(Duration.hours(1)),
    timeout: Duration.minutes(1),
    environment: {},
    vpc,
    subnets: vpc.privateSubnets,
  });
}

test('a scheduled function runs in the private subnets and connects to HTTPS, DNS and what is allowed only', () => {
  const stack = newStack();
  define(stack).allowTo(8443, 'to ClickHouse');
  const template = Template.fromStack(stack);
  expect(only(template, 'AWS::EC2::SecurityGroup').SecurityGroupEgress).toEqual([
    expect.objectContaining({ FromPort: 443, ToPort: 443 }),
    expect.objectContaining({ IpProtocol: 'udp', FromPort: 53, ToPort: 53 }),
    expect.objectContaining({ IpProtocol: 'tcp', FromPort: 53, ToPort: 53 }),
    expect.objectContaining({ FromPort: 8443, ToPort: 8443 }),
  ]);
  template.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: { SubnetIds: [Match.anyValue(), Match.anyValue()] } });
});

test('a run that fails is not repeated before the next one', () => {
  const stack = newStack();
  define(stack);
  Template.fromStack(stack).hasResourceProperties('AWS::Scheduler::Schedule', {
    ScheduleExpression: 'rate(1 hour)',
    State: 'ENABLED',
    Target: { RetryPolicy: { MaximumRetryAttempts: 0 } },
  });
});

test('the code of a function cannot use the permissions for its network interfaces', () => {
  const stack = newStack();
  define(stack);
  const roles = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role')) as { Properties: { Policies?: object[] } }[];
  const statements = roles.flatMap(({ Properties: { Policies = [] } }) =>
    Policies.flatMap((policy) => (policy as { PolicyDocument: { Statement: { Effect: string; Action: unknown }[] } }).PolicyDocument.Statement),
  );
  const actions = (effect: string) =>
    statements.filter(({ Effect, Action }) => Effect === effect && JSON.stringify(Action).includes('NetworkInterface'));
  expect(actions('Deny').map(({ Action }) => Action)).toEqual(actions('Allow').map(({ Action }) => Action));
  expect(actions('Allow')).toHaveLength(1);
});
