import { App, Stack, StackProps } from 'aws-cdk-lib/core';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { PostHog } from 'cdk-posthog';
import { Construct } from 'constructs';

/** A PostHog with all of its resources, at a name in an existing hosted zone. */
export class AnalyticsStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    new PostHog(this, 'PostHog', {
      domainName: 'posthog.example.com',
      domainZone: HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'example.com' }),
    });
  }
}

if (require.main === module) {
  new AnalyticsStack(new App(), 'Analytics');
}
