import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { HttpNamespace, INamespace, PrivateDnsNamespace, PublicDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Product } from '../../lib';
import { environmentOf, newPostHog, newStack } from '../helpers/stack';
import { ofType, serviceOf } from '../helpers/template';

const EVERY = Object.values(Product);

/** The namespace of the owner of a VPC, as an account sees it that the owner shares both with. */
function shared(scope: Stack): INamespace {
  const namespaceArn = 'arn:aws:servicediscovery:eu-central-1:444455556666:namespace/ns-1';
  return PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(scope, 'Given', {
    namespaceName: 'services.example.com',
    namespaceId: namespaceArn,
    namespaceArn,
  });
}

function registered(template: Template): Record<string, unknown>[] {
  return ofType(template, 'AWS::ServiceDiscovery::Service').map(([, { Properties }]) => Properties);
}

describe('an existing namespace', () => {
  const stack = newStack();
  const namespace = shared(stack);
  const posthog = newPostHog(stack, { cloudMapNamespace: namespace, products: EVERY });
  const template = Template.fromStack(stack);

  test('is used instead of a new one', () => {
    expect(posthog.cloudMapNamespace).toBe(namespace);
    template.resourceCountIs('AWS::ServiceDiscovery::PrivateDnsNamespace', 0);
  });

  test('has the processes below a name that no other PostHog has', () => {
    const names = registered(template).map(({ Name, NamespaceId }) => [Name, NamespaceId]);
    expect(names).toContainEqual(['web.stack-posthog-c18fa0be', namespace.namespaceId]);
    expect(names.filter(([name]) => !/^[a-z-]+\.stack-posthog-c18fa0be$/.test(name as string))).toEqual([]);
  });

  test('is in the host names that processes have of each other', () => {
    const domain = 'stack-posthog-c18fa0be.services.example.com';
    expect(environmentOf(template, 'web')).toMatchObject({
      ALLOWED_HOSTS: `posthog.example.com,web.${domain}`,
      PERSONHOG_ADDR: `personhog-router.${domain}:50052`,
    });
  });
});

test('two PostHogs share an existing namespace without names in common', () => {
  const stack = newStack();
  const cloudMapNamespace = shared(stack);
  newPostHog(stack, { cloudMapNamespace }, 'One');
  newPostHog(stack, { cloudMapNamespace, domainName: 'other.example.com' }, 'Two');
  const names = registered(Template.fromStack(stack)).map(({ Name }) => Name);
  expect(new Set(names).size).toBe(names.length);
});

test('an existing namespace may be defined in the same stack', () => {
  const stack = newStack();
  newPostHog(stack, { cloudMapNamespace: new PrivateDnsNamespace(stack, 'Own', { vpc: new Vpc(stack, 'Vpc'), name: 'services.example.com' }) });
  const template = Template.fromStack(stack);
  const [[id]] = ofType(template, 'AWS::ServiceDiscovery::PrivateDnsNamespace');
  expect(new Set(registered(template).map(({ NamespaceId }) => JSON.stringify(NamespaceId)))).toEqual(
    new Set([JSON.stringify({ 'Fn::GetAtt': [id, 'Id'] })]),
  );
});

test.each<[string, (stack: Stack) => INamespace]>([
  ['HTTP', (stack) => new HttpNamespace(stack, 'Other', { name: 'services' })],
  ['DNS_PUBLIC', (stack) => new PublicDnsNamespace(stack, 'Other', { name: 'services.example.com' })],
])('refuses a namespace of type %s', (type, define) => {
  const stack = newStack();
  expect(() => newPostHog(stack, { cloudMapNamespace: define(stack) })).toThrow(
    `[Stack/PostHog] \`cloudMapNamespace\` must be a private DNS namespace, because processes find each other by names that must resolve in the VPC only, got: '${type}'`,
  );
});

describe('the name of a new namespace', () => {
  const nameOf = (stack: Stack, id?: string, domainName = 'posthog.example.com') =>
    newPostHog(stack, { domainName }, id).cloudMapNamespace.namespaceName;

  test('is the same for another domain name', () => {
    expect(nameOf(newStack(), 'PostHog', 'analytics.example.com')).toBe(nameOf(newStack()));
  });

  test('is a short host name in lower case, however long the id of the construct is', () => {
    expect(nameOf(newStack(), `A_${'Very'.repeat(40)}Long-Id`)).toMatch(/^[a-z][a-z0-9-]{1,39}\.internal$/);
  });

  test('differs between stacks', () => {
    const other = new Stack(newStack().node.root, 'Other');
    expect(nameOf(other)).not.toBe(nameOf(newStack()));
  });
});

test('the app stays registered if no other process calls it', () => {
  const stack = newStack();
  newPostHog(stack, { products: [Product.EVENTS, Product.FEATURE_FLAGS] });
  expect(serviceOf(Template.fromStack(stack), 'web').ServiceRegistries).toHaveLength(1);
});
