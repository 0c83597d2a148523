import { Lazy } from 'aws-cdk-lib/core';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { IPostgres, PostHogProcess } from '../lib';
import { TaskSize } from '../lib/catalog/posthog-size';
import { warnOfConnections } from '../lib/posthog-connections';
import { newStack } from './helpers/stack';

const size = (minTasks: number): TaskSize => ({ cpu: 1024, memoryLimitMiB: 2048, minTasks, maxTasks: 10 });

/** Returns the warnings about a server for a number of tasks of feature-flags, with 40 connections each. */
function warnings(limit: number | undefined, minTasks: number): string[] {
  const stack = newStack();
  const posthog = new Construct(stack, 'PostHog');
  warnOfConnections(posthog, { _maxConnections: limit } as IPostgres, [{ process: PostHogProcess.FEATURE_FLAGS, size: size(minTasks) }]);
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => entry.data as string);
}

test('warns about a server with fewer connections than four fifths of the pools of the minimum number of tasks', () => {
  expect(warnings(159, 5)).toEqual([
    'the minimum number of tasks can open 200 connections to PostgreSQL, and 400 when scaled out; the server accepts about 159: raise its ' +
      '`instanceType` (or `maxCapacity`), and `maxConnections` if its memory suffices (docs/stores.md) [ack: cdk-posthog:PostHog.connections]',
  ]);
  expect(warnings(160, 5)).toEqual([]);
});

test('does not warn about a server whose limit is not known, or a number of tasks that is a token', () => {
  expect(warnings(undefined, 5)).toEqual([]);
  expect(warnings(1, Lazy.number({ produce: () => 5 }))).toEqual([]);
});
