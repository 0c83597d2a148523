import { App, Size, Stack, StackProps } from 'aws-cdk-lib/core';
import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Cache, ClickHouse, NatMode, Postgres, PostHog, PostHogCapacity, PostHogNetwork, PostHogSize, Product, RedpandaKafka } from 'cdk-posthog';
import { Construct } from 'constructs';

/**
 * A PostHog for evaluation or few events: events, feature flags and session replay, on EC2 instances that its processes share. There is one of
 * everything, so a deployment or a failed instance interrupts it for minutes.
 */
export class SmallestStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const { vpc, loadBalancerSubnets, serviceSubnets, storeSubnets } = new PostHogNetwork(this, 'Network', { nat: NatMode.INSTANCE });
    // One Redpanda, on an instance of its own, instead of two MSK brokers.
    const kafka = new RedpandaKafka(this, 'Kafka', { vpc, vpcSubnets: serviceSubnets, volumeSize: Size.gibibytes(50) });
    new PostHog(this, 'PostHog', {
      domainName: 'posthog.example.com',
      domainZone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'example.com' }),
      vpc,
      loadBalancerSubnets,
      serviceSubnets,
      storeSubnets,
      products: [Product.EVENTS, Product.FEATURE_FLAGS, Product.SESSION_REPLAY],
      capacity: PostHogCapacity.instances(),
      size: PostHogSize.DEV,
      // Small instances, which these products' connections fit. Volumes grow before they are full.
      postgres: new Postgres(this, 'Postgres', {
        vpc,
        vpcSubnets: storeSubnets,
        instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.SMALL),
        allocatedStorage: 20,
      }),
      cache: new Cache(this, 'Cache', { vpc, vpcSubnets: storeSubnets, nodeType: InstanceType.of(InstanceClass.T4G, InstanceSize.MICRO) }),
      kafka,
      clickHouse: new ClickHouse(this, 'ClickHouse', { vpc, vpcSubnets: serviceSubnets, kafka, volumeSize: Size.gibibytes(100) }),
    });
  }
}

if (require.main === module) {
  new SmallestStack(new App(), 'Smallest');
}
