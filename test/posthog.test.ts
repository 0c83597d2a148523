import { Template } from 'aws-cdk-lib/assertions';
import { environmentOf, newPostHog, newStack } from './helpers/stack';

test('defines every process', () => {
  const stack = newStack();
  newPostHog(stack);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::ECS::Service', 6);
  expect(environmentOf(template, 'web')).toMatchObject({ IS_BEHIND_PROXY: 'True' });
});
