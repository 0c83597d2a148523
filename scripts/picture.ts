import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { DocumentBlock } from './document-block';
import { PostHog } from '../lib';
import { CloudFormationTemplate } from '../cli/alb/template';
import { flowchart } from './picture/flowchart';
import { systemOf } from './picture/system';

const ROOT = path.join(__dirname, '..');
const README = path.join(ROOT, 'README.md');
const BLOCK = new DocumentBlock(README, 'picture');

/** The template of a PostHog that is given nothing but a name. */
function defaultTemplate(): CloudFormationTemplate {
  const { context } = JSON.parse(readFileSync(path.join(ROOT, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ context, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'Stack');
  new PostHog(stack, 'PostHog', {
    domainName: 'posthog.example.com',
    domainZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789ABC', zoneName: 'example.com' }),
  });
  return app.synth().getStackByName('Stack').template as CloudFormationTemplate;
}

/** The README's picture of the whole system, made from the template of the default. */
export function picture(): string {
  return ['```mermaid', flowchart(systemOf(defaultTemplate())), '```'].join('\n');
}

/** The picture in the README. */
export function pictureInReadme(): string {
  return BLOCK.read();
}

if (require.main === module) {
  BLOCK.write(picture());
}
