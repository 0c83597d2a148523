import { App, Stack } from 'aws-cdk-lib/core';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { PostHog, PostHogStores } from 'cdk-posthog';

/** The recommended layout: the data stores with their network in one stack, everything else in another. */
export function defineAnalytics(app: App): void {
  const stores = new PostHogStores(new Stack(app, 'AnalyticsStores'), 'Stores');
  const stack = new Stack(app, 'Analytics');
  new PostHog(stack, 'PostHog', {
    domainName: 'posthog.example.com',
    domainZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789EXAMPLE', zoneName: 'example.com' }),
    stores,
  });
}

if (require.main === module) {
  defineAnalytics(new App());
}
