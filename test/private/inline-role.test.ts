import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { InlineRole } from '../../lib/private/inline-role';
import { newStack } from '../helpers/stack';
import { Statement, statementsOf } from '../helpers/template';

const ASSUMED = { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') };

function newRole(stack: Stack): InlineRole {
  return new InlineRole(stack, 'Role', ASSUMED);
}

function read(resource: string): PolicyStatement {
  return new PolicyStatement({ actions: ['s3:GetObject'], resources: [resource] });
}

/** The policies next to a role, and what it is allowed. A template whose resources depend on each other in a circle cannot be read. */
function resultOf(role: InlineRole): { inline: boolean; policies: number; statements: Statement[] } {
  const stack = Stack.of(role);
  const template = Template.fromStack(stack);
  const id = stack.getLogicalId(role.node.defaultChild as CfnRole);
  const { Policies } = (template.findResources('AWS::IAM::Role')[id] as { Properties: { Policies?: unknown } }).Properties;
  return {
    inline: Policies !== undefined,
    policies: Object.keys(template.findResources('AWS::IAM::Policy')).length,
    statements: statementsOf(template, id),
  };
}

test('an InlineRole without permissions has no policy', () => {
  expect(resultOf(newRole(newStack()))).toEqual({ inline: false, policies: 0, statements: [] });
});

test('an InlineRole holds what it is granted', () => {
  const stack = newStack();
  const role = newRole(stack);
  const bucket = new Bucket(stack, 'Bucket', { encryptionKey: new Key(stack, 'Key') });
  bucket.grantRead(role);
  role.addToPolicy(read('arn:aws:s3:::one/*'));
  role.addToPrincipalPolicy(read('arn:aws:s3:::two/*'));
  const { inline, policies, statements } = resultOf(role);
  expect([inline, policies]).toEqual([true, 0]);
  expect(statements.flatMap(({ actions }) => actions)).toEqual(expect.arrayContaining(['s3:List*', 'kms:Decrypt']));
  expect(statements.flatMap(({ resources }) => resources)).toEqual(expect.arrayContaining(['arn:aws:s3:::one/*', 'arn:aws:s3:::two/*']));
});

test('an InlineRole that is granted a bucket of another stack needs no reference back', () => {
  const app = new App();
  const bucket = new Bucket(new Stack(app, 'Other'), 'Bucket');
  const role = newRole(new Stack(app, 'Stack'));
  bucket.grantRead(role);
  expect(resultOf(role)).toMatchObject({ inline: true, policies: 0 });
});

test('a closed InlineRole has further permissions in a policy next to it, so that they can be for a resource that depends on the role', () => {
  const stack = newStack();
  const role = newRole(stack);
  role.addToPolicy(read('arn:aws:s3:::one/*'));
  role.close();
  const machine = new CfnStateMachine(stack, 'Machine', { roleArn: role.roleArn, definitionString: '{}' });
  StateMachine.fromStateMachineArn(stack, 'Imported', machine.attrArn).grantStartExecution(role);
  const { inline, policies, statements } = resultOf(role);
  expect([inline, policies]).toEqual([true, 1]);
  expect(statements.map(({ actions }) => actions)).toEqual([['s3:GetObject'], ['states:StartExecution']]);
});

test('an InlineRole that the policy of a key names has all permissions in a policy next to it', () => {
  const stack = newStack();
  const role = newRole(stack);
  role.addToPolicy(read('arn:aws:s3:::one/*'));
  new Secret(stack, 'Secret', { encryptionKey: new Key(stack, 'Key') }).grantRead(role);
  const { inline, policies, statements } = resultOf(role);
  expect([inline, policies]).toEqual([false, 1]);
  expect(statements.map(({ actions }) => actions)).toEqual([['s3:GetObject'], ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue']]);
});

test('an InlineRole with a permission for itself has all permissions in a policy next to it', () => {
  const role = newRole(newStack());
  role.grantPassRole(role);
  expect(resultOf(role)).toMatchObject({ inline: false, policies: 1, statements: [{ actions: ['iam:PassRole'] }] });
});

test('an InlineRole leaves permissions that are too long for a role to the CDK, which splits them, but counts repeated ones once', () => {
  const long = (count: number, name: (i: number) => string) => {
    const role = newRole(newStack());
    Array.from({ length: count }, (_, i) => role.addToPolicy(new PolicyStatement({ sid: name(i), actions: ['s3:GetObject'], resources: ['*'] })));
    const template = Template.fromStack(Stack.of(role));
    return [resultOf(role).inline, Object.keys(template.findResources('AWS::IAM::ManagedPolicy')).length > 0];
  };
  expect(long(200, () => 'Same')).toEqual([true, false]);
  expect(long(200, (i) => `Sid${i}`)).toEqual([false, true]);
});

test('an InlineRole that the app replaces by an existing role defines nothing', () => {
  const stack = newStack();
  Role.customizeRoles(stack, { usePrecreatedRoles: { 'Stack/Role': 'existing' } });
  const role = newRole(stack);
  role.addToPolicy(read('arn:aws:s3:::one/*'));
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::IAM::Role', 0);
  template.resourceCountIs('AWS::IAM::Policy', 0);
  expect(stack.resolve(role.roleName)).toBe('existing');
});

test('an InlineRole refuses a statement that is not valid', () => {
  const role = newRole(newStack());
  role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'] }));
  expect(() => Template.fromStack(Stack.of(role))).toThrow('A PolicyStatement used in an identity-based policy must specify at least one resource');
});
