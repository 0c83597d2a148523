import { Lazy } from 'aws-cdk-lib/core';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { IPostgres, Postgres, PostHogNetwork, PostHogProcess, PostHogSize } from '../lib';
import { TaskSize } from '../lib/catalog/posthog-size';
import { checkConnections } from '../lib/posthog-connections';
import { newPostHog, newStack } from './helpers/stack';

const { FEATURE_FLAGS, TEMPORAL_DJANGO_WORKER } = PostHogProcess;

const size = (minTasks: number): TaskSize => ({ cpu: 1024, memoryLimitMiB: 2048, minTasks, maxTasks: 10 });

/** Returns the warnings about a server for numbers of tasks: of feature-flags, with 40 connections each, and of a worker with 15 estimated ones. */
function warnings(limit: number | undefined, minTasks: number, workers = 0): string[] {
  const stack = newStack();
  const posthog = new Construct(stack, 'PostHog');
  checkConnections(posthog, { _maxConnections: limit } as IPostgres, [
    { process: FEATURE_FLAGS, size: size(minTasks) },
    ...(workers > 0 ? [{ process: TEMPORAL_DJANGO_WORKER, size: size(workers) }] : []),
  ]);
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => entry.data as string);
}

test('refuses a server with fewer connections than the pools of the minimum number of tasks, with the numbers and the remedies', () => {
  expect(() => warnings(199, 5)).toThrow(
    '`postgres` accepts about 199 connections, and the pools of the minimum number of tasks have 200 (400 when scaled out); use a larger ' +
      '`instanceType` (or `maxCapacity`), a smaller `size`, or set `maxConnections: 200` or more of the server if its memory suffices (docs/stores.md)',
  );
  expect(warnings(200, 5)).toEqual([]);
});

test('estimates are no reason to refuse: it warns if four fifths of all pools are more', () => {
  // 200 and 4 * 15, of which four fifths are 208.
  expect(warnings(208, 5, 4)).toEqual([]);
  expect(warnings(207, 5, 4)).toEqual([
    'the minimum number of tasks can open 260 connections to PostgreSQL, and 550 when scaled out; the server accepts about 207: raise its ' +
      '`instanceType` (or `maxCapacity`), and `maxConnections` if its memory suffices (docs/stores.md) [ack: cdk-posthog:PostHog.connections]',
  ]);
});

test('does not check a server whose limit is not known, or a number of tasks that is a token', () => {
  expect(warnings(undefined, 5)).toEqual([]);
  expect(warnings(1, Lazy.number({ produce: () => 5 }))).toEqual([]);
});

/** A PostHog of a size with all default products and a server of its own. */
function withServer(posthogSize: PostHogSize, props: { maxConnections?: number; instanceType?: InstanceType } = {}): void {
  const stack = newStack();
  const { vpc, loadBalancerSubnets } = new PostHogNetwork(stack, 'Network');
  const postgres = new Postgres(stack, 'Server', { vpc, ...props });
  newPostHog(stack, { vpc, loadBalancerSubnets, postgres, products: undefined, size: posthogSize });
}

test('the default server is refused for PRODUCTION, and names the PostHog', () => {
  expect(() => withServer(PostHogSize.PRODUCTION)).toThrow(/^\[?.*PostHog.*`postgres` accepts about 405 connections, .* have 486 /);
});

test.each([
  ['the one of docs/scale.md', { instanceType: InstanceType.of(InstanceClass.M7G, InstanceSize.LARGE) }],
  ['one whose maximum the user raises', { maxConnections: 486 }],
])('PRODUCTION accepts a server: %s', (_, props) => {
  expect(() => withServer(PostHogSize.PRODUCTION, props)).not.toThrow();
});
