import { App, Stack, StackProps } from 'aws-cdk-lib/core';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { NatMode, PostHog, PostHogCapacity, PostHogNetwork, PostHogSize, Product, RedpandaKafka } from 'cdk-posthog';
import { Construct } from 'constructs';

/**
 * A PostHog for evaluation or few events: events, feature flags and session replay, on EC2 instances that its processes share. There is one of
 * everything, so a deployment or a failed instance interrupts it for minutes.
 */
export class SmallestStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const { vpc, loadBalancerSubnets, serviceSubnets, storeSubnets } = new PostHogNetwork(this, 'Network', { nat: NatMode.INSTANCE });
    new PostHog(this, 'PostHog', {
      domainName: 'posthog.example.com',
      domainZone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'example.com' }),
      vpc,
      loadBalancerSubnets,
      serviceSubnets,
      storeSubnets,
      products: [Product.EVENTS, Product.FEATURE_FLAGS, Product.SESSION_REPLAY],
      capacity: PostHogCapacity.instances(),
      // One Redpanda, on an instance of its own, instead of two MSK brokers.
      kafka: new RedpandaKafka(this, 'Kafka', { vpc, vpcSubnets: serviceSubnets }),
      size: PostHogSize.DEV,
    });
  }
}

if (require.main === module) {
  new SmallestStack(new App(), 'Smallest');
}
