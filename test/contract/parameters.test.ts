import { Template } from 'aws-cdk-lib/assertions';
import { NatMode, RedpandaKafka } from '../../lib';
import { newPostHog, newStack } from '../helpers/stack';

/**
 * CloudFormation reads parameters of this kind at each deployment, so an unrelated one would replace the resources that use them. The version of the
 * CDK's bootstrap stack is a parameter of another type, which no resource uses.
 */
const READ_AGAIN = /^AWS::SSM::Parameter::Value<(AWS|List<AWS)::/;

test.each(Object.values(NatMode))('no template has a parameter whose value changes with a deployment, with nat %s', (nat) => {
  const stack = newStack();
  const posthog = newPostHog(stack, nat === NatMode.NONE ? { nat } : { nat, clickHouse: undefined });
  new RedpandaKafka(stack, 'Kafka', { vpc: posthog.vpc, vpcSubnets: posthog.network!.serviceSubnets });
  const { Parameters = {} } = Template.fromStack(stack).toJSON() as { Parameters?: Record<string, { Type: string }> };
  expect(
    Object.values(Parameters)
      .map(({ Type }) => Type)
      .filter((type) => READ_AGAIN.test(type)),
  ).toEqual([]);
});
