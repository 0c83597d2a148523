import { Annotations, Token } from 'aws-cdk-lib/core';
import { IConstruct } from 'constructs';
import { connectionsOf } from './catalog/postgres-connections';
import { PostHogProcess } from './catalog/posthog-process';
import { TaskSize } from './catalog/posthog-size';
import { IPostgres } from './stores/postgres/postgres-base';

/** Pools are rarely full at the same moment, so a server can have fewer connections than all of them together, by a fifth. */
const FULL_POOLS = 0.8;

/**
 * Warns if the PostgreSQL server has fewer connections than the pools of the minimum number of tasks need. Beyond its maximum, PostgreSQL refuses
 * connections, and requests fail.
 *
 * @param scope the `PostHog`
 * @param postgres the server
 * @param services the sizes of the processes
 */
export function warnOfConnections(
  scope: IConstruct,
  postgres: IPostgres,
  services: readonly { readonly process: PostHogProcess; readonly size: TaskSize }[],
): void {
  const { _maxConnections: limit } = postgres;
  const known = services.every(({ size }) => Object.values(size).every((value) => !Token.isUnresolved(value)));
  if (limit === undefined || !known) {
    return;
  }
  const { min, max } = connectionsOf(services.map(({ process, size }) => [process, size]));
  if (min * FULL_POOLS > limit) {
    Annotations.of(scope).addWarningV2(
      'cdk-posthog:PostHog.connections',
      `the minimum number of tasks can open ${min} connections to PostgreSQL, and ${max} when scaled out; the server accepts about ${limit}: raise ` +
        'its `instanceType` (or `maxCapacity`), and `maxConnections` if its memory suffices (docs/stores.md)',
    );
  }
}
