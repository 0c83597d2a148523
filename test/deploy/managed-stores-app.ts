#!/usr/bin/env node
import { App, Stack } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { PostHog, Product } from '../../lib';

/** A PostHog with every product in one stack, which is given no store, and so makes every one itself. */
const app = new App();
const stack = new Stack(app, 'PostHog', { description: 'PostHog with all its stores' });
new PostHog(stack, 'PostHog', {
  domainName: app.node.getContext('posthog:domainName') as string,
  certificate: Certificate.fromCertificateArn(stack, 'Certificate', app.node.getContext('posthog:certificateArn') as string),
  products: Object.values(Product),
});
