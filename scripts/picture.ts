import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { DocumentBlock } from './document-block';
import { PostHog } from '../lib';
import { CloudFormationTemplate } from '../cli/alb/template';
import { drawing, PALETTES } from './picture/drawing';
import { flowchart } from './picture/flowchart';
import { systemOf } from './picture/system';

const ROOT = path.join(__dirname, '..');
const DOCS = path.join(ROOT, 'docs');
const BLOCK = new DocumentBlock(path.join(DOCS, 'architecture.md'), 'picture');

/** The themes of the README's picture. */
export const THEMES = Object.keys(PALETTES) as Theme[];

type Theme = keyof typeof PALETTES;

/** The template of a PostHog that is given nothing but a name. */
export function defaultTemplate(): CloudFormationTemplate {
  const { context } = JSON.parse(readFileSync(path.join(ROOT, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> };
  const app = new App({ context, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'Stack');
  new PostHog(stack, 'PostHog', {
    domainName: 'posthog.example.com',
    domainZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789ABC', zoneName: 'example.com' }),
  });
  return app.synth().getStackByName('Stack').template as CloudFormationTemplate;
}

/** The connections of every process as a flowchart, from a template. */
export function diagram(template: CloudFormationTemplate): string {
  return ['```mermaid', flowchart(systemOf(template)), '```'].join('\n');
}

/** The flowchart as the documentation has it. */
export function diagramInDocs(): string {
  return BLOCK.read();
}

/** The README's picture of the processes and data stores, from a template. */
export function picture(theme: Theme, template: CloudFormationTemplate): string {
  return drawing(systemOf(template), PALETTES[theme]);
}

/** The picture as the README shows it. */
export function pictureInDocs(theme: Theme): string {
  return readFileSync(fileOf(theme), 'utf8');
}

function fileOf(theme: Theme): string {
  return path.join(DOCS, 'images', `architecture-${theme}.svg`);
}

if (require.main === module) {
  const template = defaultTemplate();
  BLOCK.write(diagram(template));
  THEMES.forEach((theme) => writeFileSync(fileOf(theme), picture(theme, template)));
}
