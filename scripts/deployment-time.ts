import { App, Stack } from 'aws-cdk-lib/core';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import path from 'node:path';
import { DocumentBlock } from './document-block';
import { PostHog, PostHogImages, PostHogRelease } from '../lib';
import { Template } from '../cli/updates/replacement';
import { DeploymentTime, firstDeployment, update } from './deployment-time/critical-path';
import { SPEEDS } from './deployment-time/durations';

const DOCUMENT = path.join(__dirname, '..', 'docs', 'performance.md');
const COMMAND = 'node --import tsx scripts/deployment-time.ts';
const BLOCK = new DocumentBlock(DOCUMENT, COMMAND);

/** A release in which every image is another one. */
function laterRelease(): PostHogRelease {
  const images = Object.entries({ ...PostHogRelease.V2026_09_11_R2.images } as Record<string, string>);
  const later = images.map(([name, image]): [string, string] => [name, `${image.split('@')[0].split(':')[0]}@sha256:${'1'.repeat(64)}`]);
  return PostHogRelease.of('2026-10-01', Object.fromEntries(later) as unknown as PostHogImages);
}

/** Returns the template of a PostHog with the props that are required, and a release. */
function templateOf(release?: PostHogRelease): Template {
  const stack = new Stack(new App({ builtinCloudFormationValidation: false, treeMetadata: false }), 'Stack');
  const domainZone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789ABC', zoneName: 'example.com' });
  new PostHog(stack, 'PostHog', { domainName: 'posthog.example.com', domainZone, release });
  return (stack.node.root as App).synth().getStackByName('Stack').template as Template;
}

/** The templates of the default release and of a later one. */
export const TEMPLATES = { now: templateOf(), later: templateOf(laterRelease()) };

/** The table of docs/performance.md. */
export function deploymentTable(): string {
  const { now, later } = TEMPLATES;
  const rows: [string, DeploymentTime][] = [
    ['first deployment of the default', firstDeployment(now)],
    ['upgrade, all images are others', update(now, later)],
  ];
  const cells = rows.map(([what, time]) => [what, ...SPEEDS.map((speed) => String(Math.round(time[speed]))), pathOf(time)]);
  return [['deployment', 'fast', 'typical', 'slow', 'the typical critical path'], ['---', '---:', '---:', '---:', '---'], ...cells]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

/** Returns the steps of the critical path that take minutes. */
function pathOf({ path }: DeploymentTime): string {
  return path.flatMap(({ name, duration }) => (name === undefined ? [] : [`${name} ${duration.typical}`])).join(', ');
}

/** The table in docs/performance.md. */
export function tableInDocument(): string {
  return BLOCK.read();
}

if (require.main === module) {
  BLOCK.write(deploymentTable());
}
