import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { ContainerImage, FargateTaskDefinition, Secret } from 'aws-cdk-lib/aws-ecs';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ISecret, Secret as ManagedSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { defineFernetKey, defineRsaKey } from '../../../lib/services/secrets/function-keys';
import { newStack } from '../../helpers/stack';
import { idOf, ofType } from '../../helpers/template';

interface Role {
  Policies?: { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } }[];
}

function template(define: (stack: Stack) => void): Template {
  const stack = newStack();
  define(stack);
  return Template.fromStack(stack);
}

function define(scope: Stack, id = 'Key', policy = RemovalPolicy.RETAIN) {
  return defineRsaKey(scope, id, 'a key', policy);
}

test('the secret is created empty: Secrets Manager generates nothing, and the template has no value', () => {
  const [[, secret]] = ofType(
    template((stack) => define(stack)),
    'AWS::SecretsManager::Secret',
  );
  expect(secret).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  expect(secret.Properties).toEqual({ Description: 'a key' });
});

test('the secret is deleted with the stack if `removalPolicy` is DESTROY', () => {
  template((stack) => define(stack, 'Key', RemovalPolicy.DESTROY)).allResources('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete' });
});

test('one function of the stack generates all keys', () => {
  const result = template((stack) => ['One', 'Two'].forEach((id) => define(stack, id)));
  result.resourceCountIs('AWS::Lambda::Function', 1);
  result.hasResourceProperties('AWS::Lambda::Function', { Runtime: 'nodejs24.x', Timeout: 180 });
  const secrets = ofType(result, 'AWS::SecretsManager::Secret').map(([id]) => id);
  expect(ofType(result, 'Custom::PostHogRsaKey').map(([, { Properties }]) => idOf(Properties.SecretArn))).toEqual(secrets);
});

test('the function can describe these secrets and put values, cannot read them, and has no other permission', () => {
  const result = template((stack) => ['One', 'Two'].forEach((id) => define(stack, id)));
  const statements = ofType<Role>(result, 'AWS::IAM::Role')
    .flatMap(([, { Properties }]) => Properties.Policies ?? [])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const own = ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue'];
  expect(statements.map(({ Action }) => Action)).toEqual([['logs:CreateLogStream', 'logs:PutLogEvents'], own]);
  const secrets = ofType(result, 'AWS::SecretsManager::Secret').map(([id]) => ({ Ref: id }));
  expect(statements.slice(1).flatMap(({ Resource }) => Resource)).toEqual(secrets);
});

test('the task definition and the execution role that refer to the secret depend on the key', () => {
  const result = template((stack) => {
    const task = new FargateTaskDefinition(stack, 'Task');
    task.addContainer('web', {
      image: ContainerImage.fromRegistry('image'),
      secrets: { OIDC_RSA_PRIVATE_KEY: Secret.fromSecretsManager(define(stack)) },
    });
  });
  const [[key]] = ofType(result, 'Custom::PostHogRsaKey');
  const filled = { 'Fn::GetAtt': [key, 'SecretArn'] };
  result.hasResourceProperties('AWS::ECS::TaskDefinition', {
    ContainerDefinitions: [{ Secrets: [{ Name: 'OIDC_RSA_PRIVATE_KEY', ValueFrom: filled }] }],
  });
  result.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: [{ Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], Effect: 'Allow', Resource: filled }],
    },
  });
});

describe('keys for data that another secret encrypted', () => {
  /** What the function may do beyond its logs and the new secret. */
  function further(previous: (stack: Stack) => ISecret, isNew = true): object[] {
    const result = template((stack) =>
      defineFernetKey(stack, 'Key', 'a key', RemovalPolicy.RETAIN, { format: 'list', previous: previous(stack), isNew, prop: 'flagsSecretKeys' }),
    );
    return ofType<Role>(result, 'AWS::IAM::Role')
      .flatMap(([, { Properties }]) => Properties.Policies ?? [])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Action }) => typeof Action === 'string')
      .map(({ Action, Resource }) => ({ Action, Resource }));
  }

  test('the function can read the other secret, and describe its own stack', () => {
    expect(further((stack) => new ManagedSecret(stack, 'Previous'))).toEqual([
      { Action: 'secretsmanager:GetSecretValue', Resource: { Ref: expect.stringMatching(/^Previous/) as string } },
      { Action: 'cloudformation:DescribeStacks', Resource: { Ref: 'AWS::StackId' } },
    ]);
  });

  test('with a secret of the user, by name, and its encryption key, it can read both and no stack', () => {
    const statements = further(
      (stack) =>
        ManagedSecret.fromSecretAttributes(stack, 'Previous', {
          secretPartialArn: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:theirs',
          encryptionKey: Key.fromKeyArn(stack, 'EncryptionKey', 'arn:aws:kms:eu-central-1:111122223333:key/1'),
        }),
      false,
    );
    expect(statements).toEqual([
      { Action: 'secretsmanager:GetSecretValue', Resource: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:theirs-??????' },
      { Action: 'kms:Decrypt', Resource: 'arn:aws:kms:eu-central-1:111122223333:key/1' },
    ]);
  });
});
