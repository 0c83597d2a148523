import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { IpAddresses, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { ApplicationListener, ApplicationLoadBalancer, ListenerAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { HostedZone, IHostedZone } from 'aws-cdk-lib/aws-route53';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import {
  AppAccess,
  AppLoadBalancer,
  Cache,
  ClientAddress,
  Kafka,
  NatMode,
  PostHogCapacity,
  PostHogNetwork,
  PostHogProps,
  PostHogSize,
  Product,
} from '../../lib';
import { CloudFormationTemplate } from '../../cli/alb/template';
import { refusedChanges } from '../../cli/updates/rules';
import { certificate, FEATURE_FLAGS, newPostHog } from '../helpers/stack';

type Define = (stack: Stack) => unknown;

/** The templates with all feature flags and with none. */
const templates = new Map<Define, CloudFormationTemplate[]>();

function templatesOf(define: Define): CloudFormationTemplate[] {
  const known = templates.get(define) ?? [FEATURE_FLAGS, {}].map((flags) => templateOf(define, flags));
  templates.set(define, known);
  return known;
}

function templateOf(define: Define, context: Record<string, unknown>): CloudFormationTemplate {
  const app = new App({ context, treeMetadata: false });
  const stack = new Stack(app, 'Stack');
  define(stack);
  return Template.fromStack(stack).toJSON() as CloudFormationTemplate;
}

/** Returns what AWS would refuse of an update, with and without the feature flags of `cdk init`. */
function refused(before: Define, after: Define): string[] {
  const updated = templatesOf(after);
  return templatesOf(before).flatMap((template, index) => refusedChanges(template, updated[index]).map(({ message }) => message));
}

/** A PostHog in a VPC with an existing load balancer, which it may use. */
function posthog(props: (listener: ApplicationListener) => Partial<PostHogProps> = () => ({})): Define {
  return (stack) => {
    const vpc = new Vpc(stack, 'Vpc', { ipAddresses: IpAddresses.cidr('10.0.0.0/22') });
    const shared = new ApplicationLoadBalancer(stack, 'Shared', { vpc, internetFacing: true });
    const listener = shared.addListener('Https', { port: 443, certificates: [certificate(stack)], defaultAction: ListenerAction.fixedResponse(404) });
    const { listener: given, ...others } = props(listener);
    newPostHog(stack, { vpc, products: Object.values(Product), ...(given ? { certificate: undefined, listener: given } : {}), ...others });
  };
}

/** A PostHog in an existing cluster, which has the capacity providers of Fargate. */
function inCluster(props: Partial<PostHogProps> = {}): Define {
  return (stack) => {
    const cluster = new Cluster(stack, 'Cluster', {
      vpc: new Vpc(stack, 'Vpc', { ipAddresses: IpAddresses.cidr('10.0.0.0/22') }),
      enableFargateCapacityProviders: true,
    });
    newPostHog(stack, { cluster, ...props });
  };
}

const OPEN = posthog();
const SPOT = posthog(() => ({ capacity: PostHogCapacity.fargate({ spot: true }) }));
const IN_NAMESPACE: Define = (stack) =>
  posthog(() => ({
    cloudMapNamespace: PrivateDnsNamespace.fromPrivateDnsNamespaceAttributes(stack, 'Namespace', {
      namespaceName: 'services.example.com',
      namespaceId: 'ns-1',
      namespaceArn: 'arn:aws:servicediscovery:eu-central-1:111122223333:namespace/ns-1',
    }),
  }))(stack);

const UNPROTECTED = posthog(() => ({ deletionProtection: false }));
const INTERNAL = posthog(() => ({ publicLoadBalancer: false, deletionProtection: false }));
const APART = posthog(() => ({ appLoadBalancer: AppLoadBalancer.internal(), deletionProtection: false }));

function zoneOf(scope: Construct): IHostedZone {
  const known = scope.node.tryFindChild('Zone') as IHostedZone | undefined;
  return known ?? HostedZone.fromHostedZoneAttributes(scope, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' });
}

const INGESTION = (scope: Construct): Partial<PostHogProps> => ({
  ingestionDomainNames: [{ domainName: 't.example.com', domainZone: zoneOf(scope) }],
});
const NAMED = posthog((listener) => ({ domainZone: zoneOf(listener) }));

const ACCEPTED: Record<string, [before: Define, after: Define]> = {
  'a public load balancer becomes internal': [UNPROTECTED, INTERNAL],
  'an internal load balancer becomes public': [INTERNAL, UNPROTECTED],
  'the app moves to an internal load balancer': [OPEN, posthog(() => ({ appLoadBalancer: AppLoadBalancer.internal() }))],
  'the app moves back to the public load balancer': [APART, UNPROTECTED],
  'the app moves to an internal load balancer and the public one loses its name': [
    posthog((listener) => ({ ...INGESTION(listener), domainZone: zoneOf(listener) })),
    posthog((listener) => ({
      ...INGESTION(listener),
      certificate: undefined,
      appLoadBalancer: AppLoadBalancer.internal({ certificate: certificate(new Construct(listener, 'AppCertificate')) }),
    })),
  ],
  'further host names are added': [NAMED, posthog((listener) => ({ ...INGESTION(listener), domainZone: zoneOf(listener) }))],
  'further host names are removed': [posthog((listener) => ({ ...INGESTION(listener), domainZone: zoneOf(listener) })), NAMED],
  'PostHog moves to an existing listener': [UNPROTECTED, posthog((listener) => ({ listener, rulePriorityBase: 0 }))],
  'PostHog moves to a load balancer of its own': [posthog((listener) => ({ listener, rulePriorityBase: 0 })), OPEN],
  'products are taken away': [OPEN, posthog(() => ({ products: [Product.EVENTS, Product.FEATURE_FLAGS] }))],
  'products are added': [posthog(() => ({ products: [Product.EVENTS, Product.FEATURE_FLAGS] })), OPEN],
  'the app is closed': [OPEN, posthog(() => ({ appAccess: AppAccess.nobody() }))],
  'the app is opened': [posthog(() => ({ appAccess: AppAccess.nobody() })), OPEN],
  'client addresses are verified': [OPEN, posthog(() => ({ clientAddress: ClientAddress.verified() }))],
  'the size changes': [OPEN, posthog(() => ({ size: PostHogSize.PRODUCTION }))],
  'Spot is used': [OPEN, SPOT],
  'Spot is no longer used': [SPOT, OPEN],
  'the owner of a cluster says that it has the capacity providers of Fargate': [inCluster(), inCluster({ fargateCapacityProviders: true })],
  'the owner of a cluster no longer says so': [inCluster({ fargateCapacityProviders: true }), inCluster()],
  'Spot is used in a cluster with the capacity providers': [
    inCluster({ fargateCapacityProviders: true }),
    inCluster({ fargateCapacityProviders: true, capacity: PostHogCapacity.fargate({ spot: true }) }),
  ],
  'the domain name changes': [OPEN, posthog(() => ({ domainName: 'analytics.example.com' }))],
  'the cache gets its first replica, and then failover': [
    (stack) => new Cache(stack, 'Cache', { vpc: new Vpc(stack, 'Vpc') }),
    (stack) => new Cache(stack, 'Cache', { vpc: new Vpc(stack, 'Vpc'), replicas: 1, automaticFailover: false }),
  ],
  'Kafka gets more brokers': [
    (stack) => new Kafka(stack, 'Kafka', { vpc: new Vpc(stack, 'Vpc') }),
    (stack) => new Kafka(stack, 'Kafka', { vpc: new Vpc(stack, 'Vpc'), brokersPerSubnet: 2 }),
  ],
  'the NAT gateways change': [
    (stack) => new PostHogNetwork(stack, 'Network', { nat: NatMode.SINGLE }),
    (stack) => new PostHogNetwork(stack, 'Network', { nat: NatMode.PER_ZONE }),
  ],
};

test.each(Object.entries(ACCEPTED))('AWS accepts the update when %s, with and without feature flags', (_, [before, after]) => {
  expect(refused(before, after)).toEqual([]);
});

/** Updates that are known to fail, with what happens. The documentation of each prop says so. */
const REFUSED: Record<string, [before: Define, after: Define, message: string]> = {
  'PostHog moves to an existing namespace': [OPEN, IN_NAMESPACE, 'the process gets another private name'],
  'PostHog moves to a namespace of its own': [IN_NAMESPACE, OPEN, 'the process gets another private name'],
  'a protected load balancer becomes internal': [OPEN, posthog(() => ({ publicLoadBalancer: false })), 'the old load balancer is protected'],
  'the app moves back from a protected load balancer': [
    posthog(() => ({ appLoadBalancer: AppLoadBalancer.internal() })),
    OPEN,
    'the old load balancer is protected against deletion',
  ],
  'a further host name becomes the primary one': [
    posthog((listener) => ({ ...INGESTION(listener), domainZone: zoneOf(listener) })),
    posthog((listener) => ({ domainName: 't.example.com', domainZone: zoneOf(listener) })),
    'the record of t.example.com exists until the end of the update, as another resource',
  ],
  'a further host name of the app moves with it to an internal load balancer, in the same zone': [
    posthog((listener) => ({ additionalDomainNames: [{ domainName: 'a.example.com', domainZone: zoneOf(listener) }] })),
    posthog((listener) => ({
      additionalDomainNames: [{ domainName: 'a.example.com', domainZone: zoneOf(listener) }],
      appLoadBalancer: AppLoadBalancer.internal(),
    })),
    'the record of a.example.com exists until the end of the update, as another resource',
  ],
  'the cache gets its first replica with failover': [
    (stack) => new Cache(stack, 'Cache', { vpc: new Vpc(stack, 'Vpc') }),
    (stack) => new Cache(stack, 'Cache', { vpc: new Vpc(stack, 'Vpc'), replicas: 1 }),
    'ElastiCache refuses to change the number of nodes and automatic failover in one update',
  ],
  'Kafka gets more brokers and another retention': [
    (stack) => new Kafka(stack, 'Kafka', { vpc: new Vpc(stack, 'Vpc') }),
    (stack) => new Kafka(stack, 'Kafka', { vpc: new Vpc(stack, 'Vpc'), brokersPerSubnet: 2, retention: Duration.days(5) }),
    'MSK changes one thing in an update, and this changes the number of brokers and the configuration',
  ],
};

test.each(Object.entries(REFUSED))('AWS is known to refuse the update when %s', (_, [before, after, message]) => {
  const messages = refused(before, after);
  expect(messages.length).toBeGreaterThan(0);
  expect(messages.filter((one) => !one.startsWith(message))).toEqual([]);
});
