import { Fn, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { checkImage, containerImage, isFloating, isInEcr } from '../../lib/private/container-image';
import { newStack } from '../helpers/stack';
import { containerOf, executionRoleStatements } from '../helpers/template';

const DIGEST = `sha256:${'a'.repeat(64)}`;

function synth(reference: string): Template {
  const stack: Stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  new FargateTaskDefinition(stack, 'Task').addContainer('web', { image: containerImage(stack, 'Repository', reference), logging: undefined });
  return Template.fromStack(stack);
}

test.each([
  ['111122223333.dkr.ecr.eu-central-1.amazonaws.com/posthog:v1', true],
  [`111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn/team/posthog@${DIGEST}`, true],
  ['public.ecr.aws/posthog/posthog:latest', false],
  ['posthog/posthog:latest', false],
  ['evil.example.com/111122223333.dkr.ecr.eu-central-1.amazonaws.com/posthog:v1', false],
])('whether %s is in a private ECR repository: %p', (reference, expected) => {
  expect(isInEcr(reference)).toBe(expected);
});

function text(value: unknown): string {
  return JSON.stringify(value)
    .replace('{"Ref":"AWS::URLSuffix"}', '"amazonaws.com"')
    .replace(/\{"Fn::Join":\["",\[|\]\]\}|"|,(?=")/g, '');
}

test.each([
  `posthog/posthog@${DIGEST}`,
  'ghcr.io/posthog/posthog/capture:master',
  'public.ecr.aws/posthog/posthog:latest',
  'registry.example.com:5000/posthog:1',
])('the image %s of another registry is used unchanged, without permissions', (reference) => {
  const template = synth(reference);
  expect(containerOf(template, 'web').Image).toBe(reference);
  template.resourceCountIs('AWS::IAM::Policy', 0);
});

test.each([
  [`111122223333.dkr.ecr.eu-central-1.amazonaws.com/posthog@${DIGEST}`, 'arn:aws:ecr:eu-central-1:111122223333:repository/posthog'],
  ['111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/posthog:v1', 'arn:aws:ecr:eu-central-1:111122223333:repository/team/posthog'],
  [`444455556666.dkr.ecr.us-east-1.amazonaws.com/posthog@${DIGEST}`, 'arn:aws:ecr:us-east-1:444455556666:repository/posthog'],
])('the execution role can pull the image %s of a private ECR repository', (reference, arn) => {
  const template = synth(reference);
  expect(text(containerOf(template, 'web').Image)).toBe(reference);
  const statements = executionRoleStatements(template, 'web');
  expect(statements).toHaveLength(2);
  expect(statements[0].actions.sort()).toEqual(['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']);
  expect(statements[0].resources).toEqual([arn]);
  expect(statements[1]).toEqual({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] });
  template.resourceCountIs('AWS::ECR::Repository', 0);
});

test('an image without a digest is floating, and a token is not', () => {
  expect([`nginx@${DIGEST}`, `nginx:1@${DIGEST}`, 'nginx:1', 'nginx', Fn.importValue('Image')].map(isFloating)).toEqual([
    false,
    false,
    true,
    true,
    false,
  ]);
});

test('an invalid image is refused, and a token is not', () => {
  expect(() => checkImage('image', 'Not an image', 'nginx')).toThrow(
    new Error("`image` must be an image such as nginx@sha256:<64 hexadecimal digits>, got: 'Not an image'"),
  );
  [`registry.example.com:5000/team/nginx:1@${DIGEST}`, 'nginx', Fn.importValue('Image')].forEach((image) => checkImage('image', image, 'nginx'));
});
