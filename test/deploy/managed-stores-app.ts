#!/usr/bin/env node
import { App, Stack } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { PostHog } from '../../lib';

/** A PostHog that is given nothing but its name and its certificate, and so makes every store itself. */
const app = new App();
const stack = new Stack(app, 'PostHog', { description: 'PostHog with all its stores' });
new PostHog(stack, 'PostHog', {
  domainName: app.node.getContext('posthog:domainName') as string,
  certificate: Certificate.fromCertificateArn(stack, 'Certificate', app.node.getContext('posthog:certificateArn') as string),
});
