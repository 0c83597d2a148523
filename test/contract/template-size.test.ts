import { Template } from 'aws-cdk-lib/assertions';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { ClientAddress, PostHog, PostHogProps, PostHogSize, Product } from '../../lib';
import { newStack } from '../helpers/stack';

/** CloudFormation takes 500 resources and a megabyte; a stack of one's own around it needs some of both. */
const RESOURCES = 450;
const BYTES = 750_000;

function synthesised(overrides: Partial<PostHogProps>): { Resources: Record<string, { DependsOn?: string[] }> } {
  const stack = newStack();
  new PostHog(stack, 'PostHog', {
    domainName: 'posthog.example.com',
    domainZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789', zoneName: 'example.com' }),
    ...overrides,
  });
  return Template.fromStack(stack).toJSON() as { Resources: Record<string, { DependsOn?: string[] }> };
}

const largest = synthesised({
  products: Object.values(Product),
  size: PostHogSize.LARGE,
  clientAddress: ClientAddress.verified(),
  spot: true,
  enableExecuteCommand: true,
});

test.each([
  ['a PostHog with the default products', synthesised({})],
  ['a PostHog with every product and option', largest],
])('%s leaves room for other resources in its stack', (_, template) => {
  expect(Object.keys(template.Resources).length).toBeLessThan(RESOURCES);
  expect(JSON.stringify(template, undefined, 1).length).toBeLessThan(BYTES);
});

test('no resource of a service has more than 12 dependencies', () => {
  const services = Object.entries(largest.Resources).filter(([id]) => id.startsWith('PostHogServices'));
  expect(services.length).toBeGreaterThan(100);
  expect(services.filter(([, { DependsOn = [] }]) => DependsOn.length > 12).map(([id]) => id)).toEqual([]);
});
