import { App, Stack, StackProps } from 'aws-cdk-lib/core';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { PostHog, PostHogCapacity } from 'cdk-posthog';
import { Construct } from 'constructs';

/** A PostHog for a team: the products and the size of the default, on EC2 instances that its processes share. */
export class TeamStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    new PostHog(this, 'PostHog', {
      domainName: 'posthog.example.com',
      domainZone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'example.com' }),
      capacity: PostHogCapacity.instances(),
    });
  }
}

if (require.main === module) {
  new TeamStack(new App(), 'Team');
}
